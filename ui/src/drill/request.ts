/** Drills: those that have ended, and where the one that is on stands. */
import { ask, home } from "../link/http";
import type { DrillJson } from "../protocols.gen";

export const EXERCISES = ["link_loss", "takeover", "emergency_stop"] as const;
export type Exercise = (typeof EXERCISES)[number];
/** As the ship scores them (LIMIT_S in control/drill.py): shown before the first; her own number stands beside each that was done. */
export const LIMIT_S: Record<Exercise, number> = { link_loss: 30, takeover: 45, emergency_stop: 10 };
/** A drill is over by then, told or not: she waits 120 s for the point to come, and its limit after it. */
const LIFE_MS = 200_000;
const DAYS = 30;

/** Return the drills of the last 30 days, the latest first. */
export async function drills(vessel: string, nowUtcMs: number, signal: AbortSignal): Promise<DrillJson[]> {
  const asked = new URLSearchParams({ from: String(Math.floor(nowUtcMs - DAYS * 86_400_000)) });
  return (await ask<{ drills: DrillJson[] }>(`${home(vessel)}/drills?${asked.toString()}`, signal)).drills;
}

/** Return the drill that is on; null where none is, also where its end was never told. */
export function running(drill: DrillJson | null | undefined, nowUtcMs: number): DrillJson | null {
  return drill && drill.state !== "ended" && nowUtcMs - drill.utc_ms < LIFE_MS ? drill : null;
}

/** Return the operator's seconds so far; null before it is his turn. */
export function runsS(drill: DrillJson, nowUtcMs: number): number | null {
  return drill.state === "ready" ? Math.max(0, (nowUtcMs - drill.utc_ms) / 1000) : null;
}
