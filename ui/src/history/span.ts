/** Which time is looked at, and in which steps: pure. */

export interface Span {
  fromMs: number;
  toMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Lengths to choose from; the longest a year. */
export const LENGTHS_MS = {
  "10min": 10 * MINUTE_MS, "1h": HOUR_MS, "6h": 6 * HOUR_MS, "24h": DAY_MS, "7d": 7 * DAY_MS, "30d": 30 * DAY_MS, "1y": 365 * DAY_MS,
} as const;
export type Length = keyof typeof LENGTHS_MS;

const LENGTH_MS_MIN = 10_000; // two scans of the slowest bearer
const LENGTH_MS_MAX = 5 * 365 * DAY_MS; // as long as roll-ups by the hour are kept
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400] as const;
const RAW_MS_MAX = 5 * MINUTE_MS; // eight channels at five a second for so long are 12,000 rows: one page

/** Return seconds of one bucket so that a picture of `widthPx` has about one for two pixels; null: every sample. */
export function bucketS(span: Span, widthPx: number): number | null {
  const lengthMs = span.toMs - span.fromMs;
  if (lengthMs <= RAW_MS_MAX) return null;
  const wanted = lengthMs / 1000 / Math.max(widthPx / 2, 100);
  return STEPS_S.find((step) => step >= wanted) ?? STEPS_S[STEPS_S.length - 1]!;
}

/** Return the span moved by a part of its length, never into the future. */
export function panned(span: Span, part: number, nowMs: number): Span {
  const lengthMs = span.toMs - span.fromMs;
  const toMs = Math.min(span.toMs + part * lengthMs, nowMs);
  return { fromMs: toMs - lengthMs, toMs };
}

/** Return the span made longer (factor above 1) or shorter round a point of it (0 its begin, 1 its end). */
export function zoomed(span: Span, factor: number, at: number, nowMs: number): Span {
  const lengthMs = Math.min(Math.max((span.toMs - span.fromMs) * factor, LENGTH_MS_MIN), LENGTH_MS_MAX);
  const middleMs = span.fromMs + at * (span.toMs - span.fromMs);
  const toMs = Math.min(middleMs + (1 - at) * lengthMs, nowMs);
  return { fromMs: toMs - lengthMs, toMs };
}

/** Return the span chosen by dragging, in whichever direction; the same span where hardly anything was dragged. */
export function dragged(span: Span, fromMs: number, toMs: number): Span {
  const chosen = { fromMs: Math.min(fromMs, toMs), toMs: Math.max(fromMs, toMs) };
  return chosen.toMs - chosen.fromMs < LENGTH_MS_MIN ? span : chosen;
}
