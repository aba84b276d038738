import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import type { Vessel } from "../link/store";
import { gate, holds } from "../orders/gates";
import { groupOf, REASON_LENGTH_MAX, type Args, type KindName } from "../orders/kinds";
import { asksReason, withReason } from "../trial/reason";
import { words } from "../words";
import { base, buttons, panel } from "./style";

/** Order, then Confirm: the two steps before anything moves, and why not before the click. */
@customElement("fh-two-step")
export class TwoStep extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  @property({ attribute: false }) kind: KindName = "conn.heading";
  @property({ attribute: false }) args: Args | null = null;
  /** Which machine, phase or exercise it is about, where a kind can be for several. */
  @property() subject = "";
  /** What the first step is called; "Order" where nothing is said. */
  @property() label = "";
  /** Prefix of the test ids: heading-order, heading-confirm. */
  @property() name = "";
  /** Called when a reason was typed: the shore is to be asked anew. */
  @property({ attribute: false }) typed: () => void = () => undefined;
  private readonly watch = new Watch(this);

  static override styles = [base, panel, buttons, css`
    .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0.375rem; }
    input { width: 100%; margin-top: 0.375rem; border-color: var(--alert-warning-color); }
    .why { height: var(--why-height, 2.6em); margin-top: 0.25rem; display: -webkit-box; -webkit-line-clamp: var(--why-lines, 2); -webkit-box-orient: vertical; overflow: hidden; }
    .why.refused.mine { color: var(--alert-warning-text-color); }
    .why.armed { color: var(--accent); }
  `];

  override render() {
    void this.watch;
    const { operator } = page;
    if (!operator) return nothing;
    const text = words().order;
    const state = gate(this.kind, this.vessel, page.store, operator, words(), { subject: this.subject });
    const isHolder = holds(this.vessel, operator.session, groupOf(this.kind));
    const drafts = operator.draftsOf(this.vessel.id);
    const armed = drafts.isArmed(this.kind, this.subject) && state.open;
    const reasoned = isHolder && asksReason(this.kind, this.vessel, drafts);
    const able = state.open && this.args !== null;
    const sentence = armed ? text.armed : state.reasons.join(" · ") || state.unjudged;
    return html`
      <div class="pair">
        <button data-testid="${this.name}-order" class=${armed ? "on" : ""} ?disabled=${!able} title=${this.hint(state.verdict, state.reasons)}
          @click=${this.arm}>${armed ? text.cancel : this.label || text.order}</button>
        <button data-testid="${this.name}-confirm" class="go" ?disabled=${!armed} @click=${this.confirm}>${text.confirm}</button>
      </div>
      ${reasoned ? html`<input data-testid="${this.name}-reason" maxlength=${REASON_LENGTH_MAX} placeholder=${text.reason} aria-label=${text.reason}
        .value=${drafts.reason(this.kind) ?? ""} @input=${this.reason} />` : nothing}
      <div class="why ${armed ? "armed" : state.verdict} ${isHolder ? "mine" : ""}" data-testid="${this.name}-why" title=${sentence}>${sentence}</div>
    `;
  }

  private hint(verdict: string, reasons: string[]): string {
    if (reasons.length) return reasons.join("\n");
    return verdict === "allowed" ? words().order.allowed : words().order.unknown;
  }

  private readonly arm = (): void => {
    const drafts = page.operator?.draftsOf(this.vessel.id);
    if (!drafts) return;
    if (drafts.isArmed(this.kind, this.subject)) drafts.disarm();
    else drafts.arm(this.kind, this.subject);
    page.store.changed();
  };

  private readonly reason = (event: Event): void => {
    page.operator?.draftsOf(this.vessel.id).setReason(this.kind, (event.target as HTMLInputElement).value);
    this.typed();
    page.store.changed();
  };

  private readonly confirm = (): void => {
    const { operator } = page;
    const drafts = operator?.draftsOf(this.vessel.id);
    if (!operator || !drafts || this.args === null || !drafts.isArmed(this.kind, this.subject)) return;
    const args = withReason(this.kind, this.args, drafts);
    drafts.given(this.kind);
    void operator.order(this.vessel, this.kind, args);
  };
}
