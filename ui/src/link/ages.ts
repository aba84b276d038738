/** How old a value is and how it must look: amber over 2 update cycles, red over 5, invalid never a number. */
import type { ChannelJson } from "../protocols.gen";

/** Quality numbers of protocols/reading.py. */
export const QUALITY = { good: 0, stale: 1, invalid: 2, outOfRange: 3, frozen: 4, manual: 5 } as const;

export type Look = "fresh" | "late" | "stale" | "invalid" | "absent";

export interface Sample {
  value: number | boolean | string | null;
  quality: number;
  utcMs: number;
}

/** What a reader sees of one channel now. */
export interface Aged {
  look: Look;
  /** Seconds since the measurement; null where there never was one. */
  ageS: number | null;
}

const LATE_CYCLES = 2;
const STALE_CYCLES = 5;
/** Fast channels are thinned to the bearer's scan and the page repaints 4 times a second: below 1 s no age is told. */
const CYCLE_FLOOR_S = 1;

/** Return how `sample` looks at `nowUtcMs` (the shore's clock), judged by its channel's update cycle. */
export function aged(sample: Sample | undefined, channel: ChannelJson | undefined, nowUtcMs: number): Aged {
  if (sample === undefined) return { look: "absent", ageS: null };
  const ageS = Math.max(0, (nowUtcMs - sample.utcMs) / 1000);
  return { look: lookOf(sample, ageS, Math.max(channel?.cycle_s ?? CYCLE_FLOOR_S, CYCLE_FLOOR_S)), ageS };
}

function lookOf(sample: Sample, ageS: number, cycleS: number): Look {
  const { quality, value } = sample;
  if (value === null || quality === QUALITY.invalid || quality === QUALITY.outOfRange) return "invalid";
  if (ageS > STALE_CYCLES * cycleS) return "stale";
  if (ageS > LATE_CYCLES * cycleS || quality === QUALITY.stale || quality === QUALITY.frozen) return "late";
  return "fresh";
}

/** Return `ageS` in the fewest characters that are still exact enough: 0.4 s, 12 s, 3 min, 2 h. */
export function ageText(ageS: number | null): string {
  if (ageS === null) return "---";
  if (ageS < 10) return `${ageS.toFixed(1)} s`;
  if (ageS < 120) return `${Math.floor(ageS)} s`;
  if (ageS < 7200) return `${Math.floor(ageS / 60)} min`;
  return `${Math.floor(ageS / 3600)} h`;
}
