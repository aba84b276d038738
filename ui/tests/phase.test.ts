/** Phases are told by the ship's own numbers; a drill is on until its end is told, and his time runs from his turn. */
import { describe, expect, it } from "vitest";
import { runsS, running } from "../src/drill/request";
import { ROWS } from "../src/phase/rows";
import { Store, Vessel } from "../src/link/store";
import { gate } from "../src/orders/gates";
import { blank } from "../src/replay/blank";
import type { DrillJson, PhaseJson, VesselMessage } from "../src/protocols.gen";
import { en } from "../src/words/en";

const phase: PhaseJson = {
  name: "port_approach", hold: "station_keep", fallback: "anchor_readiness", not_judged: ["sea", "visibility"],
  limits: { rudder_deg_max: 30, rudder_slow_deg_max: 35, ahead_pct_max: 60, astern_pct_max: 60, look_ahead_s: 180, cpa_m: 15, tcpa_s: 60, hold_pct: 0, neutral_pct: 0 },
  envelope: [{ what: "speed", channel: "NAV_SOG", low: -8, high: 5.6 }, { what: "wind", channel: "WND_TWS", low: null, high: 17 }],
};
const shown = (name: string, of: PhaseJson = phase) => ROWS.find((row) => row.name === name)!.shown(of, en);
const drill: DrillJson = {
  id: "d", exercise: "link_loss", state: "begun", person: "ann", console: "c", by: "sue", took_s: null, limit_s: 30, passed: false, why: "", utc_ms: 1_000_000,
};

describe("a phase", () => {
  it.each([
    ["rudder", "30 / 35 deg"], ["propulsion", "60 / 60 %"], ["lookAhead", "3.0 min"], ["passing", "15 m, 1.0 min"], ["hold", "keeps her station"],
    ["fallback", "stops, ready to anchor"], ["envelope", "speed -8…5.6; wind …17; not measured: sea, visibility"],
  ])("tells its %s", (name, sentence) => {
    expect(shown(name)).toBe(sentence);
  });

  it("tells a hold with its power, what it does not name as dashes, and a word it does not know as it is", () => {
    expect(shown("hold", { ...phase, hold: "slow_down_on_heading", limits: { hold_pct: 20 } })).toBe("slows down on her heading, 20 %");
    expect(shown("stop")).toBe("--- %");
    expect(shown("fallback", { ...phase, fallback: "beach" })).toBe("beach");
  });
});

describe("a drill", () => {
  it("is on until it has ended, or its end can never be told any more", () => {
    expect(running(drill, 1_010_000)).toBe(drill);
    expect(running({ ...drill, state: "ended" }, 1_010_000)).toBeNull();
    expect([running(drill, 1_199_999), running(drill, 1_200_000)]).toEqual([drill, null]);
    expect([running(null, 0), running(undefined, 0)]).toEqual([null, null]);
  });

  it("runs for him from his turn, not from its beginning", () => {
    expect(runsS(drill, 1_010_000)).toBeNull();
    expect(runsS({ ...drill, state: "ready" }, 1_004_500)).toBe(4.5);
    expect(runsS({ ...drill, state: "ready" }, 999_000)).toBe(0);
  });
});

describe("a drill's button", () => {
  const seat = (roles: string[], station: "remote" | "local", session: string, actuators: "simulated" | "real" = "simulated") => {
    const [store, vessel] = [new Store(), new Vessel("k")];
    store.connected = true;
    store.welcome = { type: "welcome", version: 1, server_utc_ms: 0, person: "p", roles, roc: "R", key_state: "enrolled", demo: true };
    vessel.particulars = { actuators } as VesselMessage;
    const status = blank("k");
    vessel.status = { ...status, heard: true, authority: { ...status.authority, station, session } };
    vessel.statusAtMs = performance.now();
    return gate("drill.begin", vessel, store, { session: "s-1", hasKey: true }, en, { subject: "takeover" }).reasons;
  };

  it.each([
    ["the holder", ["operator"], "remote", "s-1", []], ["a supervisor for another", ["supervisor"], "remote", "s-2", []],
    ["an operator for another", ["operator"], "remote", "s-2", [en.drill.notYours]], ["a supervisor while the bridge has her", ["supervisor"], "local", "", [en.drill.nobodyAshore]],
  ] as const)("of %s", (_, roles, station, session, reasons) => {
    expect(seat([...roles], station, session)).toEqual(reasons);
  });

  it("is closed on a ship whose actuators are real", () => {
    expect(seat(["operator"], "remote", "s-1", "real")).toEqual([en.drill.real]);
  });
});
