import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import { OrderLog, type OrderEntry } from "../link/order-log";
import type { Vessel } from "../link/store";
import type { KindName } from "../orders/kinds";
import { answerable } from "../trial/reason";
import { words } from "../words";
import { argsText, doText, reasonText, ruleText } from "../words/reasons";
import { clockText } from "./format";
import { base, buttons, panel } from "./style";

const SET_BY_DRAFT: ReadonlySet<string> = new Set(["conn.heading", "conn.course", "conn.propulsion", "conn.telegraph", "conn.speed", "conn.station_keep"]);
const SHOWN = 30; // older ones are in the shore's store

/** Every order with each state and its time; a refusal with every reason. */
@customElement("fh-order-list")
export class OrderList extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  private readonly watch = new Watch(this);

  static override styles = [base, panel, buttons, css`
    :host { min-height: 0; }
    .panel { height: 100%; display: grid; grid-template-rows: auto minmax(0, 1fr); gap: 0.375rem; padding-right: 0.25rem; }
    ol { list-style: none; margin: 0; padding: 0 0.375rem 0 0; overflow-y: auto; scrollbar-width: thin; display: grid; gap: 0.25rem; align-content: start; }
    li { border-left: 3px solid var(--border-divider-color); padding: 0.125rem 0 0.125rem 0.5rem; font-size: max(0.8125rem, 10.5px); line-height: 1.35; }
    .line { display: flex; gap: 0.5rem; align-items: baseline; }
    .what { font-weight: 600; flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .time, .steps { font-variant-numeric: tabular-nums; color: var(--faint); font-size: max(0.75rem, 10px); }
    .state { font-weight: 600; white-space: nowrap; }
    .SUCCEEDED { border-color: var(--alert-running-color); }
    .SUCCEEDED .state { color: var(--instrument-starboard-primary-color); }
    .REJECTED, .FAILED, .REFUSED, .EXPIRED { border-color: var(--alert-alarm-color); }
    .REJECTED .state, .FAILED .state, .REFUSED .state, .EXPIRED .state { color: var(--base-red-500); }
    .UNKNOWN { border-color: var(--alert-caution-color); }
    .open { border-color: var(--accent); }
    .open .state { color: var(--accent); }
    .reason b { color: var(--quiet); font-weight: 600; }
    .none { color: var(--faint); font-size: max(0.8125rem, 10.5px); }
  `];

  override render() {
    void this.watch;
    const text = words().log;
    const orders = this.vessel.orders.list().slice(0, SHOWN);
    return html`
      <section class="panel">
        <h2>${text.title}</h2>
        <ol data-testid="order-list" aria-live="polite" tabindex="0" aria-label=${text.title}>
          ${orders.length ? orders.map((entry) => this.row(entry)) : html`<li class="none">${text.none}</li>`}
        </ol>
      </section>`;
  }

  private row(entry: OrderEntry) {
    const text = words().log;
    const state = OrderLog.state(entry);
    const mine = entry.console === page.operator?.consoleName;
    return html`
      <li class=${OrderLog.ended(entry) ? state : "open"} data-testid="order" data-order-id=${entry.id} data-kind=${entry.kind} data-state=${state}>
        <div class="line">
          <span class="time">${clockText(entry.steps[0]?.utcMs ?? 0)}</span>
          <span class="what">${text.kinds[entry.kind] ?? entry.kind} ${argsText(entry.args, words())}${mine ? nothing : html` <span class="time">${text.by(entry.person)}</span>`}</span>
          <span class="state">${text.states[state] ?? state}</span>
        </div>
        ${entry.reasons.map((reason) => html`<div class="reason" data-testid="order-reason" data-rule=${reason.rule} title=${doText(reason, words())}><b>${ruleText(reason, words())}</b> ${reasonText(reason, words())}</div>`)}
        ${mine ? this.repeat(entry, state) : nothing}
        ${entry.detail ? html`<div class="reason">${entry.detail}</div>` : nothing}
        <div class="steps">${this.steps(entry)}</div>
      </li>`;
  }

  /** What was refused for another ship's sake alone can be taken up again with a reason (INT-08). */
  private repeat(entry: OrderEntry, state: string) {
    const drafts = page.operator?.draftsOf(this.vessel.id);
    const able = drafts && state === "REJECTED" && SET_BY_DRAFT.has(entry.kind) && answerable(entry.reasons);
    if (!able) return nothing;
    return html`<button data-testid="order-again" @click=${() => {
      drafts.again(entry.kind as KindName, entry.args);
      page.store.changed();
    }}>${words().order.again}</button>`;
  }

  /** Each state with the seconds it took since the first: `sent 0.0 · accepted 0.1 · executing 0.2 s`. */
  private steps(entry: OrderEntry): string {
    const text = words().log;
    if (entry.steps.length < 2) return ""; // of an order before this log-in only its end is told
    const first = entry.steps[0]?.utcMs ?? 0;
    return entry.steps
      .filter((step) => step.state !== "drafted" && step.state !== "signed")
      .map((step) => `${text.states[step.state] ?? step.state} ${Math.max(0, (step.utcMs - first) / 1000).toFixed(1)}`)
      .join(" · ") + " s";
  }
}
