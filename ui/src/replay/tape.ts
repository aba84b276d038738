/**
 * What was, as the messages with which a console was told of it then: the same store and the same panels show it (class demands 43).
 * Pure: rows of the shore's store in, messages out, by the time of then.
 */
import { QUALITY } from "../link/ages";
import type { Answer } from "../history/series";
import { blank, NOBODY } from "./blank";
import { sourcesAt, statusAt, type Seen, type TimedValue } from "./seen";
import type { AlertJson, AuthorityJson, ChannelJson, FromShore, OrderMessage, StatusMessage, ValueRow } from "../protocols.gen";

export const SPEEDS = [1, 2, 5, 10, 30, 60] as const;
export type Speed = (typeof SPEEDS)[number];

/** Something that happened aboard or ashore, as `/events` tells it. */
export interface Happened {
  utc_ms: number;
  kind: string;
  body: Record<string, unknown>;
}

/** A change of an alert, as `/alerts/history` tells it. */
export interface AlertChange extends Pick<AlertJson, "alert_id" | "text" | "priority" | "category" | "state" | "source" | "person"> {
  utc_ms: number;
}

/** Return the width of buckets that a speed needs, seconds; null: every sample. A page repaints four times a second. */
export function bucketFor(speed: Speed): number | null {
  return speed <= 2 ? null : speed <= 5 ? 1 : speed <= 10 ? 2 : speed <= 30 ? 5 : 15;
}

/** Return the values of an answer in the order of time; a bucket's last value is shown from its end on: never before it was measured. */
export function valuesOf(answer: Answer, channels: ReadonlyMap<string, ChannelJson>, bucketS: number | null): TimedValue[] {
  const column = Object.fromEntries(answer.fields.map((name, index) => [name, index]));
  const made = bucketS === null ? (answer.samples ?? []).map((row) => sample(row, channels)) : (answer.buckets ?? []).map((row) => bucket(row, column, channels, bucketS));
  return made.sort((a, b) => a.fromMs - b.fromMs);
}

function sample(row: (string | number | null)[], channels: ReadonlyMap<string, ChannelJson>): TimedValue {
  const [channel, utcMs, value, quality] = row as [string, number, number | string | null, number];
  return { fromMs: utcMs, row: [channel, typed(value, channels.get(channel)), quality, utcMs] };
}

function bucket(row: (string | number | null)[], column: Record<string, number>, channels: ReadonlyMap<string, ChannelJson>, bucketS: number): TimedValue {
  const at = (name: string): number => Number(row[column[name] ?? -1] ?? 0);
  const channel = String(row[0]);
  const endMs = at("start_utc_ms") + bucketS * 1000;
  const last = row[column["last"] ?? -1] as number | null;
  const quality = at("good") + at("manual") > 0 ? QUALITY.good : at("stale") > 0 ? QUALITY.stale : at("frozen") > 0 ? QUALITY.frozen : QUALITY.invalid;
  return { fromMs: endMs, row: [channel, quality === QUALITY.invalid ? null : typed(last, channels.get(channel)), quality, endMs] };
}

function typed(value: number | string | null, channel: ChannelJson | undefined): number | boolean | string | null {
  return value !== null && channel?.kind === "boolean" ? value !== 0 : value;
}

const words = (value: unknown): string => (typeof value === "string" ? value : "");

/** Return the status after something happened; the same object where it says nothing of it. */
export function after(status: StatusMessage, { kind, body, utc_ms }: Happened): StatusMessage {
  if (kind === "authority" && (body["group"] ?? "conn") === "conn") {
    const told = Object.fromEntries(Object.entries(body).filter(([name]) => name in NOBODY));
    return { ...status, heard: true, utc_ms, authority: { ...NOBODY, ...told } as AuthorityJson };
  }
  if (kind === "ladder") {
    const reasons = (Array.isArray(body["reasons"]) ? body["reasons"] : []) as Record<string, unknown>[];
    return {
      ...status, heard: true, utc_ms, step: words(body["to"]) as StatusMessage["step"], action: words(body["action"]),
      reasons: reasons.map((reason) => ({ name: words(reason["name"]), text: words(reason["text"]), since_ms: 0, clears: "" })),
    };
  }
  if (kind === "stop") return { ...status, heard: true, utc_ms, stop_latched: body["state"] === "latched" };
  if (kind === "phase") return { ...status, heard: true, utc_ms, phase: words(body["to"]) };
  return status;
}

