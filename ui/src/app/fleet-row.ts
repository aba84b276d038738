/** How a vessel's row of the fleet list looks: nothing of a ship that is not heard stands there as if it were so now. Pure. */
import type { Look } from "../link/ages";
import { unexplainedMs } from "../link/store";
import { SILENT_MS } from "../orders/gates";
import type { VesselSummary } from "../protocols.gen";

const LATE_MS = 2000;
const STALE_MS = 5000;

/** Return whether a ship is silent: her step and her holder are then the last that she told. */
export function isSilent({ heartbeat_age_ms, heartbeat_period_ms }: Pick<VesselSummary, "heartbeat_age_ms" | "heartbeat_period_ms">): boolean {
  return heartbeat_age_ms === null || unexplainedMs(heartbeat_age_ms, heartbeat_period_ms) > SILENT_MS;
}

/** Return whose colour the bar at the left of the row has; empty, grey: nobody ashore knows, or nothing aboard takes orders. */
export function barOf(row: Pick<VesselSummary, "step" | "station" | "heartbeat_age_ms" | "heartbeat_period_ms">): VesselSummary["station"] | "" {
  return row.step && !isSilent(row) ? row.station : "";
}

/** Return how her last values look by their age. */
export function lookOf({ data_age_ms }: Pick<VesselSummary, "data_age_ms">): Look {
  return data_age_ms === null ? "absent" : data_age_ms > STALE_MS ? "stale" : data_age_ms > LATE_MS ? "late" : "fresh";
}
