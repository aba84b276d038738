/** The console's share of `ORDER_KINDS` in protocols/link/orders.py: who may ask, and how long the order lives. */
export type Args = Record<string, number | string>;
export type Level = "observe" | "setpoint" | "direct";

export interface Kind {
  level: Level;
  /** Life from issue to the last instant of actuation, seconds (CMD-04). */
  lifeS: number;
  /** Function group; the conn where none is said (AUT-01). */
  group?: "engineering";
}

export const KINDS = {
  "authority.request": { level: "observe", lifeS: 60 },
  "authority.answer": { level: "observe", lifeS: 60 },
  "authority.confirm": { level: "observe", lifeS: 10 },
  "authority.release": { level: "observe", lifeS: 60 },
  "authority.force": { level: "observe", lifeS: 60 },
  "authority.resume": { level: "observe", lifeS: 60 },
  "conn.heading": { level: "setpoint", lifeS: 10 },
  "conn.rudder": { level: "direct", lifeS: 1 },
  "conn.propulsion": { level: "setpoint", lifeS: 10 },
  "conn.controlled_stop": { level: "setpoint", lifeS: 10 },
  "conn.station_keep": { level: "setpoint", lifeS: 10 },
  "conn.telegraph": { level: "setpoint", lifeS: 10 },
  "conn.speed": { level: "setpoint", lifeS: 10 },
  "conn.course": { level: "setpoint", lifeS: 10 },
  "conn.phase": { level: "setpoint", lifeS: 60 },
  "route.load": { level: "setpoint", lifeS: 300 },
  "route.activate": { level: "setpoint", lifeS: 300 },
  "route.suspend": { level: "setpoint", lifeS: 300 },
  "drill.begin": { level: "observe", lifeS: 60 },
  "drill.end": { level: "observe", lifeS: 60 },
  "order.cancel": { level: "observe", lifeS: 10 },
  "alert.acknowledge": { level: "observe", lifeS: 60 },
  "alert.silence": { level: "observe", lifeS: 10 },
  "alert.take": { level: "observe", lifeS: 60 },
  "stop.reset": { level: "observe", lifeS: 120 },
  "pump.start": { level: "setpoint", lifeS: 60, group: "engineering" },
  "pump.stop": { level: "setpoint", lifeS: 60, group: "engineering" },
  "generator.start": { level: "setpoint", lifeS: 60, group: "engineering" },
  "generator.stop": { level: "setpoint", lifeS: 120, group: "engineering" },
} as const satisfies Record<string, Kind>;
export type KindName = keyof typeof KINDS;
export type Group = "conn" | "engineering";

/** Return the function group an order of `kind` is for. */
export function groupOf(kind: KindName): Group {
  return (KINDS[kind] as Kind).group ?? "conn";
}

/** Kinds that may carry the operator's reason why they are given though another ship comes near (INT-08). */
export const WITH_REASON: ReadonlySet<KindName> = new Set<KindName>(["conn.heading", "conn.propulsion", "conn.telegraph", "conn.speed", "conn.course", "conn.station_keep", "route.activate"]);
export const REASON_LENGTH_MAX = 200;

/** States after which nothing more happens to an order (protocols/link/events.py TERMINAL). */
export const TERMINAL: ReadonlySet<string> = new Set([
  "SUCCEEDED", "REFUSED", "REJECTED", "EXPIRED", "FAILED", "CANCELLED", "SUPERSEDED", "UNKNOWN",
]);