/** Return the message with which a state of an order was told; null for anything else. */
export function orderOf(vessel: string, { kind, body, utc_ms }: Happened): OrderMessage | null {
  if (kind !== "order") return null;
  return {
    type: "order", vessel, order_id: words(body["order_id"]), kind: words(body["kind"]), args: (body["args"] ?? {}) as OrderMessage["args"], person: words(body["person"]),
    console: words(body["console"]), state: words(body["state"]), detail: words(body["detail"]), utc_ms, live: true,
    reasons: ((body["reasons"] ?? []) as Partial<OrderMessage["reasons"][number]>[]).map((reason) => ({
      name: "", rule: "", text: "", value: null, limit: null, unit: "", age_s: null, ...reason,
    })),
  };
}

/** Return the alerts that were not normal at a moment. */
export function alertsAt(changes: readonly AlertChange[], atMs: number): AlertJson[] {
  const made = new Map<string, AlertJson>();
  for (const change of [...changes].sort((a, b) => a.utc_ms - b.utc_ms)) {
    if (change.utc_ms > atMs) break;
    const key = `${change.source}/${change.alert_id}`;
    made.delete(key);
    if (change.state === "normal") continue;
    const { utc_ms: since_utc_ms, ...told } = change;
    made.set(key, { ...told, since_utc_ms, advice: "", sounds: 1, is_escalated: false, answered: "shore" });
  }
  return [...made.values()];
}

/** A place to jump to. */
export interface Mark {
  utcMs: number;
  kind: "order" | "alert" | "ladder" | "authority" | "stop";
  text: string;
}

const JUMP_KINDS: ReadonlySet<string> = new Set(["order", "ladder", "authority", "stop"]);
/** States of an order worth a jump: it was taken or refused; the steps between follow by themselves. */
const ORDER_MARKS: ReadonlySet<string> = new Set(["accepted", "REJECTED", "FAILED", "EXPIRED"]);

/** Return where one may jump to, the latest first: orders, alerts, ladder steps, changes of the conn, stops. */
export function marksOf(events: readonly Happened[], changes: readonly AlertChange[]): Mark[] {
  const fromEvents = events.filter(({ kind, body }) => JUMP_KINDS.has(kind) && (kind !== "order" || ORDER_MARKS.has(words(body["state"]))) && (kind !== "authority" || body["group"] === "conn"))
    .map(({ kind, body, utc_ms }): Mark => ({ utcMs: utc_ms, kind: kind as Mark["kind"], text: said(kind, body) }));
  const fromAlerts = changes.filter((change) => change.state === "unacknowledged").map((change): Mark => ({ utcMs: change.utc_ms, kind: "alert", text: change.text }));
  return [...fromEvents, ...fromAlerts].sort((a, b) => b.utcMs - a.utcMs);
}

function said(kind: string, body: Record<string, unknown>): string {
  if (kind === "ladder") return `${words(body["from"])} → ${words(body["to"])}`;
  if (kind === "authority") return [words(body["station"]), words(body["person"])].filter(Boolean).join(" · ");
  return [words(body["kind"]), words(body["state"]), words(body["person"])].filter(Boolean).join(" · ");
}

/** Everything loaded of a stretch of time. */
export interface Stretch {
  fromMs: number;
  toMs: number;
  values: TimedValue[];
  /** What consoles showed and were told meanwhile. */
  seen: Seen;
}

/** Return the values of a stretch that became known within (afterMs, untilMs], the latest of each channel. */
export function between(stretch: Stretch, afterMs: number, untilMs: number): ValueRow[] {
  const latest = new Map<string, ValueRow>();
  for (let index = firstAfter(stretch.values, afterMs); index < stretch.values.length && stretch.values[index]!.fromMs <= untilMs; index++) {
    const { row } = stretch.values[index]!;
    latest.set(row[0], row);
  }
  return [...latest.values()];
}

function firstAfter(values: readonly TimedValue[], afterMs: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]!.fromMs <= afterMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Return the messages with which a console is brought from one moment to a later one; `afterMs` null: from nothing. */
export function messages(vessel: string, afterMs: number | null, untilMs: number, stretch: Stretch, events: readonly Happened[], changes: readonly AlertChange[]): FromShore[] {
  const sinceMs = afterMs ?? -Infinity;
  const made: FromShore[] = [];
  const orders = events.filter(({ utc_ms }) => utc_ms > sinceMs && utc_ms <= untilMs).map((event) => orderOf(vessel, event));
  made.push(...orders.filter((order) => order !== null));
  if (changes.some((change) => change.utc_ms > sinceMs && change.utc_ms <= untilMs) || afterMs === null) made.push({ type: "alerts", vessel, alerts: alertsAt(changes, untilMs) });
  made.push(statusAt(vessel, stretch.seen.heard, untilMs) ?? events.filter(({ utc_ms }) => utc_ms <= untilMs).reduce(after, blank(vessel)));
  made.push(sourcesAt(vessel, stretch.seen.sources, untilMs));
  made.push({ type: "values", vessel, server_utc_ms: untilMs, values: between(stretch, sinceMs, untilMs), gap_count: 0 });
  return made;
}
