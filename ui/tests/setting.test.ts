/** What the order controls stand at, and what the order then carries: heading or course, lever with telegraph steps or speed. */
import { beforeEach, describe, expect, it } from "vitest";
import { Vessel } from "../src/link/store";
import { Drafts } from "../src/orders/drafts";
import { canKeepStation, offStationM, powerWay, powerWish, stationCircle, speedMaxKn, steeringWay, steeringWish, telegraphOf } from "../src/orders/setting";
import type { StatusMessage, VesselMessage } from "../src/protocols.gen";

const TELEGRAPH = { full_astern: -70, half_astern: -55, stop: 0, half_ahead: 55, full_ahead: 70 };
let vessel: Vessel;
let drafts: Drafts;
const measured = (values: Record<string, number>): void => {
  for (const [id, value] of Object.entries(values)) vessel.values.set(id, { value, quality: 0, utcMs: 0 });
};
const ordered = (setpoints: Record<string, number>): void => {
  vessel.status = { setpoints } as unknown as StatusMessage;
};
beforeEach(() => {
  vessel = new Vessel("kestrel");
  vessel.particulars = { limits: { rpm_full: 200, speed_full_kn: 14, ahead_pct_max: 85 }, telegraph: TELEGRAPH } as unknown as VesselMessage;
  drafts = new Drafts();
  measured({ NAV_HDG: 83.2, NAV_COG: 88.6, ME_RPM: 110, NAV_SOG: 7.26 });
});

describe("the steering controls", () => {
  it("begin with what she does, then with what is ordered, and follow a course that is kept", () => {
    expect(steeringWish(vessel, drafts)).toEqual({ kind: "conn.heading", args: { heading_deg: 83.2 } });
    ordered({ heading_deg: 85 });
    expect(steeringWish(vessel, drafts).args).toEqual({ heading_deg: 85 });
    ordered({ heading_deg: 85, course_deg: 90 });
    expect(steeringWish(vessel, drafts)).toEqual({ kind: "conn.course", args: { course_deg: 90 } });
    expect(steeringWish(vessel, null).kind).toBe("conn.course");
  });

  it("carry a course with the rate of turn set for it, and none where none is set", () => {
    drafts.choose("conn.course");
    expect(steeringWish(vessel, drafts).args).toEqual({ course_deg: 89 });
    drafts.setCourse(-5);
    drafts.setRate(12.4);
    expect(steeringWish(vessel, drafts).args).toEqual({ course_deg: 355, rate_deg_min: 12 });
    drafts.setRate(null);
    expect(drafts.argsOf("conn.course")).toEqual({ course_deg: 355 });
  });

  it("a heading set elsewhere, on the compass, is a heading order again, and a course that is kept does not turn it back", () => {
    ordered({ heading_deg: 85, course_deg: 90 });
    drafts.setHeading(100);
    expect(steeringWish(vessel, drafts)).toEqual({ kind: "conn.heading", args: { heading_deg: 100 } });
  });

  it("order nothing where nothing is known: absent is not zero", () => {
    vessel.values.clear();
    expect(steeringWish(vessel, drafts).args).toBeNull();
    expect(powerWish(vessel, drafts).args).toBeNull();
    drafts.choose("conn.speed");
    expect(powerWish(vessel, drafts)).toEqual({ kind: "conn.speed", args: null });
  });
});

describe("the propulsion controls", () => {
  it("send a step as a step, so that she judges it by her own table, and a share of power as one", () => {
    drafts.setStep("half_ahead", 55);
    expect(powerWish(vessel, drafts)).toEqual({ kind: "conn.telegraph", args: { step: "half_ahead" } });
    drafts.setPropulsion(60, -100, 100);
    expect(powerWish(vessel, drafts)).toEqual({ kind: "conn.propulsion", args: { propulsion_pct: 60 } });
  });

  it("are set to a speed from nothing to what her power gives, in tenths of a knot", () => {
    expect(speedMaxKn(vessel)).toBe(11.9);
    drafts.choose("conn.speed");
    expect(powerWish(vessel, drafts).args).toEqual({ speed_kn: 7.3 });
    drafts.setSpeed(25, speedMaxKn(vessel));
    expect(powerWish(vessel, drafts).args).toEqual({ speed_kn: 11.9 });
    drafts.setSpeed(-1, speedMaxKn(vessel));
    expect(powerWish(vessel, drafts).args).toEqual({ speed_kn: 0 });
  });

  it("offer the steps of her own telegraph from full astern to full ahead, and none where she has none", () => {
    expect(telegraphOf(vessel).map(([step]) => step)).toEqual(Object.keys(TELEGRAPH));
    vessel.particulars = { limits: {}, telegraph: {} } as unknown as VesselMessage;
    expect(telegraphOf(vessel)).toEqual([]);
  });

  it("follow the speed that she keeps until another way is chosen", () => {
    ordered({ propulsion_pct: 50, speed_kn: 7 });
    expect(powerWay(vessel, drafts)).toBe("conn.speed");
    drafts.choose("conn.propulsion");
    expect(powerWish(vessel, drafts)).toEqual({ kind: "conn.propulsion", args: { propulsion_pct: 50 } });
  });
});

