/** From which source aboard a value is taken, in words. Pure. */
import type { Vessel } from "../link/store";
import type { Words } from "../words";

/** Return where channel `id` is taken from, by the ship's own word; that it was not told where she has not said it. */
export function sourceText(vessel: Pick<Vessel, "sources">, id: string, words: Words): string {
  const name = vessel.sources.get(id);
  const text = words.source;
  if (name === undefined) return text.notTold;
  if (name === "derived") return text.derived;
  if (name === "agent") return text.agent;
  return name.startsWith("manual/") ? text.manual(name.slice("manual/".length)) : text.from(name);
}

/** Return where her position is taken from: one source, or latitude's and longitude's where they differ. */
export function positionText(vessel: Pick<Vessel, "sources">, words: Words): string {
  const told = new Set(["NAV_LAT", "NAV_LON"].map((id) => sourceText(vessel, id, words)));
  return words.source.position([...told].join(" / "));
}
