/** The guided exercise: a step is ticked by what the ship and the shore have told, in order, and by nothing else. */
import { beforeEach, describe, expect, it } from "vitest";
import { Exercise, isOffered } from "../src/exercise/exercise";
import { advance, again, current, hint, isFit, STEP_NAMES, type Progress, type Seen, type StepName } from "../src/exercise/steps";
import type { Entry } from "../src/ledger/request";
import { Store, Vessel } from "../src/link/store";
import type { AuthorityJson, DrillJson, StatusMessage, VesselMessage, WelcomeMessage } from "../src/protocols.gen";
import { en } from "../src/words/en";
import { ko } from "../src/words/ko";

const BEGUN_MS = 1_000_000;
const BRIDGE = { station: "local", person: "", console: "", session: "", phase: "held", pending_person: "", pending_console: "" } as unknown as AuthorityJson;
const MINE = { ...BRIDGE, station: "remote", person: "ann", console: "c-1", session: "s-1" } as AuthorityJson;
const drill = (state: DrillJson["state"], utc_ms = BEGUN_MS + 50_000): DrillJson =>
  ({ id: "d", exercise: "link_loss", state, person: "ann", console: "c-1", by: "ann", took_s: null, limit_s: 30, passed: false, why: "", utc_ms });

let otter: Vessel;
let seen: Seen;
let progress: Progress;
const told = (changes: Partial<StatusMessage>): void => {
  otter.status = { heard: true, heartbeat_age_ms: 100, heartbeat_period_ms: 1000, step: "L0", authority: BRIDGE, drill: null, access_left_s: null, no_access: [], ...otter.status, ...changes } as StatusMessage;
  otter.statusAtMs = performance.now();
};
const order = (kind: string, state: string, { atMs = BEGUN_MS + 1000, console = "c-1", id = kind } = {}): void =>
  otter.orders.take({ order_id: id, kind, args: {}, state, reasons: [], detail: "", utc_ms: atMs, person: "ann", console });
const look = (): StepName | null => current(progress = advance(progress, seen));
/** Come to where `name` is next, by the facts of a day on which all goes well. */
const until = (name: StepName): void => {
  const day: Record<StepName, () => void> = {
    open: () => { seen = { ...seen, open: otter, ship: otter }; }, request: () => told({ authority: { ...BRIDGE, phase: "granted", pending_person: "ann", pending_console: "c-1" } }),
    confirm: () => told({ authority: MINE }), order: () => order("conn.heading", "executing"), turned: () => order("conn.heading", "SUCCEEDED"),
    lost: () => told({ drill: drill("begun") }), alone: () => told({ step: "L3" }), back: () => told({ step: "L0", drill: drill("ended") }),
    release: () => { told({ authority: BRIDGE }); order("authority.release", "SUCCEEDED"); },
    ledger: () => { seen = { ...seen, view: "ledger", read: [entry()] }; },
  };
  for (const each of STEP_NAMES) {
    if (each === name) break;
    day[each]();
    look();
    if (each === "open") look();
  }
  expect(current(progress)).toBe(name);
};
const entry = (changes: Partial<Entry> = {}): Entry =>
  ({ number: 1, source: "ship", kind: "order", utc_ms: BEGUN_MS + 1000, person: "ann", what: "conn.heading 95", result: "SUCCEEDED", why: "", reasons: [], hash: "", ...changes });

beforeEach(() => {
  otter = new Vessel("otter");
  otter.particulars = { name: "OTTER", takes_orders: true, actuators: "simulated" } as VesselMessage;
  otter.status = null;
  told({});
  seen = { open: null, view: "conning", ship: null, session: "s-1", console: "c-1", person: "ann", read: [] };
  progress = { person: "ann", vessel: "", done: 0, sinceUtcMs: BEGUN_MS };
});

