/** Nothing moves without a held enabling control, and it ends the moment it is let go (DMN-01, DMN-02). */
import { readFileSync } from "node:fs";
import { decode } from "cborg";
import { describe, expect, it } from "vitest";
import { FRAME_MS, HOLD_MAX_MS, Keys, Pad, Stick, type PadSample, type Reach } from "../src/direct/stick";
import { isFastEnough, latencyText } from "../src/direct/latency";
import { Vessel } from "../src/link/store";
import { blank } from "../src/replay/blank";
import { en } from "../src/words/en";
import { frameBody } from "../src/orders/bodies";
import { fromHex } from "../src/orders/bytes";

const reach: Reach = { rudderDeg: 20, aheadPct: 90, asternPct: 60, neutralPct: 5 };
const actual = { rudderDeg: 1.5, propulsionPct: 64 };
const pad = (changes: Partial<PadSample> & { enabled?: boolean } = {}): PadSample =>
  ({ timestamp: 1, axes: [0, 0, 0, 0], buttons: [4, 5, 0, 0, 0, 0].map((_, index) => ({ pressed: index === 5 && changes.enabled !== false })), ...changes });

describe("keys", () => {
  it("ask for nothing without the enabling key, whatever else is held", () => {
    const keys = new Keys();
    expect(keys.press("ArrowRight", 0)).toBe(true);
    expect(keys.wish(10)).toBeNull();
    keys.press(" ", 20);
    expect(keys.wish(30)).toMatchObject({ rudder: 1, lever: { kind: "by", share: 0 }, movedMs: 20 });
    keys.release(" ", 40);
    expect(keys.wish(50)).toBeNull();
    expect([keys.press("a", 60), keys.release("a", 60)]).toEqual([false, false]);
  });

  it("against each other ask for the middle, and each look is a new sample", () => {
    const keys = new Keys();
    for (const key of [" ", "ArrowRight", "ArrowLeft", "ArrowUp"]) keys.press(key, 0);
    const [first, second] = [keys.wish(0)!, keys.wish(100)!];
    expect(first).toMatchObject({ rudder: 0, lever: { share: 1 } });
    expect([first.fresh, second.fresh]).toEqual([1, 1]);
  });

  it("that are let go with the focus must be pressed anew", () => {
    const keys = new Keys();
    keys.press(" ", 0);
    keys.letGo();
    expect(keys.wish(1)).toBeNull();
    keys.press("ArrowLeft", 2);
    expect(keys.wish(3)).toBeNull();
  });

  it("without any stroke end by themselves: a stuck key is no hand", () => {
    const keys = new Keys();
    keys.press(" ", 0);
    expect(keys.wish(HOLD_MAX_MS)).not.toBeNull();
    expect(keys.wish(HOLD_MAX_MS + 1)).toBeNull();
    expect(keys.wish(HOLD_MAX_MS + 2)).toBeNull();
    keys.press(" ", HOLD_MAX_MS + 3);
    expect(keys.wish(HOLD_MAX_MS + 4)).not.toBeNull();
  });

  it("that repeat by themselves are no strokes: a stuck one ends too, and its repeats begin no other hold", () => {
    const keys = new Keys();
    keys.press(" ", 0);
    for (let atMs = 500; atMs <= HOLD_MAX_MS + 500; atMs += 30) expect(keys.press(" ", atMs, true)).toBe(true); // ours all the same: the page does not scroll
    expect(keys.wish(HOLD_MAX_MS + 500)).toBeNull();
    keys.press(" ", HOLD_MAX_MS + 600, true);
    expect(keys.wish(HOLD_MAX_MS + 700)).toBeNull();
    keys.release(" ", HOLD_MAX_MS + 800);
    keys.press(" ", HOLD_MAX_MS + 900);
    expect(keys.wish(HOLD_MAX_MS + 1000)).not.toBeNull();
  });
});

