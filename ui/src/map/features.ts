/** What is drawn, as GeoJSON, from what is known of the vessels. */
import type { Feature, FeatureCollection, Geometry } from "geojson";
import type { Vessel } from "../link/store";
import type { TargetJson } from "../protocols.gen";
import { isLost } from "../trial/cpa";
import { hull, vector, ahead, type LonLat } from "./geometry";
import { predicted, rateOfTurn } from "./predicted";
import type { SourceName } from "./style";

const VECTOR_MIN = 6; // minutes, the look-ahead of the fence (INT-06)
const HEADING_LINE_M = 1500;
const OLD_TARGET_MS = 3 * 60_000; // class A at anchor reports every 3 min (ITU-R M.1371)
const SMALL_M = 40; // shorter ships are drawn as a symbol at every zoom

const CIRCLE_POINTS = 48; // 0.2 % of the radius off the true circle at most

type Drawn = Record<Exclude<SourceName, "grid" | "trial" | "route" | "rings" | "marker">, FeatureCollection>;

/** Where and how one ship is drawn. */
interface Ship {
  vessel: Vessel;
  at: LonLat;
  headingDeg: number | null;
  courseDeg: number | null;
  speedKn: number | null;
  lengthM: number;
  beamM: number;
}

/** Return everything that moves: `own` with its areas, track, targets and vectors; the others as symbols. */
export function drawn(vessels: Vessel[], own: Vessel | null, nowUtcMs: number): Drawn {
  const ships = vessels.map(shipOf).filter((ship) => ship !== null);
  const targets = own ? [...own.targets.values()] : [];
  return {
    areas: collect((own ? [own] : vessels).flatMap(areasOf)),
    track: collect(own && own.track.length > 1 ? [line(own.track.map(([lon, lat]): LonLat => [lon, lat]))] : []),
    targets: collect(targets.map((target) => targetPoint(target, nowUtcMs))),
    "target-vectors": collect(targets.flatMap(targetVector)),
    ships: collect(ships.flatMap(outline)),
    "ship-lines": collect(ships.flatMap((ship) => linesOf(ship, ship.vessel === own, nowUtcMs))),
    "ship-points": collect(ships.map((ship) => pointOf(ship, own))),
  };
}

/** Return the ship's place by its live values, else by the fleet list; null where neither is known. */
export function shipOf(vessel: Vessel): Ship | null {
  const { summary, particulars } = vessel;
  const longitude = vessel.number("NAV_LON") ?? summary?.longitude_deg ?? null;
  const latitude = vessel.number("NAV_LAT") ?? summary?.latitude_deg ?? null;
  if (longitude === null || latitude === null) return null;
  return {
    vessel, at: [longitude, latitude],
    headingDeg: vessel.number("NAV_HDG") ?? summary?.heading_deg ?? null,
    courseDeg: vessel.number("NAV_COG") ?? summary?.cog_deg ?? null,
    speedKn: vessel.number("NAV_SOG") ?? summary?.sog_kn ?? null,
    lengthM: particulars?.length_m ?? summary?.length_m ?? 50, beamM: particulars?.beam_m ?? summary?.beam_m ?? 10,
  };
}

/** Her outline to scale; none while her heading is not known. */
function outline(ship: Ship): Feature[] {
  if (ship.headingDeg === null) return [];
  return [feature({ type: "Polygon", coordinates: [hull(ship.at, ship.headingDeg, ship.lengthM, ship.beamM)] })];
}

function linesOf(ship: Ship, own: boolean, nowUtcMs: number): Feature[] {
  const lines: Feature[] = [];
  const { at, headingDeg, courseDeg, speedKn } = ship;
  if (own && headingDeg !== null) lines.push(line([at, ahead(at, headingDeg, HEADING_LINE_M)], { kind: "heading" }));
  if (courseDeg !== null && speedKn !== null && speedKn > 0.2) {
    lines.push(line([at, vector(at, courseDeg, speedKn, VECTOR_MIN)], { kind: "course" }));
  }
  const rotDegMin = rateOfTurn(ship.vessel, nowUtcMs);
  const path = rotDegMin === null ? [] : predicted(at, courseDeg, speedKn, rotDegMin, VECTOR_MIN);
  if (path.length) lines.push(line(path, { kind: "path" }));
  const ordered = ship.vessel.status?.setpoints["heading_deg"];
  if (own && ordered !== undefined) lines.push(line([at, ahead(at, ordered, HEADING_LINE_M)], { kind: "ordered" }));
  return own ? [...lines, ...station(ship.vessel)] : lines;
}

/** The circle of the station that she is ordered to keep; empty where she keeps none. */
function station(vessel: Vessel): Feature[] {
  const { station_radius_m: radiusM, station_latitude_deg: latitude, station_longitude_deg: longitude } = vessel.status?.setpoints ?? {};
  if (radiusM === undefined || latitude === undefined || longitude === undefined) return [];
  return [line(Array.from({ length: CIRCLE_POINTS + 1 }, (_, i) => ahead([longitude, latitude], (i * 360) / CIRCLE_POINTS, radiusM)), { kind: "ordered" })];
}

function pointOf(ship: Ship, own: Vessel | null): Feature {
  return feature({ type: "Point", coordinates: ship.at }, {
    id: ship.vessel.id, name: ship.vessel === own ? "" : ship.vessel.name, heading: ship.headingDeg ?? 0,
    icon: ship.headingDeg === null ? "ship-unturned" : "ship",
    opacity: own === null || ship.vessel === own ? 1 : 0.6, small: ship.lengthM < SMALL_M || ship.headingDeg === null,
  });
}

function areasOf(vessel: Vessel): Feature[] {
  return (vessel.particulars?.areas ?? []).map((area) => {
    const ring = [...area.points];
    if (ring[0]) ring.push(ring[0]);
    return feature({ type: "Polygon", coordinates: [ring] }, { kind: area.kind, name: area.name });
  });
}

function targetPoint(target: TargetJson, nowUtcMs: number): Feature {
  return feature({ type: "Point", coordinates: [target.longitude_deg, target.latitude_deg] }, {
    mmsi: target.mmsi, name: target.name ?? String(target.mmsi), heading: target.heading_deg ?? target.cog_deg ?? 0,
    icon: isLost(target, nowUtcMs) ? "target-lost" : "target", opacity: nowUtcMs - target.utc_ms > OLD_TARGET_MS ? 0.4 : 1,
  });
}

function targetVector(target: TargetJson): Feature[] {
  if (target.cog_deg === null || target.sog_kn === null || target.sog_kn < 0.3) return [];
  const at: LonLat = [target.longitude_deg, target.latitude_deg];
  return [line([at, vector(at, target.cog_deg, target.sog_kn, VECTOR_MIN)])];
}

export function line(coordinates: LonLat[], properties: Record<string, unknown> = {}): Feature {
  return feature({ type: "LineString", coordinates }, properties);
}

export function feature(geometry: Geometry, properties: Record<string, unknown> = {}): Feature {
  return { type: "Feature", geometry, properties };
}

export function collect(features: Feature[]): FeatureCollection {
  return { type: "FeatureCollection", features };
}
