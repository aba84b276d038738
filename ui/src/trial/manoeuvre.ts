/** The trial manoeuvre that is shown: of the order being set, else of the heading or course in force; and how it is told. */
import type { Vessel } from "../link/store";
import type { Drafts } from "../orders/drafts";
import type { KindName } from "../orders/kinds";
import type { TrialJson } from "../protocols.gen";
import { METRES_PER_NM } from "../map/geometry";
import { steeringWay } from "../orders/setting";

const LIFE_MS = 6000; // as the previews that carry it: three missing answers
const METRES_BELOW_M = 0.5 * METRES_PER_NM;

export interface Shown {
  kind: KindName;
  trial: TrialJson;
  /** True: of an order not given yet; false: where the heading in force takes her. */
  isDraft: boolean;
}

/** Return what to show of `vessel`; null where the shore has told no trial lately. */
export function shownTrial(vessel: Vessel, drafts: Drafts | null, nowMs: number = performance.now()): Shown | null {
  const kind = drafts?.last ?? steeringWay(vessel, drafts);
  const preview = vessel.previews.get(kind);
  if (!preview?.message.trial || nowMs - preview.atMs > LIFE_MS) return null;
  return { kind, trial: preview.message.trial, isDraft: drafts?.last !== null && drafts !== null };
}

/** Return a distance as seamen say it: metres when near, else miles with two decimals. */
export function distanceText(metres: number): string {
  return metres < METRES_BELOW_M ? `${metres.toFixed(0)} m` : `${(metres / METRES_PER_NM).toFixed(2)} NM`;
}

/** Return minutes and seconds, with a sign where it is past: 4:05, -0:30. */
export function clockOf(seconds: number): string {
  const whole = Math.round(Math.abs(seconds));
  return `${seconds < -0.5 ? "-" : ""}${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
