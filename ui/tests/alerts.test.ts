/** Alerts in the order of IEC 62923, the sounds they make, and when they may be answered. */
import { describe, expect, it } from "vitest";
import { answer, objections, pictureAgeS, type Act } from "../src/alerts/answers";
import { counts, ordered } from "../src/alerts/order";
import { due, lengthS, NOTHING_HEARD, pattern, type Heard } from "../src/alerts/sounds";
import { Store } from "../src/link/store";
import type { AlertJson, StatusMessage } from "../src/protocols.gen";
import { en } from "../src/words/en";

const alert = (changes: Partial<AlertJson> = {}): AlertJson => ({
  alert_id: "a", text: "A", priority: "alarm", category: "B", state: "unacknowledged", since_utc_ms: 1, source: "ship", advice: "",
  sounds: 1, is_escalated: false, answered: "shore", person: "", ...changes,
});
const ids = (alerts: AlertJson[]): string[] => ordered(alerts).map((one) => one.alert_id);

describe("the order of the list", () => {
  it("is state, then priority, then category, then the latest", () => {
    const all = [
      alert({ alert_id: "caution", priority: "caution" }), alert({ alert_id: "acked alarm", state: "acknowledged" }),
      alert({ alert_id: "acked warning", priority: "warning", state: "acknowledged" }), alert({ alert_id: "rectified warning", priority: "warning", state: "rectified-unacknowledged" }),
      alert({ alert_id: "rectified alarm", state: "rectified-unacknowledged" }), alert({ alert_id: "warning", priority: "warning" }),
      alert({ alert_id: "old alarm" }), alert({ alert_id: "new alarm", since_utc_ms: 2 }), alert({ alert_id: "alarm A", category: "A" }),
      alert({ alert_id: "silenced", state: "silenced", since_utc_ms: 3 }), alert({ alert_id: "emergency", priority: "emergency alarm" }), alert({ alert_id: "gone", state: "normal" }),
    ];
    const wanted = ["emergency", "alarm A", "silenced", "new alarm", "old alarm", "warning", "rectified alarm", "rectified warning", "acked alarm", "acked warning", "caution"];
    expect(ids(all)).toEqual(wanted);
    expect(ids([...all].reverse())).toEqual(wanted);
  });

  it("counts what is open apart from what is there", () => {
    expect(counts([alert(), alert({ state: "acknowledged" }), alert({ priority: "caution" })])).toMatchObject({ alarm: { open: 1, all: 2 }, caution: { open: 0, all: 1 } });
  });
});

/** Play `seconds` of a watch in steps of 250 ms; return [second, priority] of each pattern begun. */
function watch(alertsAt: (second: number) => AlertJson[], seconds: number): [number, string][] {
  let heard: Heard = NOTHING_HEARD;
  const begun: [number, string][] = [];
  for (let ms = 0; ms < seconds * 1000; ms += 250) {
    const now = due(alertsAt(ms / 1000), heard, ms);
    heard = now.heard;
    if (now.priority) begun.push([ms / 1000, now.priority]);
  }
  return begun;
}

describe("sounds", () => {
  it("are three short ones for an alarm, two for a warning, none for a caution", () => {
    expect(pattern("alarm")?.beeps).toHaveLength(3);
    expect(pattern("warning")?.beeps).toHaveLength(2);
    expect(pattern("caution")).toBeNull();
    expect(pattern("warning")?.repeatS).toBeNull();
    for (const priority of ["emergency alarm", "alarm", "warning"] as const) {
      const sound = pattern(priority)!;
      for (const { pitchHz } of sound.beeps) expect(pitchHz >= 200 && pitchHz <= 2500).toBe(true);
      expect(sound.beeps.every((beep, index) => index === 0 || beep.atS > sound.beeps[index - 1]!.atS + sound.beeps[index - 1]!.lengthS)).toBe(true);
      if (sound.repeatS !== null) expect(sound.repeatS).toBeGreaterThan(lengthS(sound));
    }
  });

  it("of an alarm come each 7 s until it is acknowledged", () => {
    const until = (second: number): AlertJson[] => [alert(second < 20 ? {} : { state: "acknowledged" })];
    expect(watch(until, 60)).toEqual([[0, "alarm"], [7, "alarm"], [14, "alarm"]]);
  });

  it("of a warning come once, and again when its source says so", () => {
    expect(watch((second) => [alert({ priority: "warning", sounds: second < 30 ? 1 : 2 })], 60)).toEqual([[0, "warning"], [30, "warning"]]);
  });

  it("of a silenced alarm stop and return with the source's word (ALT-03, ALT-06)", () => {
    const at = (second: number): AlertJson[] => [second < 3 ? alert() : second < 33 ? alert({ state: "silenced" }) : alert({ sounds: 2 })];
    expect(watch(at, 38)).toEqual([[0, "alarm"], [33, "alarm"]]);
  });

  it("are those of the highest, and a higher one does not wait", () => {
    const at = (second: number): AlertJson[] => [alert({ alert_id: "w", priority: "warning" }), ...(second < 0.25 ? [] : [alert()]), ...(second < 3 ? [] : [alert({ alert_id: "e", priority: "emergency alarm" })])];
    const begun = watch(at, 5);
    expect(begun.slice(0, 3)).toEqual([[0, "warning"], [0.25, "alarm"], [3, "emergency alarm"]]);
    expect(begun.slice(3).every(([, priority]) => priority === "emergency alarm")).toBe(true);
  });

  it("of a warning raised during an alarm's pattern are not lost", () => {
    const at = (second: number): AlertJson[] => [alert(), ...(second < 0.5 ? [] : [alert({ alert_id: "w", priority: "warning" })])];
    expect(watch(at, 3)).toEqual([[0, "alarm"], [1, "warning"]]);
  });

  it("do not come of a caution, nor of what is rectified", () => {
    expect(watch(() => [alert({ priority: "caution" }), alert({ state: "rectified-unacknowledged" })], 20)).toEqual([]);
  });
});

