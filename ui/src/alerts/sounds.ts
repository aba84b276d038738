/**
 * Which sound is due, and what it is made of (IEC 62923-1: three short signals for an alarm, two for a warning, none for a
 * caution). Lengths and pitch are within what makers' manuals give: 7 s between alarms; an emergency alarm without a pause. Pure.
 */
import type { AlertJson } from "../protocols.gen";
import { keyOf, PRIORITIES, type Priority } from "./order";

export interface Beep {
  /** From the beginning of the pattern. */
  atS: number;
  lengthS: number;
  pitchHz: number;
}

export interface Pattern {
  beeps: readonly Beep[];
  /** The pattern begins again after this; null: it sounds once. */
  repeatS: number | null;
}

const SHORT_S = 0.2;
const PAUSE_S = 0.15;
const ALARM_REPEAT_S = 7; // 7 to 10 s
const EMERGENCY_REPEAT_S = 1.05; // three and three without a pause
const PITCH_HZ = { "emergency alarm": 1000, alarm: 800, warning: 600 } as const; // 200 to 2500 Hz, each known by its own

function shorts(count: number, pitchHz: number): Beep[] {
  return Array.from({ length: count }, (_, index) => ({ atS: index * (SHORT_S + PAUSE_S), lengthS: SHORT_S, pitchHz }));
}

/** Return the pattern of a priority; null where it makes no sound. */
export function pattern(priority: Priority): Pattern | null {
  if (priority === "caution") return null;
  const beeps = shorts(priority === "warning" ? 2 : 3, PITCH_HZ[priority]);
  const repeatS = { "emergency alarm": EMERGENCY_REPEAT_S, alarm: ALARM_REPEAT_S, warning: null }[priority];
  return { beeps, repeatS };
}

/** Return how long a pattern lasts, seconds. */
export function lengthS(sound: Pattern): number {
  return Math.max(...sound.beeps.map((beep) => beep.atS + beep.lengthS));
}

/** What has been sounded at this console so far. */
export interface Heard {
  /** By alert: how often it had sounded when it was last sounded here. */
  counts: ReadonlyMap<string, number>;
  /** When the pattern of each priority began last, ms. */
  begunMs: Readonly<Partial<Record<Priority, number>>>;
  /** Of which priority the last pattern was. */
  priority: Priority | null;
}

export const NOTHING_HEARD: Heard = { counts: new Map(), begunMs: {}, priority: null };

/**
 * Return the priority whose pattern begins now, null for silence, and what has been heard after it. Alarms sound until they are
 * acknowledged or silenced; a warning sounds when it is raised and whenever its source says that it sounds again. Of several
 * the highest sounds.
 */
export function due(alerts: readonly AlertJson[], heard: Heard, nowMs: number): { priority: Priority | null; heard: Heard } {
  const sounding = alerts.filter((alert) => alert.state === "unacknowledged" && alert.priority !== "caution");
  const counts = new Map(sounding.map((alert) => [keyOf(alert), alert.sounds]));
  const fresh = sounding.filter((alert) => alert.sounds !== heard.counts.get(keyOf(alert)));
  const repeated = sounding.filter((alert) => repeats(alert.priority, heard, nowMs));
  const highest = PRIORITIES.find((priority) => [...fresh, ...repeated].some((alert) => alert.priority === priority)) ?? null;
  if (highest === null) return { priority: null, heard: { ...heard, counts } };
  if (isSounding(heard, nowMs) && !isHigher(highest, heard.priority)) {
    return { priority: null, heard: { ...heard, counts: withoutFresh(counts, fresh, heard) } }; // after the one that sounds now
  }
  return { priority: highest, heard: { counts, begunMs: { ...heard.begunMs, [highest]: nowMs }, priority: highest } };
}

function repeats(priority: Priority, heard: Heard, nowMs: number): boolean {
  const repeatS = pattern(priority)?.repeatS ?? null;
  return repeatS !== null && nowMs - (heard.begunMs[priority] ?? -Infinity) >= repeatS * 1000;
}

function isSounding(heard: Heard, nowMs: number): boolean {
  if (heard.priority === null) return false;
  const sound = pattern(heard.priority);
  return sound !== null && nowMs - (heard.begunMs[heard.priority] ?? -Infinity) < lengthS(sound) * 1000;
}

function isHigher(priority: Priority, than: Priority | null): boolean {
  return than === null || PRIORITIES.indexOf(priority) < PRIORITIES.indexOf(than);
}

function withoutFresh(counts: Map<string, number>, fresh: readonly AlertJson[], heard: Heard): Map<string, number> {
  for (const alert of fresh) {
    const before = heard.counts.get(keyOf(alert));
    if (before === undefined) counts.delete(keyOf(alert));
    else counts.set(keyOf(alert), before);
  }
  return counts;
}