describe("the exercise", () => {
  it("is done when the conn was taken, the heading altered, the link lost, the ship taken back, and the ledger read", () => {
    until("ledger");
    seen = { ...seen, view: "ledger", read: [entry()] };
    expect([look(), progress.done, progress.vessel]).toEqual([null, STEP_NAMES.length, "otter"]);
  });

  it("does not move while nothing is told, however often it is looked at", () => {
    for (const name of STEP_NAMES) {
      if (name !== "open") beforeEachAgain();
      until(name);
      for (let times = 0; times < 5; times += 1) expect(look()).toBe(name);
    }
  });

  it("takes no ship whose actuators are real, who takes no orders, or who has not been heard", () => {
    expect(isFit(otter)).toBe(true);
    for (const changes of [{ actuators: "real" }, { actuators: "" }, { takes_orders: false }]) {
      const other = new Vessel("x");
      other.particulars = { takes_orders: true, actuators: "simulated", ...changes } as VesselMessage;
      other.status = otter.status;
      expect(isFit(other)).toBe(false);
    }
    otter.status = null;
    expect(isFit(otter)).toBe(false);
  });

  it.each([
    ["of before it was begun", { atMs: BEGUN_MS - 1 }], ["of another console", { console: "c-2" }],
  ])("counts no order %s", (_, about) => {
    until("order");
    order("conn.heading", "SUCCEEDED", about);
    expect(look()).toBe("order");
  });

  it("counts no order that is only sent or accepted, and says that a refused one did not succeed", () => {
    until("order");
    for (const state of ["drafted", "sent", "received", "accepted"]) {
      order("conn.heading", state);
      expect(look()).toBe("order");
    }
    order("conn.heading", "REJECTED");
    expect([look(), hint(progress, seen)]).toEqual(["order", "refused"]);
    order("conn.heading", "executing", { id: "second", atMs: BEGUN_MS + 2000 });
    expect([look(), hint(progress, seen)]).toEqual(["turned", ""]);
  });

  it("believes no step of a ship that is not heard: what she does then is not known", () => {
    until("alone");
    told({ step: "L3", heartbeat_age_ms: 4000 });
    expect([look(), hint(progress, seen)]).toEqual(["alone", "silent"]);
  });

  it("takes a link that was lost by itself for lost, and a loss that ended too soon can be made once more", () => {
    until("lost");
    told({ step: "L2" });
    expect(look()).toBe("alone");
    told({ step: "L1", drill: drill("ended") });
    expect([look(), hint(progress, seen)]).toEqual(["alone", "drillOver"]);
    progress = again(progress);
    expect([current(progress), look()]).toEqual(["lost", "lost"]);
    told({ drill: drill("begun", BEGUN_MS - 60_000) }); // a drill of before
    expect(look()).toBe("lost");
  });

  it("is not back before she is on L0 and the conn is this console's; a lapsed conn is to be taken again", () => {
    until("back");
    expect(look()).toBe("back");
    told({ step: "L0", authority: { ...BRIDGE, station: "none" } });
    expect([look(), hint(progress, seen)]).toEqual(["back", "noConn"]);
    told({ authority: MINE });
    expect(look()).toBe("release");
  });

  it("has the ledger read only where the view shows this order of this person", () => {
    until("ledger");
    for (const wrong of [entry({ person: "kim" }), entry({ kind: "authority" }), entry({ what: "conn.speed 5" }), entry({ utc_ms: BEGUN_MS - 60_000 })]) {
      seen = { ...seen, view: "ledger", read: [wrong] };
      expect(look()).toBe("ledger");
    }
    seen = { ...seen, view: "history", read: [entry()] };
    expect(look()).toBe("ledger");
  });

  it("sends back to its ship and its view", () => {
    until("order");
    seen = { ...seen, open: new Vessel("kestrel") };
    expect(hint(progress, seen)).toBe("otherShip");
    seen = { ...seen, open: otter, view: "drill" };
    expect(hint(progress, seen)).toBe("otherView");
  });
});

function beforeEachAgain(): void {
  otter = new Vessel("otter");
  otter.particulars = { name: "OTTER", takes_orders: true, actuators: "simulated" } as VesselMessage;
  told({});
  seen = { ...seen, open: null, view: "conning", ship: null, read: [] };
  progress = { person: "ann", vessel: "", done: 0, sinceUtcMs: BEGUN_MS };
}

describe("leaving it", () => {
  const storage = () => {
    const kept = new Map<string, string>();
    return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, text: string) => void kept.set(key, text), removeItem: (key: string) => void kept.delete(key) };
  };

  it("loses nothing: left, the page opened anew, it goes on where it was, and only for who began it", () => {
    const disk = storage();
    const first = new Exercise(disk);
    first.begin("ann", BEGUN_MS);
    first.look({ ...seen, open: otter });
    first.leave();
    const second = new Exercise(disk);
    expect(second.isOpen).toBe(false);
    second.look({ ...seen, open: otter, ship: otter });
    expect(second.of("ann")?.done).toBe(1); // nothing is ticked while it is left
    second.resume("ann", BEGUN_MS + 60_000);
    expect([second.isOpen, second.of("ann")]).toEqual([true, { person: "ann", vessel: "otter", done: 1, sinceUtcMs: BEGUN_MS }]);
    expect(second.of("kim")).toBeNull();
  });

  it("begins anew where it was done, and where what is stored is not ours", () => {
    for (const text of ["{", "[]", "null", '{"person":1}', JSON.stringify({ ...progress, done: STEP_NAMES.length })]) {
      const disk = storage();
      disk.setItem("farhelm-exercise", text);
      const exercise = new Exercise(disk);
      exercise.resume("ann", BEGUN_MS);
      expect(exercise.of("ann")).toEqual({ person: "ann", vessel: "", done: 0, sinceUtcMs: BEGUN_MS });
    }
  });

  it("is offered in a demo to who may order, nowhere else and to nobody else", () => {
    const store = new Store();
    const welcome = { demo: true, roles: ["operator"] } as WelcomeMessage;
    for (const [changes, is] of [[{}, true], [{ demo: false }, false], [{ roles: ["viewer"] }, false]] as const) {
      store.welcome = { ...welcome, ...changes } as WelcomeMessage;
      expect(isOffered(store)).toBe(is);
    }
    store.welcome = null;
    expect(isOffered(store)).toBe(false);
  });
});

describe.each([["English", en], ["Korean", ko]])("its words in %s", (_, words) => {
  it("name the buttons as they are called, and every step says what to press and why", () => {
    const { steps } = words.exercise;
    const named: [StepName, string[]][] = [
      ["open", [words.top.fleet]], ["request", [words.conn.level_setpoint, words.conn.request]], ["confirm", [words.conn.confirm]], ["order", [words.order.heading, words.order.order, words.order.confirm]],
      ["turned", [words.order.actual, words.order.ordered]], ["lost", [words.top.views.drill, words.drill.exercises.link_loss.name, words.drill.begin, words.order.confirm]],
      ["alone", [words.top.views.conning]], ["back", [words.banner.resume]], ["release", [words.conn.release]], ["ledger", [words.top.views.ledger]],
    ];
    expect(named.map(([name]) => name)).toEqual(STEP_NAMES);
    for (const [name, labels] of named) for (const label of labels) expect(steps[name].how, `${name}: ${label}`).toContain(label);
    for (const name of STEP_NAMES) expect(steps[name].why.length).toBeGreaterThan(15);
  });
});
