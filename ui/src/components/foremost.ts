/** Which one thing about a ship must be known before anything else is done; the banner says it. Pure. */
import type { Vessel } from "../link/store";
import { LOCKED_FROM, SILENT_MS } from "../orders/gates";

/**
 * `offline`: the shore is gone; `silent`: she is not heard; `stop`: an emergency stop is latched; `noAccess`: who has her may order no more;
 * `back`: she is heard and waits on a latched step until somebody confirms the mode; `ladder`: she is on L1; null: nothing of all that.
 */
export type Foremost = "offline" | "silent" | "stop" | "noAccess" | "back" | "ladder" | null;

/** Return the foremost thing about `vessel` now. */
export function foremostOf(vessel: Vessel, isConnected: boolean, nowMs: number = performance.now()): Foremost {
  const { status } = vessel;
  const silenceMs = vessel.silenceMs(nowMs);
  if (!isConnected) return "offline";
  if (silenceMs !== null && silenceMs > SILENT_MS) return "silent";
  if (!status?.heard) return null;
  if (status.stop_latched) return "stop";
  if (status.no_access.length && status.authority.station === "remote") return "noAccess";
  if (status.step >= LOCKED_FROM && status.authority.station !== "local") return "back"; // from L2 on no step is left by itself
  return status.step >= "L1" ? "ladder" : null;
}
