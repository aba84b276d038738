/** What the propulsion does, as a share of full power, from the revolutions and the vessel's own limits. */
import type { Vessel } from "../link/store";

export const RUDDER_FULL_DEG = 35; // SOLAS II-1/29: 35 deg on one side
const FULL_RPM = ["rpm_full", "rpm_max", "engine_rpm_max"];

/** Return percent of full revolutions, negative astern; null where revolutions or their full value are not known. */
export function powerPct(vessel: Vessel): number | null {
  const rpm = vessel.number("ME_RPM") ?? vessel.number("SH_RPM");
  const full = FULL_RPM.map((name) => vessel.particulars?.limits[name]).find((value) => value !== undefined && value > 0);
  return rpm === null || full === undefined ? null : Math.max(-100, Math.min(100, (100 * rpm) / full));
}
