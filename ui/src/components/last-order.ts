import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Watch } from "../app/console";
import { OrderLog, type OrderEntry } from "../link/order-log";
import { words } from "../words";
import { doText, reasonText, ruleText } from "../words/reasons";
import { base } from "./style";

/** What became of one order: its state in words, and every reason where it was refused. */
@customElement("fh-last-order")
export class LastOrder extends LitElement {
  @property({ attribute: false }) entry: OrderEntry | undefined;
  @property() name = "";
  private readonly watch = new Watch(this);

  static override styles = [base, css`
    div { font-size: max(0.8125rem, 11px); color: var(--quiet); line-height: 1.35; } b { color: var(--element-active-color); }
    .bad b, .bad .reason { color: var(--base-red-500); } .open b { color: var(--accent); }
  `];

  override render() {
    void this.watch;
    const { entry } = this;
    if (!entry) return nothing;
    const text = words().log;
    const state = OrderLog.state(entry);
    const tone = !OrderLog.ended(entry) ? "open" : state === "SUCCEEDED" ? "" : "bad";
    return html`<div class=${tone} role="status" data-testid=${this.name} data-kind=${entry.kind} data-state=${state}>
      ${text.kinds[entry.kind] ?? entry.kind} ${text.by(entry.person)}: <b>${text.states[state] ?? state}</b>
      ${entry.reasons.map((reason) => html`<div class="reason" title=${doText(reason, words())}>${ruleText(reason, words())} ${reasonText(reason, words())}</div>`)}</div>`;
  }
}

/** Return an order's line; nothing where there is no order. */
export function lastOrderLine(name: string, entry: OrderEntry | undefined) {
  return entry ? html`<fh-last-order name=${name} .entry=${entry}></fh-last-order>` : nothing;
}
