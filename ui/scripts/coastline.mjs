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

const clip = (polygons, box, decimals) =>
  polygons.flatMap((polygon) => {
    const kept = polygon.map((ring) => thin(clipRing(ring, box), decimals)).map((ring) => (ring.length > 3 ? ring : []));
    return kept[0].length ? [kept.filter((ring) => ring.length)] : [];
  });

const thin = (ring, decimals) => {
  const rounded = ring.map((p) => p.map((c) => Number(c.toFixed(decimals))));
  const kept = rounded.filter((p, i) => i === 0 || p[0] !== rounded[i - 1][0] || p[1] !== rounded[i - 1][1]);
  return kept.length ? [...kept, kept[0]] : [];
};

const far = rings("50m");
const coordinates = [
  ...clip(rings("10m"), FINE, FINE_DECIMALS),
  ...FAR.flatMap((box) => clip(far, box, FAR_DECIMALS)),
];
const land = { type: "Feature", properties: {}, geometry: { type: "MultiPolygon", coordinates } };
mkdirSync(new URL("../public/", import.meta.url), { recursive: true });
writeFileSync(new URL("../public/coastline.json", import.meta.url), JSON.stringify(land));
console.log(`coastline: ${coordinates.length} polygons, ${coordinates.flat(2).length} points`);
