/** Closest point of approach while both go on as they do: what the list of targets is sorted by. */
import type { Vessel } from "../link/store";
import { METRES_PER_NM, offset, vector, type LonLat } from "../map/geometry";
import type { TargetJson } from "../protocols.gen";

const KNOT_MPS = METRES_PER_NM / 3600;
const STILL_MPS = 0.05; // slower than this towards each other they keep their distance
/** A target under way reports at least each 10 s, at anchor each 3 min (ITU-R M.1371); six reports missed are a loss. */
const LOST_MOVING_MS = 60_000;
const LOST_STILL_MS = 6 * 60_000;
const MOVING_KN = 3;
const SOON = 2; // times the limit of TCPA: what comes later is not what the watch looks at now

export interface Motion {
  at: LonLat;
  courseDeg: number | null;
  speedKn: number | null;
}

export interface Approach {
  rangeM: number;
  bearingDeg: number;
  cpaM: number;
  /** Negative: they are past each other; 0 where they keep their distance. */
  tcpaS: number;
}

export interface Danger extends Approach {
  target: TargetJson;
  isLost: boolean;
  isWithinLimits: boolean;
  isSoon: boolean;
}

/** Return how `other` passes `own`; a motion that is not told counts as none. */
export function approach(own: Motion, other: Motion): Approach {
  const [eastM, northM] = offset(own.at, other.at);
  const [ownEast, ownNorth] = velocity(own);
  const [otherEast, otherNorth] = velocity(other);
  const east = otherEast - ownEast;
  const north = otherNorth - ownNorth;
  const squared = east * east + north * north;
  const tcpaS = squared < STILL_MPS * STILL_MPS ? 0 : -(eastM * east + northM * north) / squared;
  return {
    rangeM: Math.hypot(eastM, northM), bearingDeg: (Math.atan2(eastM, northM) * 180 / Math.PI + 360) % 360,
    cpaM: Math.hypot(eastM + east * tcpaS, northM + north * tcpaS), tcpaS,
  };
}

/** Return whether a target has been silent for longer than its kind ever is. */
export function isLost(target: TargetJson, nowUtcMs: number): boolean {
  return nowUtcMs - target.utc_ms > ((target.sog_kn ?? 0) > MOVING_KN ? LOST_MOVING_MS : LOST_STILL_MS);
}

/** Return where a target is now, carried on from its last report along its course. */
export function carriedOn(target: TargetJson, nowUtcMs: number): LonLat {
  const at: LonLat = [target.longitude_deg, target.latitude_deg];
  const minutes = Math.max(0, nowUtcMs - target.utc_ms) / 60_000;
  return target.cog_deg === null || target.sog_kn === null ? at : vector(at, target.cog_deg, target.sog_kn, minutes);
}

/** Return all targets, the most dangerous first: within the limits by time left, then those soon by CPA, the rest by range. */
export function dangers(own: Motion, vessel: Vessel, nowUtcMs: number): Danger[] {
  const limits = vessel.particulars?.limits ?? {};
  const cpaLimitM = limits["cpa_m"] ?? 0;
  const tcpaLimitS = limits["tcpa_s"] ?? 0;
  const rows = [...vessel.targets.values()].map((target): Danger => {
    const found = approach(own, { at: carriedOn(target, nowUtcMs), courseDeg: target.cog_deg, speedKn: target.sog_kn });
    const comes = found.tcpaS >= 0 && found.tcpaS <= tcpaLimitS && found.cpaM < cpaLimitM;
    const isSoon = found.tcpaS >= 0 && found.tcpaS <= SOON * tcpaLimitS;
    return { ...found, target, isSoon, isLost: isLost(target, nowUtcMs), isWithinLimits: comes || found.rangeM < cpaLimitM };
  });
  return rows.sort((a, b) => rank(a) - rank(b) || KEY[rank(a)](a) - KEY[rank(b)](b));
}

type Rank = 0 | 1 | 2;
const KEY: Record<Rank, (row: Danger) => number> = { 0: (row) => row.tcpaS, 1: (row) => row.cpaM, 2: (row) => row.rangeM };

function rank(row: Danger): Rank {
  return row.isWithinLimits ? 0 : row.isSoon ? 1 : 2;
}

function velocity({ courseDeg, speedKn }: Motion): [number, number] {
  if (courseDeg === null || speedKn === null) return [0, 0];
  const course = (courseDeg * Math.PI) / 180;
  return [speedKn * KNOT_MPS * Math.sin(course), speedKn * KNOT_MPS * Math.cos(course)];
}
