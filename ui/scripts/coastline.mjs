// Makes the offline coastline: Natural Earth 1:10m inside the demo's sea area, 1:50m elsewhere, as one GeoJSON file.
// Source: npm world-atlas (Natural Earth, public domain). Run by `npm run build` and `npm run dev`.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { feature } from "topojson-client";

const require = createRequire(import.meta.url);
const FINE = [124, 32, 134, 40]; // Korea and its straits: west, south, east, north, degrees
const FAR = [
  [-180, -90, FINE[0], 90], [FINE[2], -90, 180, 90], [FINE[0], -90, FINE[2], FINE[1]], [FINE[0], FINE[3], FINE[2], 90],
];
const FINE_DECIMALS = 4; // 11 m, well under what 1:10m knows
const FAR_DECIMALS = 2; // 1.1 km

const rings = (scale) => {
  const topology = JSON.parse(readFileSync(require.resolve(`world-atlas/land-${scale}.json`), "utf8"));
  const { features } = feature(topology, topology.objects.land);
  return features.flatMap(({ geometry: g }) => (g.type === "Polygon" ? [g.coordinates] : g.coordinates));
};

/** Sutherland-Hodgman against one edge of the box: `axis` 0 or 1, keep where sign * (p[axis] - at) >= 0. */
const cut = (ring, axis, at, sign) => {
  const inside = (p) => sign * (p[axis] - at) >= 0;
  return ring.flatMap((p, i) => {
    const q = ring[(i + ring.length - 1) % ring.length];
    if (inside(p) === inside(q)) return inside(p) ? [p] : [];
    const t = (at - q[axis]) / (p[axis] - q[axis]);
    const crossing = [q[0] + t * (p[0] - q[0]), q[1] + t * (p[1] - q[1])];
    return inside(p) ? [crossing, p] : [crossing];
  });
};
const clipRing = (ring, [w, s, e, n]) => cut(cut(cut(cut(ring.slice(0, -1), 0, w, 1), 0, e, -1), 1, s, 1), 1, n, -1);

/** Take the jump from 180 to -180 out of a ring, so that it can be cut as a plane figure; a ring around the pole is closed by it. */
const unrolled = (ring) => {
  let turns = 0;
  const out = ring.map((p, i) => {
    const step = i ? p[0] - ring[i - 1][0] : 0;
    turns += step > 180 ? -1 : step < -180 ? 1 : 0;
    return [p[0] + 360 * turns, p[1]];
  });
  const pole = Math.sign(out[0][1]) * 90;
  return turns ? [...out, [out.at(-1)[0], pole], [out[0][0], pole], out[0]] : out;
};
const shifted = (ring, by) => ring.map(([longitude, latitude]) => [longitude + by, latitude]);

/** The parts of a clipped ring that are coast and not the edge of the box it was cut to. */
const shores = (ring, [w, s, e, n]) => {
  const along = (p, q) => [[0, w], [0, e], [1, s], [1, n]].some(([axis, at]) => Math.abs(p[axis] - at) < 0.006 && Math.abs(q[axis] - at) < 0.006);
  const lines = [[]];
  ring.forEach((p, i) => {
    if (i && along(ring[i - 1], p)) lines.push([]);
    lines.at(-1).push(p);
  });
  return lines.filter((line) => line.length > 1);
};

const clip = (polygons, box, decimals) =>
  polygons.flatMap((polygon) => [-360, 0, 360].flatMap((by) => {
    const kept = polygon.map((ring) => thin(clipRing(shifted(unrolled(ring), by), box), decimals)).map((ring) => (ring.length > 3 ? ring : []));
    return kept[0].length ? [{ box, rings: kept.filter((ring) => ring.length) }] : [];
  }));

const thin = (ring, decimals) => {
  const rounded = ring.map((p) => p.map((c) => Number(c.toFixed(decimals))));
  const kept = rounded.filter((p, i) => i === 0 || p[0] !== rounded[i - 1][0] || p[1] !== rounded[i - 1][1]);
  return kept.length ? [...kept, kept[0]] : [];
};

const far = rings("50m");
const pieces = [
  ...clip(rings("10m"), FINE, FINE_DECIMALS),
  ...FAR.flatMap((box) => clip(far, box, FAR_DECIMALS)),
];
const shape = (kind, type, coordinates) => ({ type: "Feature", properties: { kind }, geometry: { type, coordinates } });
const coast = pieces.flatMap(({ box, rings: kept }) => kept.flatMap((ring) => shores(ring, box)));
const land = { type: "FeatureCollection", features: [
  shape("land", "MultiPolygon", pieces.map((piece) => piece.rings)), shape("shore", "MultiLineString", coast),
] };
mkdirSync(new URL("../public/", import.meta.url), { recursive: true });
writeFileSync(new URL("../public/coastline.json", import.meta.url), JSON.stringify(land));
console.log(`coastline: ${pieces.length} polygons, ${coast.flat().length} points`);
