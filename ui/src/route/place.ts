/** A position as a person types it. */
import type { LonLat } from "../map/geometry";

const PART = String.raw`(\d{1,3}(?:\.\d+)?)(?:[°\s]+(\d{1,2}(?:\.\d+)?))?['\s]*`;
const BY_LETTER = new RegExp(`^\\s*${PART}([NS])[,\\s]*${PART}([EW])\\s*$`, "i");
const BY_SIGN = /^\s*(-?\d{1,2}(?:\.\d+)?)[,\s]+(-?\d{1,3}(?:\.\d+)?)\s*$/;

/** Return [longitude, latitude] of `34 57.4N 129 12.1E` or `34.957, 129.202`; null where it is no place on Earth. */
export function placeOf(text: string): LonLat | null {
  const signed = BY_SIGN.exec(text);
  if (signed) return within(Number(signed[2]), Number(signed[1]));
  const found = BY_LETTER.exec(text);
  if (!found) return null;
  const [, lat, latMin, ns, lon, lonMin, ew] = found;
  if (Number(latMin ?? 0) >= 60 || Number(lonMin ?? 0) >= 60) return null;
  const degrees = (whole = "0", minutes = "0"): number => Number(whole) + Number(minutes) / 60;
  return within(degrees(lon, lonMin) * (/w/i.test(ew ?? "") ? -1 : 1), degrees(lat, latMin) * (/s/i.test(ns ?? "") ? -1 : 1));
}

function within(lon: number, lat: number): LonLat | null {
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? [lon, lat] : null;
}
