/** The trial manoeuvre, who comes near, and the reason that an order past another ship needs. */
import { beforeEach, describe, expect, it } from "vitest";
import { Vessel } from "../src/link/store";
import { Drafts } from "../src/orders/drafts";
import { along, drawnTrial } from "../src/map/trial";
import type { PreviewMessage, ReasonJson, StatusMessage, TargetJson, TrialJson } from "../src/protocols.gen";
import { approach, dangers, isLost } from "../src/trial/cpa";
import { clockOf, distanceText, shownTrial } from "../src/trial/manoeuvre";
import { answerable, asksReason, withReason } from "../src/trial/reason";

const reason = (rule: string): ReasonJson => ({ name: "close_quarters", rule, text: "", value: null, limit: null, unit: "", age_s: null });
const passing: TrialJson["passings"][number] = {
  name: "NAMHAE FERRY (440998004)", source: "ais", cpa_m: 120, tcpa_s: 245, age_s: 2, encounter: "crossing_give_way",
  is_within_limits: true, doubt: "", own_at: [129.01, 35], other_at: [129.011, 35],
};
const trial: TrialJson = { track: [[129, 35, 0], [129.01, 35, 300], [129.01, 35.01, 600]], passings: [passing] };
const preview = (changes: Partial<PreviewMessage> = {}): PreviewMessage =>
  ({ type: "preview", subject: "", vessel: "kestrel", request_id: "r", kind: "conn.heading", verdict: "refused", reasons: [reason("INT-08")], trial, ...changes });
const target = (changes: Partial<TargetJson> = {}): TargetJson => ({
  mmsi: 440998004, utc_ms: 0, latitude_deg: 35.1, longitude_deg: 129, sog_kn: 10, cog_deg: 180, heading_deg: 180, name: "FERRY",
  ship_type: 60, length_m: 97, beam_m: 16, doubt: null, track: null, ...changes,
});

let vessel: Vessel;
let drafts: Drafts;
beforeEach(() => {
  vessel = new Vessel("kestrel");
  drafts = new Drafts();
});
const told = (message: PreviewMessage, agoMs = 0): void => {
  vessel.previews.set(message.kind, { message, atMs: performance.now() - agoMs });
};

describe("a reason", () => {
  it("answers INT-08 and nothing else: not the land, not both at once, not an empty list", () => {
    expect(answerable([reason("INT-08"), reason("INT-08")])).toBe(true);
    expect(answerable([reason("INT-08"), reason("INT-07")])).toBe(false);
    expect(answerable([reason("INT-07")])).toBe(false);
    expect(answerable([])).toBe(false);
  });

  it("is asked for while the shore refuses for another ship's sake, and stays while it is typed", () => {
    expect(asksReason("conn.heading", vessel, drafts)).toBe(false);
    told(preview());
    expect(asksReason("conn.heading", vessel, drafts)).toBe(true);
    drafts.setReason("conn.heading", "pilot boat alongside");
    told(preview({ verdict: "allowed", reasons: [] }));
    expect(asksReason("conn.heading", vessel, drafts)).toBe(true);
    expect(asksReason("conn.rudder", vessel, drafts)).toBe(false);
  });

  it("is asked for no more once she follows what is set, and again for another value", () => {
    drafts.setHeading(130);
    told(preview());
    vessel.status = { setpoints: { heading_deg: 95 } } as unknown as StatusMessage;
    expect(asksReason("conn.heading", vessel, drafts)).toBe(true);
    vessel.status = { setpoints: { heading_deg: 130 } } as unknown as StatusMessage;
    expect(asksReason("conn.heading", vessel, drafts)).toBe(false);
    drafts.setHeading(131);
    expect(asksReason("conn.heading", vessel, drafts)).toBe(true);
  });

  it("goes with the order it was typed for, cut to what a message may have, and with no other", () => {
    drafts.setHeading(95);
    expect(withReason("conn.heading", { heading_deg: 95 }, drafts)).toEqual({ heading_deg: 95 });
    drafts.setReason("conn.heading", `  ${"x".repeat(300)}`);
    expect(withReason("conn.heading", {}, drafts)["collision_reason"]).toHaveLength(200);
    drafts.setReason("conn.heading", "   ");
    expect(withReason("conn.heading", {}, drafts)).toEqual({});
    drafts.setReason("conn.heading", "seen");
    drafts.setHeading(96);
    expect(withReason("conn.heading", {}, drafts)).toEqual({});
  });

  it("takes back a confirmation that was armed without it", () => {
    drafts.setHeading(95);
    drafts.arm("conn.heading");
    drafts.setReason("conn.heading", "seen");
    expect(drafts.isArmed("conn.heading")).toBe(false);
  });

  it("can be given for what the ship has refused: value and kind are taken up again", () => {
    drafts.again("conn.heading", { heading_deg: 95 });
    expect(drafts.headingDeg).toBe(95);
    expect(drafts.last).toBe("conn.heading");
    expect(asksReason("conn.heading", vessel, drafts)).toBe(true);
    drafts.given("conn.heading");
    expect(asksReason("conn.heading", vessel, drafts)).toBe(false);
  });
});

