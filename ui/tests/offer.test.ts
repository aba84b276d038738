/** Offers of the conn: one act of the holder, one of the other, and no grant to anybody else. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Store } from "../src/link/store";
import { Offering, grants, offerLeftS, PLEDGE_MS } from "../src/offer/pledge";
import type { Operator } from "../src/orders/operator";
import type { AuthorityJson, FromBrowser, OfferJson } from "../src/protocols.gen";
import { blank } from "../src/replay/blank";

const pledge = { vessel: "otter", to: "bob", untilMs: 90_000 };
const offer: OfferJson = { vessel: "otter", person: "ann", to: "bob", state: "accepted", by_console: "c-bob", left_s: 30 };
const asked: AuthorityJson = { ...blank("otter").authority, station: "remote", person: "ann", session: "s-ann", phase: "requested", pending_id: "R1", pending_person: "bob", pending_console: "c-bob" };

describe("the holder's console grants", () => {
  it("the request that it offered to", () => expect(grants(pledge, offer, asked, 0)).toBe(true));

  it.each([
    ["another person's", { ...asked, pending_person: "eve" }, offer], ["from another console than accepted", { ...asked, pending_console: "c-2" }, offer],
    ["before it is accepted", asked, { ...offer, state: "open" as const }], ["that was withdrawn", asked, { ...offer, state: "withdrawn" as const }],
    ["of another offer, as the shore tells it", asked, { ...offer, to: "eve" }], ["where nothing is asked", { ...asked, phase: "held" as const }, offer], ["of which the shore says nothing", asked, undefined],
  ])("no request %s", (_, authority, told) => expect(grants(pledge, told, authority, 0)).toBe(false));

  it("nothing after the offer's time", () => expect(grants(pledge, offer, asked, 90_000)).toBe(false));
});

describe("an offer at two consoles", () => {
  const sent: FromBrowser[] = [];
  const order = vi.fn(async () => undefined);
  const operator = { consoleName: "c", session: "s", socket: { send: (message: FromBrowser) => sent.push(message) > 0 }, order } as unknown as Operator;

  beforeEach(() => { sent.length = 0; order.mockClear(); });
  afterEach(() => vi.restoreAllMocks());

  it("is answered once, with the ship's own request, and by nobody who offered nothing", () => {
    const store = new Store();
    const vessel = store.vessel("otter");
    store.take({ ...blank("otter"), heard: true, authority: asked });
    store.take({ type: "offers", offers: [offer], people: ["ann", "bob"] });
    const [holder, other] = [new Offering(), new Offering()];
    holder.offer(vessel, "bob", operator);
    for (let tick = 0; tick < 4; tick++) for (const each of [holder, other]) each.tick(store, operator);
    expect(order.mock.calls).toEqual([[vessel, "authority.answer", { request_id: "R1", answer: "grant" }]]);
    expect(sent).toEqual([{ type: "offer", vessel: "otter", act: "offer", to: "bob", console: "c", session: "s" }]);
  });

  it("is answered by nobody once it was taken back, or its time is over", () => {
    const store = new Store();
    store.take({ ...blank("otter"), heard: true, authority: asked });
    store.take({ type: "offers", offers: [offer], people: [] });
    const holder = new Offering();
    holder.offer(store.vessel("otter"), "bob", operator);
    holder.tick(store, operator, performance.now() + PLEDGE_MS + 1);
    holder.withdraw("otter", operator);
    holder.tick(store, operator);
    expect(order).not.toHaveBeenCalled();
  });

  it("is accepted by the word first and then the signed request; not signed where the word could not go", () => {
    const vessel = new Store().vessel("otter");
    new Offering().accept(vessel, operator);
    expect(sent.map((message) => message.type === "offer" && message.act)).toEqual(["accept"]);
    expect(order.mock.calls).toEqual([[vessel, "authority.request", { level: "setpoint" }]]);
    order.mockClear();
    new Offering().accept(vessel, { ...operator, socket: { send: () => false } } as unknown as Operator);
    expect(order).not.toHaveBeenCalled();
  });

  it("has what is left of it counted down here", () => {
    expect(offerLeftS({ ...offer, left_s: 30 }, 1000, 11_000)).toBe(20);
    expect(offerLeftS({ ...offer, left_s: 5 }, 1000, 11_000)).toBe(0);
  });
});
