/**
 * Direct control by held keys or a gamepad: what is held becomes rudder and propulsion, and nothing is asked for without the
 * enabling control (DMN-01). Pure: times are arguments; the page only carries the frames.
 */

/** What each key does while the enabling key is held. */
export const KEYS = { " ": "enable", ArrowLeft: "port", ArrowRight: "starboard", ArrowUp: "ahead", ArrowDown: "astern" } as const;
type Deed = (typeof KEYS)[keyof typeof KEYS];

/** A stuck key cannot be told from a held one: without a key going down or up for this long the hold ends by itself. A repeat is no stroke: a stuck key repeats. */
export const HOLD_MAX_MS = 30_000;
/** A frame a tenth of a second (DMN-01). */
export const FRAME_MS = 100;
/** How fast keys move the rudder and the lever: a key is all or nothing, and hard over at once helps nobody (ours). */
const RUDDER_DEG_S = 10;
const LEVER_PCT_S = 15;
/** A stick that is let go stands this near to its middle, of 1. */
const DEAD_BAND = 0.08;
/** Buttons of the standard gamepad that enable: the left and the right shoulder. */
const ENABLING = [4, 5];
const RUDDER_AXIS = 0;
const LEVER_AXIS = 3;

/** What a human asks for now: shares of full, positive to starboard and ahead; null for the lever: it stays where it is. */
export interface Wish {
  rudder: number;
  lever: { kind: "to" | "by"; share: number };
  /** Samples that the device itself has delivered since the last look: 0 where it is frozen. */
  fresh: number;
  /** When a human last moved it. */
  movedMs: number;
}

/** The keys that are down now. */
export class Keys {
  private readonly down = new Set<Deed>();
  private strokeMs = -Infinity;

  /** Take a key going down; return whether it is one of ours. `isRepeat`: the keyboard repeats one that is down, which no hand did. */
  press(key: string, nowMs: number, isRepeat = false): boolean {
    const deed = (KEYS as Record<string, Deed>)[key];
    if (deed === undefined) return false;
    if (isRepeat) return true; // also after the hold has ended by itself: only a new stroke begins another
    this.down.add(deed);
    this.strokeMs = nowMs;
    return true;
  }

  /** Take a key going up; return whether it is one of ours. */
  release(key: string, nowMs: number): boolean {
    const deed = (KEYS as Record<string, Deed>)[key];
    if (deed === undefined) return false;
    this.down.delete(deed);
    this.strokeMs = nowMs;
    return true;
  }

  /** Forget all: the focus, the page or the hand is gone. What is still pressed must be pressed anew. */
  letGo(): void {
    this.down.clear();
  }

  /** Return what is asked for; null while the enabling key is not held, or has stood still for too long. */
  wish(nowMs: number): Wish | null {
    if (!this.down.has("enable")) return null;
    if (nowMs - this.strokeMs > HOLD_MAX_MS) {
      this.letGo();
      return null;
    }
    const side = (more: Deed, less: Deed): number => Number(this.down.has(more)) - Number(this.down.has(less));
    return { rudder: side("starboard", "port"), lever: { kind: "by", share: side("ahead", "astern") }, fresh: 1, movedMs: this.strokeMs }; // found down at each look: the browser has no other sample of a key
  }
}

/** What the page reads of a gamepad; `timestamp` grows with each sample that the device delivers. */
export interface PadSample {
  timestamp: number;
  axes: readonly number[];
  buttons: readonly { pressed: boolean }[];
}

/** A gamepad: the left stick is the rudder, the right one the lever, a shoulder button enables. */
export class Pad {
  private seen = -1;
  private movedMs = -Infinity;
  private before = "";

  /** Take what the pad shows now; return what is asked for, null without an enabling button. A pad that delivers nothing new is not fresh. */
  wish(sample: PadSample | null, nowMs: number): Wish | null {
    if (sample === null) return null;
    const fresh = Number(sample.timestamp !== this.seen);
    this.seen = sample.timestamp;
    const axes = [sample.axes[RUDDER_AXIS] ?? 0, -(sample.axes[LEVER_AXIS] ?? 0)].map((axis) => (Math.abs(axis) < DEAD_BAND ? 0 : Math.max(-1, Math.min(1, axis))));
    const enabled = ENABLING.some((button) => sample.buttons[button]?.pressed);
    const now = `${axes.join()} ${enabled}`;
    if (now !== this.before) this.movedMs = nowMs;
    this.before = now;
    return enabled ? { rudder: axes[0]!, lever: { kind: "to", share: axes[1]! }, fresh, movedMs: this.movedMs } : null;
  }
}

/** How far the stick may go. */
export interface Reach {
  rudderDeg: number;
  aheadPct: number;
  asternPct: number;
  neutralPct: number;
}

export interface Demand {
  rudderDeg: number;
  propulsionPct: number;
}

/** From what is wished to what is asked of the ship; begins with what she does (AUT-04) and ends at once. */
export class Stick {
  demand: Demand | null = null;

  /** Return the demand of this frame; null: there is none, nobody holds it. */
  step(wish: Wish | null, actual: Demand, reach: Reach, perMs: number = FRAME_MS): Demand | null {
    if (wish === null) {
      this.demand = null;
      return null;
    }
    const from = this.demand ?? actual;
    const seconds = perMs / 1000;
    const rudder = toward(from.rudderDeg, wish.rudder * reach.rudderDeg, RUDDER_DEG_S * seconds);
    const full = wish.lever.share >= 0 ? reach.aheadPct : reach.asternPct;
    const lever = wish.lever.kind === "to" ? wish.lever.share * full : from.propulsionPct + wish.lever.share * LEVER_PCT_S * seconds;
    this.demand = {
      rudderDeg: tenth(Math.max(-reach.rudderDeg, Math.min(reach.rudderDeg, rudder))),
      propulsionPct: tenth(Math.max(-reach.asternPct, Math.min(reach.aheadPct, lever))),
    };
    return this.demand;
  }

  /** Let go: return what the last frame asks for, rudder amidships and the neutral of the phase; null where nobody held it. */
  end(reach: Reach): Demand | null {
    if (this.demand === null) return null;
    this.demand = null;
    return { rudderDeg: 0, propulsionPct: reach.neutralPct };
  }
}

function toward(from: number, to: number, most: number): number {
  return Math.abs(to - from) <= most ? to : from + Math.sign(to - from) * most;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10 + 0; // no minus zero
}
