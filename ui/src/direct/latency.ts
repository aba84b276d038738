/** How long the link may take for direct control of this ship, and how long it takes now (INT-09). Pure. */
import type { Vessel } from "../link/store";
import { holds } from "../orders/gates";
import type { Words } from "../words";

/** Return one sentence: what direct control needs, what the link has, and whether that is good enough; never a guess. */
export function latencyText(vessel: Vessel, words: Words): string {
  const { status } = vessel;
  const text = words.direct;
  if (!status?.heard || status.direct_limit_ms === null) return text.limitUnknown;
  const limit = status.direct_limit_ms.toFixed(0);
  if (status.round_trip_ms === null) return text.tripUnknown(limit);
  const now = status.round_trip_ms.toFixed(0);
  return status.round_trip_ms > status.direct_limit_ms ? text.tooSlow(limit, now) : text.fastEnough(limit, now);
}

/** Return whether the link is known to be fast enough for direct control at her present speed. */
export function isFastEnough({ status }: Vessel): boolean {
  return status !== null && status.direct_limit_ms !== null && status.round_trip_ms !== null && status.round_trip_ms <= status.direct_limit_ms;
}

/** Return whether the stick stands in the view: this console has the conn at level `direct`. */
export function wantsPanel(vessel: Vessel, session: string): boolean {
  return holds(vessel, session) && vessel.status?.authority.level === "direct";
}
