/** What a change of the conn means at this console, for everything that can happen to it. */
import { describe, expect, it } from "vitest";
import { accessLeftS, isShown, lapseLeftS, leftBehind, noticeOf, type NoticeKind, type Seat } from "../src/authority/notices";
import { Store, Vessel } from "../src/link/store";
import type { AuthorityJson, StatusMessage, VesselSummary } from "../src/protocols.gen";

const mine: AuthorityJson = {
  station: "remote", person: "ann", roc: "ROC", console: "c-1", session: "s-1", role: "operator", level: "setpoint", fencing: 5,
  lease_age_s: 0.4, phase: "held", pending_id: "", pending_person: "", pending_console: "", pending_left_s: null,
};
const theirs: AuthorityJson = { ...mine, person: "bob", console: "c-2", session: "s-2" };
const local: AuthorityJson = { ...mine, station: "local", person: "mate", console: "", session: "" };
const none: AuthorityJson = { ...mine, station: "none", person: "", console: "", session: "" };
const seat: Seat = { session: "s-1", console: "c-1", hasReleased: false };
const asked = (who: AuthorityJson, phase: "requested" | "granted", console: string): AuthorityJson => ({ ...who, phase, pending_console: console });

describe("a change of the conn", () => {
  it.each<[string, AuthorityJson, AuthorityJson, NoticeKind | null, string?]>([
    ["taken by this console", local, mine, "got", "ann"],
    ["handed to another, or forced from this console", asked(mine, "granted", "c-2"), theirs, "taken", "bob"],
    ["granted to another, or a takeover begun, while it is still ours", mine, asked({ ...mine, pending_person: "bob" }, "granted", "c-2"), "going", "bob"],
    ["local control arriving", mine, local, "local"],
    ["the ship begun anew", mine, none, "ended"],
    ["our lease run out", { ...mine, lease_age_s: 14.9 }, { ...mine, lease_age_s: 15.1 }, "lapsed", "ann"],
    ["another's lease run out", { ...theirs, lease_age_s: 14.2 }, { ...theirs, lease_age_s: 15.2 }, "otherLapsed", "bob"],
    ["a lease that ran out before", { ...theirs, lease_age_s: 16 }, { ...theirs, lease_age_s: 17 }, null],
    ["a lease that is late and not out", { ...mine, lease_age_s: 12 }, { ...mine, lease_age_s: 13 }, null],
    ["whoever was late is there again", { ...mine, lease_age_s: 17 }, mine, null],
    ["a grant of ours not confirmed", asked(theirs, "granted", "c-1"), theirs, "unconfirmed", "bob"],
    ["a request of ours denied or not answered", asked(theirs, "requested", "c-1"), theirs, "denied", "bob"],
    ["a request of ours denied by the bridge", asked(local, "requested", "c-1"), local, "denied", ""],
    ["another's request denied", asked(mine, "requested", "c-2"), mine, null],
    ["another takes it from the bridge", local, theirs, "otherHas", "bob"],
    ["the bridge takes it from another", theirs, local, "otherLocal"],
    ["another releases it", theirs, none, "otherNobody"],
    ["only the lease renewed", mine, { ...mine, lease_age_s: 0 }, null],
    ["the same person at another console of his", theirs, { ...mine, session: "s-3" }, "otherHas", "ann"],
  ])("%s", (_what, before, after, kind, who) => {
    const told = noticeOf(before, after, seat, 15);
    expect(told?.kind ?? null).toBe(kind);
    if (who !== undefined) expect(told?.who).toBe(who);
  });

  it("released by this console itself is no loss", () => {
    expect(noticeOf(mine, none, { ...seat, hasReleased: true })?.kind).toBe("released");
  });

  it("before this console's session is known is nobody's own", () => {
    expect(noticeOf(none, { ...mine, session: "" }, { session: "", console: "", hasReleased: false })?.kind).toBe("otherHas");
  });

  it("is a loss that stays until it is read, or goes by itself", () => {
    expect(isShown({ kind: "taken", who: "bob", atMs: 0 }, 1e9)).toBe(true);
    expect(isShown({ kind: "got", who: "ann", atMs: 0 }, 14_999)).toBe(true);
    expect(isShown({ kind: "got", who: "ann", atMs: 0 }, 15_000)).toBe(false);
    expect(isShown(null)).toBe(false);
  });

  it("is seen by the store as heartbeats come, not on the first one", () => {
    const store = new Store();
    globalThis.requestAnimationFrame ??= (() => 0) as never;
    store.session = "s-1";
    const say = (authority: AuthorityJson) => store.receive({ type: "status", vessel: "k", heard: true, authority } as StatusMessage);
    say(mine);
    expect(store.vessel("k").notice).toBeNull();
    say(local);
    expect(store.vessel("k").notice?.kind).toBe("local");
  });
});

describe("a ship that is left behind", () => {
  const away = (id: string) => id !== "k";
  const behind = (authority: AuthorityJson, summary: Partial<VesselSummary> | null, nowMs: number) => {
    const vessel = new Vessel("k");
    Object.assign(vessel, { status: { heard: true, authority, lease_s: 15 } as StatusMessage, statusAtMs: 1000, summary, particulars: { name: "KESTREL" } });
    return [leftBehind([vessel], "s-1", away, nowMs), leftBehind([vessel], "s-1", () => true, nowMs)];
  };

  it("has a countdown from the moment at which her view was left, none while it is open", () => {
    expect(behind(mine, null, 7000)).toEqual([{ id: "k", name: "KESTREL", leftS: 8.6 }, undefined]);
    expect(behind(mine, { station: "remote", person: "ann" }, 60_000)[0]?.leftS).toBe(0);
  });

  it("is another's by what the fleet says, or was never ours", () => {
    expect(behind(mine, { station: "remote", person: "bob" }, 7000)[0]).toBeUndefined();
    expect(behind(mine, { station: "local", person: "" }, 7000)[0]).toBeUndefined();
    expect(behind(theirs, null, 7000)[0]).toBeUndefined();
  });
});

describe("the end of remote access", () => {
  const left = (changes: Partial<StatusMessage>, sinceS = 0) => accessLeftS({ authority: mine, access_left_s: null, no_access: [], ...changes } as StatusMessage, sinceS);

  it("is counted down in its last quarter of an hour while somebody ashore has her", () => {
    expect([left({}), left({ access_left_s: 901 }), left({ access_left_s: 900 }, 10), left({ access_left_s: 3 }, 5)]).toEqual([null, null, 890, 0]);
  });

  it("is nothing to count in the hands of her bridge, nor when it is over", () => {
    expect(left({ access_left_s: 60, authority: local })).toBeNull();
    expect(left({ access_left_s: 0, no_access: [{ name: "no_grant" }] as StatusMessage["no_access"] })).toBeNull();
  });
});

describe("a lease", () => {
  it("that is renewed has no countdown; one that is not says how long", () => {
    expect(lapseLeftS(mine, 15, 0)).toBeNull();
    expect(lapseLeftS({ ...mine, lease_age_s: 6 }, 15, 1)).toBe(8);
    expect(lapseLeftS({ ...mine, lease_age_s: 20 }, 15, 0)).toBe(0);
    expect(lapseLeftS(local, 15, 100)).toBeNull();
    expect(lapseLeftS({ ...mine, lease_age_s: 6 }, null, 0)).toBeNull();
  });
});
