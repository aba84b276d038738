/** What the operator's controls stand at: what was set here, else what is ordered, else what the ship does; null where none is known. */
import { powerPct } from "../components/engine";
import { offset } from "../map/geometry";
import type { Vessel } from "../link/store";
import type { Drafts, Power, Steering } from "./drafts";
import type { Args, KindName } from "./kinds";

const SPEED_KN_MAX = 60; // of a vessel whose full speed is not told: what an order may carry

/** An order as it would be given now. */
export interface Wish {
  kind: KindName;
  /** Null: nothing is known to be ordered. */
  args: Args | null;
}

/** What is ordered and in force, as her heartbeat tells it. */
export function inForce(vessel: Vessel, name: string): number | null {
  return vessel.status?.setpoints[name] ?? null;
}

/** Return how she is steered: as chosen here, else as is in force. */
export function steeringWay(vessel: Vessel, drafts: Drafts | null): Steering {
  return drafts?.steering ?? (inForce(vessel, "course_deg") === null ? "conn.heading" : "conn.course");
}

/** Return how she is driven: as chosen here, else as is in force. */
export function powerWay(vessel: Vessel, drafts: Drafts | null): Power {
  if (drafts?.power) return drafts.power;
  if (inForce(vessel, "station_radius_m") !== null) return "conn.station_keep";
  return inForce(vessel, "speed_kn") === null ? "conn.propulsion" : "conn.speed";
}

export function headingDeg(vessel: Vessel, drafts: Drafts | null): number | null {
  return drafts?.headingDeg ?? inForce(vessel, "heading_deg") ?? vessel.number("NAV_HDG");
}

export function courseDeg(vessel: Vessel, drafts: Drafts | null): number | null {
  return drafts?.courseDeg ?? inForce(vessel, "course_deg") ?? rounded(vessel.number("NAV_COG"));
}

export function propulsionPct(vessel: Vessel, drafts: Drafts | null): number | null {
  return drafts?.propulsionPct ?? rounded(inForce(vessel, "propulsion_pct") ?? powerPct(vessel));
}

export function speedKn(vessel: Vessel, drafts: Drafts | null): number | null {
  return drafts?.speedKn ?? inForce(vessel, "speed_kn") ?? rounded(vessel.number("NAV_SOG"), 10);
}

export function rudderDeg(vessel: Vessel, drafts: Drafts | null): number | null {
  return drafts?.rudderDeg ?? rounded(inForce(vessel, "rudder_deg") ?? vessel.number("STG_RUD_S"));
}

/** Return the speed of her whole power ahead in still water, knots. */
export function speedMaxKn(vessel: Vessel): number {
  const limits = vessel.particulars?.limits ?? {};
  const full = limits["speed_full_kn"];
  return full === undefined ? SPEED_KN_MAX : Math.round(full * (limits["ahead_pct_max"] ?? 100) / 10) / 10;
}

/** Return the narrowest and the widest circle, metres, in which she can keep her station by order in the phase in force; null where she cannot. */
export function stationCircle(vessel: Vessel): [lowM: number, highM: number] | null {
  const limits = vessel.particulars?.phases.find((phase) => phase.name === vessel.status?.phase)?.limits;
  const [low, high] = [limits?.["keep_radius_m"], limits?.["keep_radius_m_max"]];
  return low === undefined || high === undefined ? null : [low, high];
}

/** Return whether her hull can keep a station by order, in whichever phase. */
export function canKeepStation(vessel: Vessel): boolean {
  return vessel.particulars?.phases.some((phase) => "keep_radius_m" in phase.limits) ?? false;
}

export function stationRadiusM(vessel: Vessel, drafts: Drafts | null): number | null {
  return drafts?.radiusM ?? inForce(vessel, "station_radius_m") ?? stationCircle(vessel)?.[0] ?? null;
}

/** Return how far she lies from the station that she keeps, metres; null where she keeps none or has no position. */
export function offStationM(vessel: Vessel): number | null {
  const [latitude, longitude] = [inForce(vessel, "station_latitude_deg"), inForce(vessel, "station_longitude_deg")];
  const [ownLatitude, ownLongitude] = [vessel.number("NAV_LAT"), vessel.number("NAV_LON")];
  if (latitude === null || longitude === null || ownLatitude === null || ownLongitude === null) return null;
  return Math.hypot(...offset([longitude, latitude], [ownLongitude, ownLatitude]));
}

/** Return her telegraph's steps with their shares of power, from full astern to full ahead; empty where she has none. */
export function telegraphOf(vessel: Vessel): [step: string, pct: number][] {
  return Object.entries(vessel.particulars?.telegraph ?? {}).sort(([, a], [, b]) => a - b);
}

/** Return the order that the steering controls stand at. */
export function steeringWish(vessel: Vessel, drafts: Drafts | null): Wish {
  const kind = steeringWay(vessel, drafts);
  const [name, deg] = kind === "conn.course" ? ["course_deg", courseDeg(vessel, drafts)] : ["heading_deg", headingDeg(vessel, drafts)];
  const rate = drafts?.rateDegMin ?? null;
  return { kind, args: deg === null ? null : { [name as string]: deg as number, ...(rate === null ? {} : { rate_deg_min: rate }) } };
}

/**
 * Return the order that the lever, the speed or the station stands at: a step of the telegraph goes as a step, so that she judges it by her
 * own table; a station without a circle where the phase has none, so that she says why she cannot.
 */
export function powerWish(vessel: Vessel, drafts: Drafts | null): Wish {
  if (powerWay(vessel, drafts) === "conn.station_keep") {
    const radius = stationRadiusM(vessel, drafts);
    return { kind: "conn.station_keep", args: radius === null ? {} : { radius_m: radius } };
  }
  if (powerWay(vessel, drafts) === "conn.speed") {
    const kn = speedKn(vessel, drafts);
    return { kind: "conn.speed", args: kn === null ? null : { speed_kn: kn } };
  }
  if (drafts?.step) return { kind: "conn.telegraph", args: { step: drafts.step } };
  const pct = propulsionPct(vessel, drafts);
  return { kind: "conn.propulsion", args: pct === null ? null : { propulsion_pct: pct } };
}

function rounded(value: number | null, parts = 1): number | null {
  return value === null ? null : Math.round(value * parts) / parts;
}
