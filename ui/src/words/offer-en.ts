/** Texts of offers of the conn in English. */
export const offerEn = {
  to: "Offer the conn to", nobodyElse: "nobody else is here", offer: "Offer", withdraw: "Take back", accept: "Accept", decline: "Decline", look: "Open her view",
  lookFirst: "Open her view first: nobody takes a ship that he does not look at.",
  states: {
    open: (who: string, to: string, vessel: string, left: string) => `${who} offers the conn of ${vessel} to ${to}, who answers within ${left}`,
    accepted: (who: string, to: string, vessel: string, left: string) => `${to} has accepted the conn of ${vessel} from ${who}: it is ${to}'s once the ship says so, within ${left}`,
    taken: (who: string, to: string, vessel: string) => `${to} has the conn of ${vessel}, as ${who} offered`,
    declined: (who: string, to: string, vessel: string) => `${to} has declined the conn of ${vessel}: it stays with ${who}`,
    withdrawn: (who: string, to: string, vessel: string) => `${who} has taken the offer of the conn of ${vessel} to ${to} back`,
    expired: (who: string, to: string, vessel: string) => `The offer of the conn of ${vessel} to ${to} has run out: it stays with ${who}`,
    void: (who: string, to: string, vessel: string) => `The conn of ${vessel} went another way: the offer of ${who} to ${to} has ended`,
  } as Record<"open" | "accepted" | "taken" | "declined" | "withdrawn" | "expired" | "void", (who: string, to: string, vessel: string, left: string) => string>,
};
