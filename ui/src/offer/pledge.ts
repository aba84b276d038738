/**
 * Offers of the conn at this console. Whoever has it offers it to one person; once that one has accepted, this page answers his
 * request with the signed word that its button gives, so that one act of the holder is enough. It goes by what it was told
 * itself: whom it offered to and for how long; the shore's word alone has it grant nothing.
 */
import type { Store, Vessel } from "../link/store";
import { authorityOf } from "../orders/gates";
import type { Operator } from "../orders/operator";
import type { AuthorityJson, OfferJson, OfferMessage } from "../protocols.gen";

/** As the shore: 60 s to accept, 30 s to take; after that this page grants only by its button again. */
export const PLEDGE_MS = 90_000;

export interface Pledge {
  vessel: string;
  to: string;
  untilMs: number;
}

/** Return whether a request is the one that was offered to: by this person, at the console where he accepted, while the offer stands. */
export function grants(pledge: Pledge, offer: OfferJson | undefined, authority: AuthorityJson | null, nowMs: number): boolean {
  return nowMs < pledge.untilMs && authority !== null && offer !== undefined && offer.vessel === pledge.vessel && offer.state === "accepted" && offer.to === pledge.to
    && authority.phase === "requested" && authority.pending_person === pledge.to && authority.pending_console === offer.by_console;
}

/** Return seconds that an offer has left, told at `atMs`. */
export function offerLeftS(offer: OfferJson, atMs: number, nowMs: number): number {
  return Math.max(0, offer.left_s - (nowMs - atMs) / 1000);
}

export class Offering {
  private pledge: Pledge | null = null;
  private answeredId = "";

  /** Offer the conn of `vessel`; false where it could not be said. */
  offer(vessel: Vessel, to: string, operator: Operator): boolean {
    if (!say(operator, vessel.id, "offer", to)) return false;
    this.pledge = { vessel: vessel.id, to, untilMs: performance.now() + PLEDGE_MS };
    return true;
  }

  withdraw(vessel: string, operator: Operator): void {
    this.pledge = null;
    say(operator, vessel, "withdraw");
  }

  /** Accept the conn of `vessel`, whose view is open: the word first, then the signed request. */
  accept(vessel: Vessel, operator: Operator): void {
    if (say(operator, vessel.id, "accept")) void operator.order(vessel, "authority.request", { level: "setpoint" });
  }

  decline(vessel: string, operator: Operator): void {
    say(operator, vessel, "decline");
  }

  /** Answer the request that was offered to, once. */
  tick(store: Store, operator: Operator, nowMs: number = performance.now()): void {
    if (this.pledge === null) return;
    const vessel = store.vessel(this.pledge.vessel);
    const authority = authorityOf(vessel);
    const offer = store.offers.list.find((each) => each.vessel === vessel.id);
    if (authority === null || authority.pending_id === this.answeredId || !grants(this.pledge, offer, authority, nowMs)) return;
    this.answeredId = authority.pending_id;
    void operator.order(vessel, "authority.answer", { request_id: authority.pending_id, answer: "grant" });
  }
}

function say(operator: Operator, vessel: string, act: OfferMessage["act"], to = ""): boolean {
  return operator.socket.send({ type: "offer", vessel, act, to, console: operator.consoleName, session: operator.session });
}
