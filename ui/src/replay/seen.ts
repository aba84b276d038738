/**
 * What an operator saw: which view his console had open, what it was told of the ship's heartbeat, and of what was measured
 * only what had come by then. Pure: rows of the shore's record in, what stood at a moment out.
 */
import type { HeardJson, ShownJson, SourcedJson, SourcesMessage, StatusMessage, TargetJson, TrackPoint, ValueRow } from "../protocols.gen";
import { blank } from "./blank";

/** A value with the moment from which a console could show it. */
export interface TimedValue {
  fromMs: number;
  row: ValueRow;
}

/** What was measured from the first to the second time came at the third; late: over a broken link, and no console's instruments showed it. */
export type Receipt = [firstMs: number, lastMs: number, cameMs: number, late: boolean];

export interface Seen {
  screens: ShownJson[];
  heard: HeardJson[];
  received: Receipt[];
  sources: SourcedJson[];
}

export const NOTHING: Seen = { screens: [], heard: [], received: [], sources: [] };
/** A row is written when it is over, and looked at each second: between two of one ship there is this much at most. */
const BETWEEN_MS = 2500;
/** A screen that does not change is told again each 5 min: one that was not is of a process that died with it. */
const STANDS_MS = 310_000;

/** Return `more` behind `before`, each row once. */
export function joined(before: Seen, more: Seen): Seen {
  const once = <Row>(rows: Row[]): Row[] => [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
  return {
    screens: once([...before.screens, ...more.screens]).sort((a, b) => a.utc_ms - b.utc_ms), heard: once([...before.heard, ...more.heard]).sort((a, b) => a.since_utc_ms - b.since_utc_ms),
    received: once([...before.received, ...more.received]).sort((a, b) => a[0] - b[0]),
    sources: once([...before.sources, ...more.sources]).sort((a, b) => a.utc_ms - b.utc_ms),
  };
}

/** Return when what was measured at a moment came: null where that is not recorded, Infinity where it came late only. */
export function cameAt(received: readonly Receipt[], utcMs: number): number | null {
  let came: number | null = null;
  for (let index = after(received, utcMs) - 1; index >= 0; index--) {
    const [firstMs, lastMs, cameMs, late] = received[index]!;
    if (utcMs - firstMs > LONGEST_MS) break;
    if (utcMs > lastMs) continue;
    if (!late) return cameMs;
    came = Infinity;
  }
  return came;
}

const LONGEST_MS = 60_000; // of a batch: the slowest bearer's

/** Return how many rows begin at `utcMs` or before. */
function after(received: readonly Receipt[], utcMs: number): number {
  let low = 0;
  let high = received.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (received[middle]![0] <= utcMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Return the values with the moments from which a console showed them; those that came late are not among them. */
export function asSeen(values: readonly TimedValue[], received: readonly Receipt[]): TimedValue[] {
  return values.map((value): TimedValue => ({ ...value, fromMs: Math.max(value.fromMs, cameAt(received, value.row[3]) ?? -Infinity) }))
    .filter((value) => value.fromMs < Infinity).sort((a, b) => a.fromMs - b.fromMs);
}

/** Return the way as a console could draw it at a moment: without what had not come by then, or came late. */
export function wayAsSeen(points: readonly TrackPoint[], received: readonly Receipt[], atMs: number): TrackPoint[] {
  return points.filter(([, , utcMs]) => (cameAt(received, utcMs) ?? utcMs) <= atMs);
}

/** Return the moment whose traffic a console knew at `atMs`: of the latest that had come; `atMs` itself where nothing is recorded. */
export function knownBy(received: readonly Receipt[], atMs: number): number {
  const come = received.filter(([, , cameMs, late]) => !late && cameMs <= atMs).map(([, lastMs]) => lastMs);
  return come.length ? Math.min(atMs, Math.max(...come)) : atMs;
}

/** Return the other ships without those of which a console had only heard late. */
export function trafficAsSeen(targets: readonly TargetJson[], received: readonly Receipt[]): TargetJson[] {
  return targets.filter((target) => cameAt(received, target.utc_ms) !== Infinity);
}

/** Return what a console was told of a vessel's heartbeat at a moment; null where that is not recorded. */
export function statusAt(vessel: string, heard: readonly HeardJson[], atMs: number): StatusMessage | null {
  const row = heard.findLast((each) => each.since_utc_ms <= atMs);
  if (row === undefined || atMs > row.through_utc_ms + BETWEEN_MS) return null;
  const ageMs = atMs > row.last_utc_ms ? atMs - row.last_utc_ms : Math.min(row.gap_ms, atMs - row.since_utc_ms);
  const [, jitter_ms, received_bytes_s, one_way_ms] = row.figures.findLast(([sinceMs]) => row.since_utc_ms + sinceMs <= atMs) ?? [0, null, null, null];
  return { ...blank(vessel), jitter_ms, received_bytes_s, one_way_ms, ...(row.status as Partial<StatusMessage>), heard: true, heartbeat_age_ms: ageMs, utc_ms: atMs };
}

/** Return from which source each value was taken at a moment, by the ship's own time; what she had not told is not named. */
export function sourcesAt(vessel: string, rows: readonly SourcedJson[], atMs: number): SourcesMessage {
  let held: Record<string, string> = {};
  for (const row of rows) {
    if (row.utc_ms > atMs) break;
    held = row.is_whole ? row.sources : { ...held, ...row.sources };
  }
  const sources: Record<string, string[]> = {};
  for (const [channel, source] of Object.entries(held)) (sources[source] ??= []).push(channel);
  return { type: "sources", vessel, sources };
}

/** Return what each console showed at a moment, by person; closed ones are not among them. */
export function screensAt(screens: readonly ShownJson[], atMs: number): ShownJson[] {
  const last = new Map<string, ShownJson>();
  for (const screen of screens) if (screen.utc_ms <= atMs) last.set(screen.socket, screen);
  return [...last.values()].filter((screen) => screen.view !== "" && atMs - screen.utc_ms <= STANDS_MS)
    .sort((a, b) => a.person.localeCompare(b.person) || a.console.localeCompare(b.console) || a.utc_ms - b.utc_ms);
}

/** Return what one console showed at a moment; null where it was closed, or nothing is recorded of it. */
export function screenOf(screens: readonly ShownJson[], session: string, atMs: number): ShownJson | null {
  return screensAt(screens, atMs).findLast((screen) => screen.session === session) ?? null;
}

/** Views that a replay draws as they were; of the others it says which one it was. */
export const DRAWN: ReadonlySet<string> = new Set(["conning", "alerts", "engine"]);
