/** Where a ship comes if she goes on as she does now: course, speed and rate of turn held (the curved vector of an ECDIS, IEC 61174). */
import { aged } from "../link/ages";
import type { Vessel } from "../link/store";
import { vector, type LonLat } from "./geometry";

const STEP_S = 10; // 6 minutes are 36 points: a smooth line at every scale
const TURN_MAX_DEG = 360; // a circle shut says all that a second one would
const STILL_KN = 0.2; // slower, a course over ground is noise
const STRAIGHT_DEG_MIN = 0.5; // less is the noise of a rate gyro on a straight course

/** Return the way of the next `minutes`, own place first; empty where course or speed is not known or she lies still. */
export function predicted(at: LonLat, courseDeg: number | null, speedKn: number | null, rotDegMin: number, minutes: number): LonLat[] {
  if (courseDeg === null || speedKn === null || speedKn <= STILL_KN) return [];
  if (Math.abs(rotDegMin) < STRAIGHT_DEG_MIN) return [at, vector(at, courseDeg, speedKn, minutes)];
  const way: LonLat[] = [at];
  const turnDeg = (rotDegMin * STEP_S) / 60;
  const steps = Math.min((minutes * 60) / STEP_S, TURN_MAX_DEG / Math.abs(turnDeg));
  for (let step = 0; step < steps; step += 1) {
    way.push(vector(way[step] as LonLat, courseDeg + turnDeg * (step + 0.5), speedKn, STEP_S / 60));
  }
  return way;
}

/** Return her rate of turn, degrees a minute; null where it is not known or too old to predict by. */
export function rateOfTurn(vessel: Vessel, nowUtcMs: number): number | null {
  const { look } = aged(vessel.values.get("NAV_ROT"), vessel.channels.get("NAV_ROT"), nowUtcMs);
  return look === "fresh" || look === "late" ? vessel.number("NAV_ROT") : null;
}