function station(ageS: number) {
  const store = new Store();
  store.connected = true;
  store.welcome = { type: "welcome", version: 1, server_utc_ms: 0, person: "ann", roles: ["operator"], roc: "ROC", key_state: "enrolled", demo: true };
  const vessel = store.vessel("otter");
  for (const id of ["NAV_LAT", "NAV_LON", "NAV_HDG", "NAV_SOG"]) vessel.values.set(id, { value: 1, quality: 0, utcMs: Date.now() - ageS * 1000 });
  vessel.status = { heard: true, heartbeat_age_ms: 0, heartbeat_period_ms: 1000, step: "L0", authority: { station: "none", phase: "held" } } as StatusMessage;
  vessel.statusAtMs = performance.now();
  return { store, vessel };
}
const desk = { session: "s", hasKey: true };
const why = (act: Act, changes: Partial<AlertJson>, ageS = 0): string[] => {
  const { store, vessel } = station(ageS);
  return objections(act, alert(changes), vessel, store, desk, en);
};

describe("an answer", () => {
  it("to category A needs the picture, 3 s old at most (ALT-05)", () => {
    expect(why("acknowledge", { category: "A" }, 1)).toEqual([]);
    expect(why("acknowledge", { category: "A" }, 4)[0]).toContain("picture");
    expect(why("acknowledge", { category: "B" }, 400)).toEqual([]);
    const { store, vessel } = station(0);
    vessel.values.delete("NAV_HDG");
    expect(pictureAgeS(vessel, store)).toBeNull();
    expect(objections("acknowledge", alert({ category: "A" }), vessel, store, desk, en)).toEqual([en.alerts.noPicture]);
  });

  it.each([
    ["acknowledge", { priority: "caution" as const }, en.alerts.caution], ["acknowledge", { category: "C" as const }, en.alerts.categoryC],
    ["acknowledge", { state: "acknowledged" as const }, en.alerts.already], ["silence", { state: "silenced" as const }, en.alerts.noSound],
    ["take", { answered: "ship" as const, category: "A" as const }, en.alerts.takeA], ["take", {}, en.alerts.notToTake],
    ["take", { answered: "ship" as const }, en.gate.notHolder],
  ] as const)("%s of %o is grey: %s", (act, changes, said) => {
    expect(why(act, changes)).toEqual([said]);
  });

  it("is given by nobody at a console that only shows, to the ship's alerts and to the shore's", () => {
    for (const answered of ["ship", "shore"] as const) {
      const { store, vessel } = station(0);
      store.viewOnly = true;
      expect(objections("acknowledge", alert({ answered }), vessel, store, desk, en)).toEqual([en.gate.viewOnly]);
      expect(objections("silence", alert({ answered }), vessel, store, desk, en)).toEqual([en.gate.viewOnly]);
    }
  });

  it("goes to the ship as an order, to the shore as a word, with the picture's age where it is needed", () => {
    const { store, vessel } = station(1);
    const sent: unknown[] = [];
    const hand = { order: (_: unknown, kind: string, args: object) => { sent.push([kind, args]); return Promise.resolve(); }, socket: { send: (message: object) => { sent.push(message); return true; } } };
    answer("acknowledge", alert({ answered: "ship" }), vessel, store, hand);
    answer("silence", alert({ alert_id: "b" }), vessel, store, hand);
    answer("acknowledge", alert({ category: "A" }), vessel, store, hand);
    answer("take", alert(), vessel, store, hand);
    expect(sent).toEqual([
      ["alert.acknowledge", { alert_id: "a" }], { type: "answer", vessel: "otter", alert_id: "b", source: "ship", answer: "silence" },
      { type: "answer", vessel: "otter", alert_id: "a", source: "ship", answer: "acknowledge", picture_age_s: 1 },
    ]);
  });
});
