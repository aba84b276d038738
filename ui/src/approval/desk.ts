import { css, html, LitElement, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import { base, buttons } from "../components/style";
import { approvalReasons, leftS, proposalOf, type Proposal } from "../orders/approval";
import { ARMED_MS } from "../orders/drafts";
import type { WaitingJson } from "../protocols.gen";
import { words } from "../words";
import { argsText } from "../words/reasons";
import { clockOf } from "../trial/manoeuvre";

/** Critical orders that wait for a second person: on every console, in every view, with the time that is left. */
@customElement("fh-approvals")
export class ApprovalDesk extends LitElement {
  @state() private armed = { id: "", atMs: -Infinity };
  /** Orders this page has approved: told so until the shore takes them off the list. */
  @state() private readonly given = new Set<string>();
  private readonly watch = new Watch(this);

  static override styles = [base, buttons, css`
    :host { position: absolute; right: 32rem; bottom: 4.75rem; z-index: 6; /* over the bridge's trend: what stops or steers her is never covered */ width: 30rem; display: grid; gap: 0.5rem; }
    article { display: grid; gap: 0.375rem; padding: 0.75rem 1rem; border-radius: 0.375rem; border: 2px solid var(--alert-warning-color); background: var(--container-background-color); box-shadow: 0 0.25rem 1rem rgb(0 0 0 / 45%); }
    h2 { margin: 0; font-size: max(0.8125rem, 11px); font-weight: 600; color: var(--alert-warning-text-color); display: flex; justify-content: space-between; font-variant-numeric: tabular-nums; }
    b { font-size: 1.25rem; }
    p { margin: 0; font-size: max(0.875rem, 11px); line-height: 1.4; }
    .quiet { color: var(--quiet); }
    .why { color: var(--alert-warning-text-color); }
    .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0.5rem; }
  `];

  override render() {
    void this.watch;
    const { waiting, atMs } = page.store.approvals;
    return waiting.map((each) => {
      const left = leftS(each, atMs);
      return left > 0 ? this.card(each, left) : nothing;
    });
  }

  private card(waiting: WaitingJson, left: number) {
    const text = words().approval;
    const proposal = proposalOf(waiting);
    const vessel = page.store.vessel(waiting.vessel).name;
    if (!proposal) return html`<article role="alert"><p class="why">${text.unreadable(vessel)}</p></article>`;
    const order = `${words().log.kinds[proposal.kind] ?? proposal.kind} ${argsText(proposal.args, words())}`.trim();
    return html`<article role="alertdialog" aria-label=${text.title} data-testid="approval" data-order-id=${proposal.orderId} data-kind=${proposal.kind}>
      <h2><span>${text.title}</span><span data-testid="approval-left">${clockOf(left)}</span></h2>
      <b>${vessel}: ${order}</b>
      <p>${text.does[proposal.kind] ?? ""}</p>
      <p class="quiet">${text.asked(proposal.person, proposal.console)}</p>
      ${this.acts(proposal)}
    </article>`;
  }

  private acts(proposal: Proposal) {
    const text = words().approval;
    const { operator } = page;
    if (!operator) return nothing;
    if (this.given.has(proposal.orderId)) return html`<p role="status" data-testid="approval-given">${text.given}</p>`;
    const reasons = approvalReasons(proposal, page.store, operator, words());
    const armed = this.armed.id === proposal.orderId && performance.now() - this.armed.atMs < ARMED_MS && !reasons.length;
    return html`
      <div class="pair">
        <button data-testid="approval-approve" ?disabled=${reasons.length > 0} class=${armed ? "on" : ""} title=${reasons.join("\n")}
          @click=${() => { this.armed = armed ? { id: "", atMs: -Infinity } : { id: proposal.orderId, atMs: performance.now() }; }}>${armed ? words().order.cancel : text.approve}</button>
        <button data-testid="approval-confirm" class="go" ?disabled=${!armed} @click=${() => void this.approve(proposal)}>${words().order.confirm}</button>
      </div>
      ${reasons.length ? html`<p class="why" data-testid="approval-why">${reasons.join(" · ")}</p>` : nothing}`;
  }

  private async approve(proposal: Proposal): Promise<void> {
    this.armed = { id: "", atMs: -Infinity };
    if (await page.operator?.approve(proposal)) this.given.add(proposal.orderId);
    this.requestUpdate();
  }
}