describe("the trial shown", () => {
  it("is that of the order set last; without one, where the heading in force takes her", () => {
    told(preview());
    expect(shownTrial(vessel, null)?.isDraft).toBe(false);
    drafts.setHeading(95);
    expect(shownTrial(vessel, drafts)).toMatchObject({ kind: "conn.heading", isDraft: true });
    drafts.setPropulsion(40, -60, 90);
    expect(shownTrial(vessel, drafts)).toBeNull();
  });

  it("is none when the shore's answer is older than three askings", () => {
    told(preview(), 6001);
    expect(shownTrial(vessel, drafts)).toBeNull();
  });

  it("is drawn with its minutes and with both ships at their closest", () => {
    const kinds = drawnTrial({ kind: "conn.heading", trial, isDraft: true }).features.map((one) => one.properties?.["kind"] as string);
    expect(kinds).toEqual(["track", ...Array<string>(5).fill("mark"), "cpa", "other"]);
    expect(drawnTrial({ kind: "conn.heading", trial, isDraft: false }).features).toHaveLength(1);
    expect(drawnTrial(null).features).toEqual([]);
    expect(along(trial.track, 150)?.[0]).toBeCloseTo(129.005, 9);
    expect(along(trial.track, 601)).toBeNull();
  });

  it.each([[0, "0:00"], [245, "4:05"], [-30, "-0:30"], [3600, "60:00"]])("%d s is written %s", (s, text) => expect(clockOf(s)).toBe(text));
  it.each([[120.4, "120 m"], [925, "925 m"], [926, "0.50 NM"], [18520, "10.00 NM"]])("%d m is written %s", (m, text) => expect(distanceText(m)).toBe(text));
});

describe("closest approach", () => {
  const own = { at: [129, 35] as [number, number], courseDeg: 0, speedKn: 10 };

  it("of two that run straight at each other is nothing, after half the distance each", () => {
    const found = approach(own, { at: [129, 35.1], courseDeg: 180, speedKn: 10 });
    expect(found.cpaM).toBeLessThan(1);
    expect(found.tcpaS).toBeCloseTo(found.rangeM / (20 * 0.514444), 0);
    expect(found.bearingDeg).toBeCloseTo(0, 5);
  });

  it("of two that go alike is the distance there is, now", () => {
    expect(approach(own, { at: [129.1, 35], courseDeg: 0, speedKn: 10 })).toMatchObject({ tcpaS: 0 });
  });

  it("behind both is a negative time", () => {
    expect(approach(own, { at: [129, 34.9], courseDeg: 180, speedKn: 10 }).tcpaS).toBeLessThan(0);
  });

  it("counts a motion that is not told as none", () => {
    expect(approach(own, { at: [129, 35.1], courseDeg: null, speedKn: null }).cpaM).toBeLessThan(1);
  });

  it("puts first who comes within the limits soonest, then who comes soon by CPA, then the rest by range", () => {
    vessel.particulars = { limits: { cpa_m: 400, tcpa_s: 1200 } } as never;
    const add = (mmsi: number, latitude_deg: number, longitude_deg: number, cog_deg: number): void => {
      vessel.targets.set(mmsi, target({ mmsi, latitude_deg, longitude_deg, cog_deg }));
    };
    add(1, 34.9, 129, 180); // past
    add(2, 35.2, 129.2, 180); // passes wide
    add(3, 35.1, 129, 180); // head on, later
    add(4, 35.05, 129, 180); // head on, soon
    expect(dangers(own, vessel, 0).map((row) => row.target.mmsi)).toEqual([4, 3, 2, 1]);
    expect(dangers(own, vessel, 0).map((row) => row.isWithinLimits)).toEqual([true, true, false, false]);
  });

  it("knows a lost target by its own pace: a minute under way, six at anchor", () => {
    expect(isLost(target(), 60_000)).toBe(false);
    expect(isLost(target(), 60_001)).toBe(true);
    expect(isLost(target({ sog_kn: 0 }), 360_000)).toBe(false);
    expect(isLost(target({ sog_kn: 0 }), 360_001)).toBe(true);
  });
});