describe("what is set", () => {
  it("falls with the conn: way, step and rate too", () => {
    drafts.setCourse(90);
    drafts.setRate(20);
    drafts.setStep("stop", 0);
    drafts.arm("conn.telegraph");
    drafts.clear();
    expect(drafts.isArmed("conn.telegraph")).toBe(false);
    expect([steeringWay(vessel, drafts), powerWish(vessel, drafts).kind]).toEqual(["conn.heading", "conn.propulsion"]);
    expect(steeringWish(vessel, drafts).args).toEqual({ heading_deg: 83.2 });
  });

  it("another value, way or rate takes back a confirmation that was for what stood there", () => {
    const changes = [() => drafts.setCourse(91), () => drafts.setRate(20), () => drafts.choose("conn.heading"), () => drafts.setStep("stop", 0), () => drafts.setSpeed(5, 10)];
    for (const change of changes) {
      drafts.arm("conn.course");
      change();
      expect(drafts.isArmed("conn.course")).toBe(false);
    }
  });

  it.each([
    ["conn.course", { course_deg: 95, rate_deg_min: 10 }], ["conn.telegraph", { step: "half_ahead" }], ["conn.speed", { speed_kn: 6.5 }], ["conn.station_keep", { radius_m: 20 }],
  ] as const)("of a refused %s order is taken up again for a reason", (kind, args) => {
    drafts.again(kind, args);
    expect([steeringWish(vessel, drafts), powerWish(vessel, drafts)]).toContainEqual({ kind, args });
    expect([drafts.last, drafts.reason(kind)]).toEqual([kind, ""]);
  });
});

describe("a station that she is to keep", () => {
  const phases = [{ name: "coastal", limits: {} }, { name: "berth", limits: { keep_radius_m: 8, keep_radius_m_max: 60 } }];
  const inPhase = (phase: string, setpoints: Record<string, number> = {}): void => {
    vessel.particulars = { ...vessel.particulars, phases } as unknown as VesselMessage;
    vessel.status = { phase, setpoints } as unknown as StatusMessage;
  };

  it("begins with the narrowest circle of the phase, and stays within what hull and phase can", () => {
    inPhase("berth");
    drafts.choose("conn.station_keep");
    expect(powerWish(vessel, drafts)).toEqual({ kind: "conn.station_keep", args: { radius_m: 8 } });
    for (const [set, kept] of [[20.4, 20], [3, 8], [500, 60]] as const) {
      drafts.setRadius(set, ...stationCircle(vessel)!);
      expect(powerWish(vessel, drafts).args).toEqual({ radius_m: kept });
    }
  });

  it("is asked of a phase that cannot without a circle, so that the ship says why; of a hull that cannot it is not offered", () => {
    inPhase("coastal");
    drafts.choose("conn.station_keep");
    expect([stationCircle(vessel), canKeepStation(vessel)]).toEqual([null, true]);
    expect(powerWish(vessel, drafts)).toEqual({ kind: "conn.station_keep", args: {} });
    vessel.particulars = { ...vessel.particulars, phases: phases.slice(0, 1) } as unknown as VesselMessage;
    expect(canKeepStation(vessel)).toBe(false);
  });

  it("that is kept opens the card on it, with how far off she lies; without a position that is not known", () => {
    inPhase("berth", { propulsion_pct: 10, station_radius_m: 12, station_latitude_deg: 35, station_longitude_deg: 129 });
    expect(powerWish(vessel, drafts)).toEqual({ kind: "conn.station_keep", args: { radius_m: 12 } });
    expect(offStationM(vessel)).toBeNull();
    measured({ NAV_LAT: 35.0001, NAV_LON: 129 });
    expect(offStationM(vessel)).toBeCloseTo(11.1, 1);
    drafts.choose("conn.propulsion");
    expect(powerWish(vessel, drafts).kind).toBe("conn.propulsion");
  });
});
