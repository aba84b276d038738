/**
 * The watch over the operator of a ship under conn (BNWAS for the seat, MSC.128(75)): no act for three minutes, and the page asks;
 * then it sounds, then the others are told, and at last the ship is no longer told that anybody is there. Pure.
 */

/** Shortest dormant period, 3 to 12 min; then it asks by sight. */
export const DORMANT_S = 180;
/** Seconds after that: by sound; the others are told; the fallback is asked for (15, 15 and 90 s one after the other). */
export const SOUND_AFTER_S = 15;
export const TELL_AFTER_S = 30;
export const FALLBACK_AFTER_S = 120;

export type Stage = "quiet" | "asks" | "sounds" | "tells" | "over";

/** Return how far the chain has come after `idleS` seconds without an act of a person. */
export function stageOf(idleS: number): Stage {
  const since = idleS - DORMANT_S;
  if (since < 0) return "quiet";
  if (since < SOUND_AFTER_S) return "asks";
  if (since < TELL_AFTER_S) return "sounds";
  return since < FALLBACK_AFTER_S ? "tells" : "over";
}

/** Return seconds until the next stage; null in the last. */
export function nextInS(idleS: number): number | null {
  const ends: Record<Stage, number | null> = { quiet: 0, asks: SOUND_AFTER_S, sounds: TELL_AFTER_S, tells: FALLBACK_AFTER_S, over: null };
  const end = ends[stageOf(idleS)];
  return end === null ? null : DORMANT_S + end - idleS;
}

const SOUNDING: ReadonlySet<Stage> = new Set<Stage>(["sounds", "tells", "over"]);
const TELLING: ReadonlySet<Stage> = new Set<Stage>(["tells", "over"]);
export const sounds = (stage: Stage): boolean => SOUNDING.has(stage);
export const tells = (stage: Stage): boolean => TELLING.has(stage);
