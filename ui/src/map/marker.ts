/**
 * Electronic bearing line and variable range marker (IEC 62388, 9.5 and 9.6): from own ship, carried along with her. Pure.
 * The bearing is true and stays so when she turns.
 */
import type { Feature, FeatureCollection } from "geojson";
import { approach } from "../trial/cpa";
import { collect, feature, line } from "./features";
import { ahead, METRES_PER_NM, offset, type LonLat } from "./geometry";

/** A bearing from own ship and a distance. */
export interface Marker {
  /** True, 0 to below 360. */
  bearingDeg: number;
  rangeM: number;
}

/** What is told of a marker. */
export interface MarkerSaid {
  /** Seen from the bow: negative to port, -180 to 180; null where her heading is not known. */
  relativeDeg: number | null;
  /** Seconds to there at her present speed over ground; null where she does not move or her speed is not known. */
  inS: number | null;
  /** The other ship nearest to the end of the line, and how far she is from it. */
  near: { name: string; offM: number } | null;
}

const POINTS = 72;
export const RANGE_MAX_NM = 96; // the largest scale of a ship's radar
const RANGE_MIN_NM = 0.01;
const NEAR = 0.1; // of the range: farther off she is not what the line points at
const STILL_KN = 0.2;

const turned = (deg: number): number => ((deg % 360) + 360) % 360;

/** Return the marker from `own` through `place`. */
export function markerTo(own: LonLat, place: LonLat): Marker {
  const { rangeM, bearingDeg } = approach({ at: own, courseDeg: null, speedKn: null }, { at: place, courseDeg: null, speedKn: null });
  return { bearingDeg, rangeM: within(rangeM) };
}

/** Return `marker` with what was typed, degrees and miles; unchanged in what is no number. */
export function typed(marker: Marker, bearingText: string, rangeText: string): Marker {
  const bearing = numberOf(bearingText);
  const range = numberOf(rangeText);
  return { bearingDeg: bearing === null ? marker.bearingDeg : turned(bearing), rangeM: range === null ? marker.rangeM : within(range * METRES_PER_NM) };
}

function numberOf(text: string): number | null {
  const told = text.trim().replace(",", ".");
  return told !== "" && Number.isFinite(Number(told)) ? Number(told) : null;
}

function within(metres: number): number {
  return Math.min(RANGE_MAX_NM, Math.max(RANGE_MIN_NM, metres / METRES_PER_NM)) * METRES_PER_NM;
}

/** Return what is drawn: the line out to the edge of the marker's range and a little on, and the ring. */
export function drawnMarker(own: LonLat | null, marker: Marker | null): FeatureCollection {
  if (!own || !marker) return collect([]);
  const end = ahead(own, marker.bearingDeg, marker.rangeM);
  const ring: Feature = line(Array.from({ length: POINTS + 1 }, (_, i) => ahead(own, (i * 360) / POINTS, marker.rangeM)), { kind: "vrm" });
  return collect([line([own, ahead(own, marker.bearingDeg, marker.rangeM * 1.5)], { kind: "ebl" }), ring, feature({ type: "Point", coordinates: end }, { kind: "end" })]);
}

/** Return what is told of `marker` beside its bearing and range; `others` are the places of other ships now. */
export function saidOf(marker: Marker, own: { at: LonLat; headingDeg: number | null; speedKn: number | null }, others: { name: string; at: LonLat }[]): MarkerSaid {
  const end = ahead(own.at, marker.bearingDeg, marker.rangeM);
  const nearest = others.map(({ name, at }) => ({ name, offM: Math.hypot(...offset(end, at)) })).sort((a, b) => a.offM - b.offM)[0];
  return {
    relativeDeg: own.headingDeg === null ? null : turned(marker.bearingDeg - own.headingDeg + 180) - 180,
    inS: own.speedKn === null || own.speedKn <= STILL_KN ? null : (marker.rangeM / METRES_PER_NM / own.speedKn) * 3600,
    near: nearest && nearest.offM <= NEAR * marker.rangeM ? nearest : null,
  };
}
