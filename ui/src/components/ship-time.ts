/** Ship's time beside UTC: by the offset that the vessel's configuration tells; where it tells none there is none. */
const MINUTE_MS = 60_000;
const HOUR_MIN = 60;

/** Return the clock aboard and its offset, e.g. `09:16 (+09:00)`; null where the vessel tells no offset. */
export function shipTime(utcMs: number, offsetH: number | null | undefined): string | null {
  if (offsetH === null || offsetH === undefined) return null;
  const offsetMin = Math.round(offsetH * HOUR_MIN);
  const aboard = new Date(utcMs + offsetMin * MINUTE_MS).toISOString();
  const size = Math.abs(offsetMin);
  const offset = `${offsetMin < 0 ? "−" : "+"}${two(Math.floor(size / HOUR_MIN))}:${two(size % HOUR_MIN)}`;
  return `${aboard.slice(11, 16)} (${offset})`;
}

const two = (value: number): string => String(value).padStart(2, "0");
