/** Small-distance geometry on the sphere, enough for drawing within a few miles. */
export type LonLat = [number, number];

const METRES_PER_DEGREE = 111_195; // mean Earth radius 6371 km
export const METRES_PER_NM = 1852;

/** Return the point `metres` away from `from` on `bearingDeg`. */
export function ahead(from: LonLat, bearingDeg: number, metres: number): LonLat {
  const bearing = (bearingDeg * Math.PI) / 180;
  const perLon = METRES_PER_DEGREE * Math.cos((from[1] * Math.PI) / 180);
  return [
    from[0] + (metres * Math.sin(bearing)) / perLon,
    from[1] + (metres * Math.cos(bearing)) / METRES_PER_DEGREE,
  ];
}

/** Return how far `to` is east and north of `from`, metres. */
export function offset(from: LonLat, to: LonLat): [number, number] {
  const perLon = METRES_PER_DEGREE * Math.cos((from[1] * Math.PI) / 180);
  return [(to[0] - from[0]) * perLon, (to[1] - from[1]) * METRES_PER_DEGREE];
}

/** Bow-pointed outline of a ship: fractions of half beam (to starboard) and of length (ahead of midships). */
const HULL: [number, number][] = [[0, 0.5], [0.7, 0.36], [1, 0.2], [1, -0.42], [0.85, -0.5], [-0.85, -0.5], [-1, -0.42], [-1, 0.2], [-0.7, 0.36]];

/** Return the closed outline of a ship to scale, its position amidships. */
export function hull(at: LonLat, headingDeg: number, lengthM: number, beamM: number): LonLat[] {
  const ring = HULL.map(([across, along]) =>
    ahead(ahead(at, headingDeg, along * lengthM), headingDeg + 90, (across * beamM) / 2),
  );
  return [...ring, ring[0] as LonLat];
}

/** Return where a ship will be after `minutes` on its course and speed. */
export function vector(at: LonLat, courseDeg: number, speedKn: number, minutes: number): LonLat {
  return ahead(at, courseDeg, (speedKn * METRES_PER_NM * minutes) / 60);
}

/** Return the meridians and parallels of a view, about six each way, as lines. */
export function graticule(west: number, south: number, east: number, north: number): LonLat[][] {
  const step = STEPS_DEG.find((candidate) => (east - west) / candidate <= 7) ?? 30;
  const lines: LonLat[][] = [];
  for (let lon = Math.ceil(west / step) * step; lon <= east; lon += step) lines.push([[lon, south], [lon, north]]);
  for (let lat = Math.ceil(south / step) * step; lat <= north; lat += step) lines.push([[west, lat], [east, lat]]);
  return lines;
}

const STEPS_DEG = [1 / 60, 2 / 60, 5 / 60, 10 / 60, 0.5, 1, 2, 5, 10, 30];
