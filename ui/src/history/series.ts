/** From the shore's answer to columns that can be drawn: gaps stay gaps, what was not good is marked. Pure. */
import type { Span } from "./span";

export interface Answer {
  fields: string[];
  /** Rows of every sample; absent where buckets were asked for. */
  samples?: (string | number | null)[][];
  buckets?: (string | number | null)[][];
  next_cursor: string | null;
}

/** One channel over the span. */
export interface Series {
  /** Mean of a bucket, or the sample; null where there is none. */
  value: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
  /** Part of the readings that were not good, 0..1; null where there were none. */
  poor: (number | null)[];
}

export interface Picture {
  /** UTC seconds, ascending, one grid for all channels. */
  times: number[];
  channels: Map<string, Series>;
}

const GAP_MS = 15_000; // samples further apart than this are not joined: longer than the slowest batch of a live link
const GOOD = 0;
const MANUAL = 5; // entered by a person, and good

/** Return the columns of an answer; `channels` without any row are all gap. */
export function picture(answer: Answer, channels: readonly string[], span: Span, bucketS: number | null): Picture {
  return bucketS === null ? raw(answer, channels) : bucketed(answer, channels, span, bucketS);
}

function bucketed(answer: Answer, channels: readonly string[], span: Span, bucketS: number): Picture {
  const column = Object.fromEntries(answer.fields.map((name, index) => [name, index]));
  const rows = answer.buckets ?? [];
  const at = (row: (string | number | null)[], name: string): number => Number(row[column[name] ?? -1] ?? 0);
  const firstMs = rows.length ? Math.min(...rows.map((row) => at(row, "start_utc_ms"))) : span.fromMs;
  const stepMs = bucketS * 1000;
  const beginMs = firstMs - Math.ceil((firstMs - span.fromMs) / stepMs) * stepMs;
  const count = Math.max(1, Math.ceil((span.toMs - beginMs) / stepMs));
  const times = Array.from({ length: count }, (_, index) => (beginMs + (index + 0.5) * stepMs) / 1000);
  const made = new Map(channels.map((name) => [name, empty(count)]));
  for (const row of rows) {
    const series = made.get(String(row[0]));
    const index = Math.round((at(row, "start_utc_ms") - beginMs) / stepMs);
    if (!series || index < 0 || index >= count) continue;
    const value = (name: string): number | null => row[column[name] ?? -1] as number | null;
    series.value[index] = value("mean");
    series.low[index] = value("low");
    series.high[index] = value("high");
    const poor = at(row, "stale") + at(row, "invalid") + at(row, "out_of_range") + at(row, "frozen");
    const all = poor + at(row, "good") + at(row, "manual");
    series.poor[index] = all ? poor / all : null;
  }
  return { times, channels: made };
}

function raw(answer: Answer, channels: readonly string[]): Picture {
  const rows = (answer.samples ?? []) as [string, number, number | null, number][];
  const moments = new Set<number>();
  const last = new Map<string, number>();
  const gaps: [string, number][] = [];
  for (const [channel, utcMs] of rows) {
    const before = last.get(channel);
    if (before !== undefined && utcMs - before > GAP_MS) gaps.push([channel, (before + utcMs) / 2]);
    last.set(channel, utcMs);
    moments.add(utcMs);
  }
  for (const [, utcMs] of gaps) moments.add(utcMs);
  const times = [...moments].sort((a, b) => a - b);
  const index = new Map(times.map((utcMs, position) => [utcMs, position]));
  const made = new Map(channels.map((name) => [name, unmeasured(times.length)]));
  for (const [channel, utcMs, value, quality] of rows) {
    const series = made.get(channel);
    const position = index.get(utcMs)!;
    if (!series) continue;
    series.value[position] = value;
    series.poor[position] = quality === GOOD || quality === MANUAL ? 0 : 1;
  }
  for (const [channel, utcMs] of gaps) {
    const series = made.get(channel);
    if (series) series.value[index.get(utcMs)!] = null;
  }
  return { times: times.map((utcMs) => utcMs / 1000), channels: made };
}

function empty(count: number): Series {
  const nulls = (): (number | null)[] => new Array<number | null>(count).fill(null);
  return { value: nulls(), low: nulls(), high: nulls(), poor: nulls() };
}

/** Between the samples of one channel lie those of others: undefined there, which does not break its line. */
function unmeasured(count: number): Series {
  const made = empty(count);
  made.value = new Array(count).fill(undefined) as (number | null)[];
  return made;
}

/** Return the values with the line broken where a bearing passes north, so that no stroke crosses the picture. */
export function unwrapped(values: (number | null)[]): (number | null)[] {
  let before: number | null = null;
  return values.map((value) => {
    const broken = before !== null && value !== null && value !== undefined && Math.abs(value - before) > 180;
    if (value !== undefined) before = value;
    return broken ? null : value;
  });
}
