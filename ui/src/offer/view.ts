import { css, html, LitElement, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import { secondsText } from "../components/format";
import { base, buttons } from "../components/style";
import { gate, restReason } from "../orders/gates";
import type { OfferJson } from "../protocols.gen";
import { words } from "../words";
import { offerLeftS } from "./pledge";

/** Offers of the conn, on every console and in every view: who offers which ship to whom, and what came of it. */
@customElement("fh-offers")
export class OfferLines extends LitElement {
  private readonly watch = new Watch(this);

  static override styles = [base, buttons, css`
    .offer { display: flex; align-items: center; gap: 0.75rem; padding: 0.25rem 1rem; border-bottom: 1px solid var(--border-outline-color); background: var(--container-background-color); border-left: 0.5rem solid var(--accent); font-size: max(0.9375rem, 11px); }
    .offer.mine { border-left-color: var(--alert-caution-color); } .said { flex: 1; min-width: 0; font-weight: 600; } .why { font-weight: 400; color: var(--alert-warning-text-color); display: block; font-size: max(0.8125rem, 10.5px); }
    button { min-height: max(2.25rem, 28px); }
  `];

  override render() {
    void this.watch;
    const { list, atMs } = page.store.offers;
    return list.map((offer) => this.line(offer, offerLeftS(offer, atMs, performance.now())));
  }

  private line(offer: OfferJson, leftS: number) {
    const isMine = offer.to === page.store.welcome?.person;
    const vessel = page.store.vessel(offer.vessel);
    const said = words().offer.states[offer.state](offer.person, offer.to, vessel.name, secondsText(leftS));
    const asked = isMine && offer.state === "open";
    return html`<div class="offer ${isMine ? "mine" : ""}" role=${asked ? "alert" : "status"} data-testid="offer" data-vessel=${offer.vessel} data-state=${offer.state} data-to=${offer.to}>
      <div class="said">${said}${asked ? this.why(offer) : nothing}</div>${asked ? this.acts(offer) : nothing}</div>`;
  }

  /** Why it cannot be accepted now, or that her view is to be opened first: nobody takes a ship that he does not look at. */
  private why(offer: OfferJson) {
    const reasons = this.reasons(offer);
    return page.store.open === offer.vessel && !reasons.length ? nothing : html`<span class="why" data-testid="offer-why">${page.store.open === offer.vessel ? reasons.join(" · ") : words().offer.lookFirst}</span>`;
  }

  private reasons(offer: OfferJson): string[] {
    const { operator } = page;
    return operator ? gate("authority.request", page.store.vessel(offer.vessel), page.store, operator, words()).reasons : [words().gate.offline];
  }

  private acts(offer: OfferJson) {
    const text = words().offer;
    const { operator } = page;
    if (!operator) return nothing;
    const accept = page.store.open === offer.vessel
      ? html`<button class="go" data-testid="offer-accept" ?disabled=${this.reasons(offer).length > 0} @click=${() => page.offering.accept(page.store.vessel(offer.vessel), operator)}>${text.accept}</button>`
      : html`<button class="go" data-testid="offer-look" @click=${() => page.go(offer.vessel)}>${text.look}</button>`;
    return html`${accept}<button data-testid="offer-decline" ?disabled=${page.store.viewOnly} title=${restReason(page.store, words())} @click=${() => page.offering.decline(offer.vessel, operator)}>${text.decline}</button>`;
  }
}
