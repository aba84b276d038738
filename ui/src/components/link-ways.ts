/** Over which bearer a vessel speaks, and how each of her ways to the shore does. Pure. */
import { aged, ageText, type Look } from "../link/ages";
import type { Vessel } from "../link/store";
import type { StatusMessage, WayJson } from "../protocols.gen";
import type { Words } from "../words";
import { rateText, tripText, DASHES } from "./format";
import { LATE_MS, worst, type Grade } from "./link-grade";

const BEARER = "LNK_BEARER";

/** Return the bearer's profile that the ship told last and how old that word looks; dashes where there is none to believe. */
export function bearerOf(vessel: Pick<Vessel, "values" | "channels">, nowUtcMs: number): { name: string; look: Look } {
  const sample = vessel.values.get(BEARER);
  const { look } = aged(sample, vessel.channels.get(BEARER), nowUtcMs);
  const value = look === "absent" || look === "invalid" ? null : sample?.value;
  return { name: typeof value === "string" && value !== "" ? value : DASHES, look };
}

/** One way in words: its name with her own word on it, what came over it at the shore, and the colour of the worst of both. */
export interface WayText {
  text: string;
  brought: string;
  grade: Grade;
}

/** Return each of her ways: one that is away is amber at least, all of them red while she is silent; empty where she has one alone. */
export function waysOf(status: Pick<StatusMessage, "heard" | "ways"> | null, isSilent: boolean, words: Words): WayText[] {
  if (!status?.heard) return [];
  return status.ways.map((way) => ({
    text: way.is_connected ? `${way.name} ${tripText(way.round_trip_ms)}` : `${way.name} ${words.link.away}`,
    brought: broughtText(way, words), grade: isSilent ? "red" : worst(way.is_connected ? "good" : "amber", gradeOf(way)),
  }));
}

/** A row of the record of an earlier release has no grades: none is known then. */
function gradeOf({ grades }: Pick<WayJson, "grades"> | { grades?: undefined }): Grade {
  return grades ? worst(grades.round_trip, worst(grades.loss, grades.age)) : null;
}

/** How the last ones came is told of a way that brings any; of a silent one, since when. What tells no way is of no way: never zero. */
function broughtText({ jitter_ms, one_way_ms, loss_pct, age_ms, received_bytes_s }: WayJson, { link }: Words): string {
  const ageMs = age_ms ?? null; // absent in the record of an earlier release
  if (ageMs === null || loss_pct === null) return link.broughtUnknown;
  const last = ageMs > LATE_MS ? [`${link.silent} ${ageText(ageMs / 1000)}`] : [`${link.jitter} ${tripText(jitter_ms)}`, `${link.oneWay} ${tripText(one_way_ms)}`];
  return [`${link.lost} ${loss_pct.toFixed(0)} %`, ...last, rateText(received_bytes_s)].join(" · ");
}
