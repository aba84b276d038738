/** When an order may be repeated with a reason: it is refused for another ship's sake (INT-08) and for nothing else. */
import type { Vessel } from "../link/store";
import type { Drafts } from "../orders/drafts";
import { REASON_LENGTH_MAX, WITH_REASON, type Args, type KindName } from "../orders/kinds";
import type { ReasonJson } from "../protocols.gen";

const COLLISION = "INT-08";

/** Return whether every one of `reasons` can be answered with the operator's own reason; false for none. */
export function answerable(reasons: ReasonJson[]): boolean {
  return reasons.length > 0 && reasons.every((reason) => reason.rule === COLLISION);
}

/** Return whether the reason for an order of `kind` is to be asked for now. */
export function asksReason(kind: KindName, vessel: Vessel, drafts: Drafts): boolean {
  if (!WITH_REASON.has(kind)) return false;
  if (drafts.reason(kind) !== null) return true;
  const preview = vessel.previews.get(kind)?.message;
  return !inForce(kind, vessel, drafts) && preview?.verdict === "refused" && answerable(preview.reasons);
}

/** Return whether the ship follows already what is set for `kind`: the reason that she was given stands. */
function inForce(kind: KindName, vessel: Vessel, drafts: Drafts): boolean {
  const set = Object.entries(drafts.argsOf(kind));
  return set.length > 0 && set.every(([name, value]) => vessel.status?.setpoints[name] === value);
}

/** Return the arguments with the reason that was typed for them, without where there is none. */
export function withReason(kind: KindName, args: Args, drafts: Drafts): Args {
  const text = drafts.reason(kind)?.trim().slice(0, REASON_LENGTH_MAX);
  return text ? { ...args, collision_reason: text } : args;
}
