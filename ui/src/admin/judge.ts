/** What of the administration wants somebody's eye, by its own rules. Pure. */
import type { FunctionJson } from "../protocols.gen";
import type { adminEn } from "../words/admin-en";
import type { ProcessJson, ToldJson, VesselJson } from "./request";

/** Roles to whom the shore shows the administration; what is let through is decided there. */
export const ADMINS: ReadonlySet<string> = new Set(["supervisor", "maintainer", "master"]);
const SILENT_S = 30; // three reports of a process that did not come
const DAY_MS = 86_400_000;

export type Standing = "same" | "waits" | "differs" | "none";

/** Return how a ship's roster stands to the one ashore: `waits` while she has an older one, `differs` where hers is newer than ours. */
export function rosterStanding({ roster }: Pick<VesselJson, "roster">): Standing {
  if (roster.ashore === null) return roster.aboard ? "differs" : "none";
  if (roster.aboard === null) return "waits";
  return roster.aboard === roster.ashore ? "same" : roster.aboard < roster.ashore ? "waits" : "differs";
}

/** Return how her grant stands: she tells no version of it in her heartbeat, so her last word on it is what counts. */
export function grantStanding({ grant }: Pick<VesselJson, "grant">): Standing {
  if (grant.ashore === null) return grant.told?.result === "taken" ? "differs" : "none";
  if (grant.told === null) return "waits";
  const told = Number(grant.told.version);
  if (grant.told.result !== "taken") return "differs";
  return told === grant.ashore.version ? "same" : told < grant.ashore.version ? "waits" : "differs";
}

/** Return whether a grant is in force at a moment: before, in or after its window; null where there is none. */
export function grantWindow({ grant }: Pick<VesselJson, "grant">, nowMs: number): "before" | "in" | "ending" | "after" | null {
  if (grant.ashore === null) return null;
  const { from_utc_ms: from, to_utc_ms: to } = grant.ashore;
  return nowMs < from ? "before" : nowMs >= to ? "after" : to - nowMs < DAY_MS ? "ending" : "in";
}

/** Return whether a process wants looking at: it has said nothing for three reports, or has a fault. */
export function processTone({ age_s, faults }: Pick<ProcessJson, "age_s" | "faults">): "good" | "degraded" | "silent" {
  return age_s > SILENT_S ? "silent" : faults.length ? "degraded" : "good";
}

/** Return the counters of a process that are not zero; those at zero are counted only. */
export function losses({ figures }: Pick<ProcessJson, "figures">): { rows: [string, string, number][]; zeros: number } {
  const rows = figures.filter(([, , value]) => value > 0);
  return { rows, zeros: figures.length - rows.length };
}

/** Return the words of a ship in one line, without the parts that she did not say. */
export function toldLine(told: ToldJson | null): string {
  return told === null ? "" : [told.version ?? "", told.result ?? "", told.detail].filter(Boolean).join(" · ");
}

/** A function of the vessel in words: "navigation: remote control, off ship"; a word that is not known stays as she wrote it. */
export function claimText(claim: FunctionJson, text: Pick<typeof adminEn, "functions" | "controls" | "places">): string {
  const [done, how, where] = [text.functions[claim.function], text.controls[claim.control], text.places[claim.place]];
  return `${done ?? claim.function}: ${how ?? claim.control}, ${where ?? claim.place}`;
}
