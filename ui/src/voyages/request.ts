/** What the shore is asked of voyages and of a day. */
import { DASHES } from "../components/format";
import { ask, home } from "../link/http";

export interface Place {
  utc_ms: number;
  latitude_deg: number;
  longitude_deg: number;
}

export interface Leg {
  departed: Place;
  arrived: Place;
  distance_nm: number;
  under_way_s: number;
  average_kn: number | null;
  fuel_l: number | null;
  fuel_l_nm: number | null;
  gap_s: number;
}

export interface Voyage extends Leg {
  is_open: boolean;
  begun_before: boolean;
  stayed_s: number;
  legs: (Leg & { sog_max_kn: number | null })[];
}

export interface Report {
  vessel: string;
  day: string;
  from_utc_ms: number;
  to_utc_ms: number;
  is_over: boolean;
  voyages: Voyage[];
  noon: Place | null;
  extremes: { channel: string; side: "low" | "high"; value: number; utc_ms: number }[];
  events: Record<string, number>;
  /** Changes of the ladder, the first first; absent in the answer of a shore of before. */
  ladder?: { utc_ms: number | null; from: string; to: string; action: string; reasons: string[] }[];
  orders: Record<string, number>;
  alerts: { text: string; priority: "emergency alarm" | "alarm" | "warning" | "caution"; utc_ms: number | null; count: number }[];
  completeness_pct: number | null;
}

const DAYS = 30; // listed at a time; an answer holds 92

/** Return the voyages of the last 30 days, the latest first. */
export async function voyages(vessel: string, nowUtcMs: number, signal: AbortSignal): Promise<Voyage[]> {
  const asked = new URLSearchParams({ from: String(Math.floor(nowUtcMs - DAYS * 86_400_000)), to: String(Math.ceil(nowUtcMs)) });
  const { voyages: found } = await ask<{ voyages: Voyage[] }>(`${home(vessel)}/voyages?${asked.toString()}`, signal);
  return found.reverse();
}

/** Return the report of a UTC day, e.g. 2026-11-26. */
export async function report(vessel: string, day: string, signal: AbortSignal): Promise<Report> {
  return ask(`${home(vessel)}/report?day=${encodeURIComponent(day)}`, signal);
}

/** Return the sums of a day's voyages; fuel is null where one of them has none. */
export function sums(voyages: readonly Leg[]): { distance_nm: number; under_way_s: number; average_kn: number | null; fuel_l: number | null; fuel_l_nm: number | null } {
  const distance_nm = voyages.reduce((sum, each) => sum + each.distance_nm, 0);
  const under_way_s = voyages.reduce((sum, each) => sum + each.under_way_s, 0);
  const fuel_l = voyages.length && voyages.every((each) => each.fuel_l !== null) ? voyages.reduce((sum, each) => sum + each.fuel_l!, 0) : null;
  return {
    distance_nm, under_way_s, average_kn: under_way_s > 0 ? distance_nm / (under_way_s / 3600) : null,
    fuel_l, fuel_l_nm: fuel_l !== null && distance_nm >= 0.05 ? fuel_l / distance_nm : null,
  };
}

/** Return seconds as hours and minutes: 26:05. */
export function hoursText(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

/** Return a number with fixed digits, dashes for null. */
export function numberText(value: number | null, digits: number): string {
  return value === null ? DASHES : value.toFixed(digits);
}

/** Return the UTC day that lies `days` after another. */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
