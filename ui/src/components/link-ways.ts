/** Over which bearer a vessel speaks, and how each of her ways to the shore does. Pure. */
import { aged, type Look } from "../link/ages";
import type { Vessel } from "../link/store";
import type { StatusMessage } from "../protocols.gen";
import type { Words } from "../words";
import { tripText, DASHES } from "./format";
import type { Grade } from "./link-grade";

const BEARER = "LNK_BEARER";

/** Return the bearer's profile that the ship told last and how old that word looks; dashes where there is none to believe. */
export function bearerOf(vessel: Pick<Vessel, "values" | "channels">, nowUtcMs: number): { name: string; look: Look } {
  const sample = vessel.values.get(BEARER);
  const { look } = aged(sample, vessel.channels.get(BEARER), nowUtcMs);
  const value = look === "absent" || look === "invalid" ? null : sample?.value;
  return { name: typeof value === "string" && value !== "" ? value : DASHES, look };
}

/** Return each of her ways in words with its colour: one that is away amber, all of them red while she is silent; empty where she has one alone. */
export function waysOf(status: Pick<StatusMessage, "heard" | "ways"> | null, isSilent: boolean, words: Words): { text: string; grade: Grade }[] {
  if (!status?.heard) return [];
  return status.ways.map(({ name, is_connected, round_trip_ms }) => ({
    text: is_connected ? `${name} ${tripText(round_trip_ms)}` : `${name} ${words.link.away}`, grade: isSilent ? "red" : is_connected ? "good" : "amber",
  }));
}
