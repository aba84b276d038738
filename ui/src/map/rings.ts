/** Range rings about own ship, and which way up the chart lies. */
import type { FeatureCollection } from "geojson";
import { collect, feature, line } from "./features";
import { ahead, METRES_PER_NM, type LonLat } from "./geometry";

const RINGS = 4; // as radars draw them; more hide what they measure
const POINTS = 72;
/** Distances between rings, metres: below a quarter of a mile in metres, above in miles. */
const STEPS_M = [25, 50, 100, 200, ...[0.25, 0.5, 1, 2, 3, 6, 12, 24].map((nm) => nm * METRES_PER_NM)];

/** Return the distance between rings where `reachM` is seen from own ship to the edge. */
export function ringStepM(reachM: number): number {
  return STEPS_M.findLast((step) => step * RINGS <= reachM) ?? (STEPS_M[0] as number);
}

export function ringText(metres: number): string {
  return metres < METRES_PER_NM / 4 ? `${metres} m` : `${metres / METRES_PER_NM} NM`;
}

/** Return the rings about `at`, each with its distance at the top. */
export function rings(at: LonLat | null, reachM: number): FeatureCollection {
  if (!at) return collect([]);
  const step = ringStepM(reachM);
  return collect(Array.from({ length: RINGS }, (_, ring) => (ring + 1) * step).flatMap((radius) => [
    line(Array.from({ length: POINTS + 1 }, (_, i) => ahead(at, (i * 360) / POINTS, radius))),
    feature({ type: "Point", coordinates: ahead(at, 0, radius) }, { text: ringText(radius) }),
  ]));
}

/** Which way is up (IMO MSC.252(83)): north, own heading, own course over ground. */
export const ORIENTATIONS = ["north", "head", "course"] as const;
export type Orientation = (typeof ORIENTATIONS)[number];
const COURSE_KN_MIN = 1; // slower, a course over ground is noise

/** Return the bearing that is up; north where heading or course is not known: nothing turns by a value nobody measured. */
export function upDeg(orientation: Orientation, ship: { headingDeg: number | null; courseDeg: number | null; speedKn: number | null } | null): number {
  if (!ship || orientation === "north") return 0;
  if (orientation === "head") return ship.headingDeg ?? 0;
  return ship.courseDeg !== null && (ship.speedKn ?? 0) >= COURSE_KN_MIN ? ship.courseDeg : (ship.headingDeg ?? 0);
}