describe("a gamepad", () => {
  it("asks with a shoulder button held, in shares of its way, up being ahead", () => {
    expect(new Pad().wish(pad({ axes: [-0.5, 0, 0, -1] }), 0)).toMatchObject({ rudder: -0.5, lever: { kind: "to", share: 1 } });
    expect(new Pad().wish(pad({ axes: [1, 0, 0, 0], enabled: false }), 0)).toBeNull();
    expect(new Pad().wish(null, 0)).toBeNull();
  });

  it("near its middle is in it, and beyond its end at its end", () => {
    expect(new Pad().wish(pad({ axes: [0.079, 0, 0, 1.2] }), 0)).toMatchObject({ rudder: 0, lever: { share: -1 } });
  });

  it("that is frozen delivers no new input, so that the ship ends it; its last movement stays when it was", () => {
    const one = new Pad();
    const first = one.wish(pad({ timestamp: 5 }), 100)!;
    const frozen = one.wish(pad({ timestamp: 5 }), 200)!;
    const alive = one.wish(pad({ timestamp: 6 }), 300)!;
    expect([first.fresh, frozen.fresh, alive.fresh]).toEqual([1, 0, 1]);
    expect([frozen.movedMs, one.wish(pad({ timestamp: 7, axes: [0.5, 0, 0, 0] }), 400)!.movedMs]).toEqual([100, 400]);
  });
});

describe("the stick", () => {
  const by = (rudder: number, share = 0) => ({ rudder, lever: { kind: "by" as const, share }, fresh: 1, movedMs: 0 });

  it("begins with what she does, and moves at its own rate", () => {
    const stick = new Stick();
    expect(stick.step(by(0), actual, reach)).toEqual({ rudderDeg: 0.5, propulsionPct: 64 });
    expect(stick.step(by(1, 1), actual, reach)).toEqual({ rudderDeg: 1.5, propulsionPct: 65.5 });
  });

  it("stops at the limits of the phase, and comes back to the middle with the key", () => {
    const stick = new Stick();
    for (let turn = 0; turn < 60; turn += 1) stick.step(by(1, 1), actual, reach, FRAME_MS);
    expect(stick.demand).toEqual({ rudderDeg: 20, propulsionPct: 90 });
    for (let turn = 0; turn < 20; turn += 1) stick.step(by(0, 0), actual, reach, FRAME_MS);
    expect(stick.demand).toEqual({ rudderDeg: 0, propulsionPct: 90 });
    for (let turn = 0; turn < 200; turn += 1) stick.step(by(-1, -1), actual, reach, FRAME_MS);
    expect(stick.demand).toEqual({ rudderDeg: -20, propulsionPct: -60 });
  });

  it("let go ends in neutral, once; held by nobody it asks for nothing", () => {
    const stick = new Stick();
    expect(stick.end(reach)).toBeNull();
    stick.step(by(1), actual, reach);
    expect(stick.end(reach)).toEqual({ rudderDeg: 0, propulsionPct: 5 });
    expect(stick.end(reach)).toBeNull();
    expect(stick.step(null, actual, reach)).toBeNull();
  });
});

describe("the link", () => {
  const on = (roundTripMs: number | null, limitMs: number | null) => {
    const vessel = new Vessel("k");
    vessel.status = { ...blank("k"), heard: true, round_trip_ms: roundTripMs, direct_limit_ms: limitMs };
    return [isFastEnough(vessel), latencyText(vessel, en)];
  };

  it.each([
    [76, 2000, true, en.direct.fastEnough("2000", "76")], [1102, 1102, true, en.direct.fastEnough("1102", "1102")], [1103, 1102, false, en.direct.tooSlow("1102", "1103")],
    [null, 2000, false, en.direct.tripUnknown("2000")], [76, null, false, en.direct.limitUnknown],
  ])("of %s ms against %s ms", (trip, limit, isGood, sentence) => {
    expect(on(trip, limit)).toEqual([isGood, sentence]);
  });
});

describe("a frame", () => {
  it("says field for field what the vector says", () => {
    const vectors = JSON.parse(readFileSync(new URL("../../tests/vectors/signing.json", import.meta.url), "utf8"));
    const body = fromHex(vectors.messages.find((row: { name: string }) => row.name === "frame").body_hex);
    const told = decode(body) as Record<string, number & string & boolean>;
    const made = frameBody({
      vessel: told["vessel"]!, person: told["person"]!, console: told["console"]!, session: told["session"]!, fencing: told["fencing"]!, seq: told["seq"]!,
      clock: { bootId: told["boot_id"]!, monoMs: told["made_ms"]! }, inputs: told["inputs"]!, movedMs: told["moved_ms"]!,
      demand: { rudderDeg: told["rudder_deg"]!, propulsionPct: told["propulsion_pct"]! },
    });
    expect(decode(made)).toEqual(told);
  });
});
