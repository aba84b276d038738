/**
 * Critical orders that wait for a second person (CMD-10). What is shown is read from the bytes that will be signed, not from
 * what the shore says of them: the shore is only the way (CMD-12). Who may approve is judged aboard; here it greys a button.
 */
import type { Store } from "../link/store";
import type { WaitingJson } from "../protocols.gen";
import type { Words } from "../words";
import { fromBase64 } from "./bytes";
import { restReason, type Desk } from "./gates";
import type { Args } from "./kinds";
import { bodyOf } from "./signing";

const WATCH: ReadonlySet<string> = new Set(["operator", "supervisor", "master"]);
const SENIOR: ReadonlySet<string> = new Set(["supervisor", "master"]);
/** As `PAIRS` in control/approval.py: roles that may approve each kind. */
const APPROVERS: Record<string, ReadonlySet<string>> = { "stop.reset": WATCH, "generator.stop": SENIOR };
/** The right `approve` is given to these roles' keys (farhelm/keys/rights.py). */
const RIGHT = SENIOR;

/** One waiting order as its signed bytes tell it. */
export interface Proposal {
  orderId: string;
  vessel: string;
  kind: string;
  args: Args;
  person: string;
  console: string;
  signed: Uint8Array<ArrayBuffer>;
}

/** Return what a waiting order says; null where its bytes are none, or are for another vessel than the shore says. */
export function proposalOf(waiting: WaitingJson): Proposal | null {
  try {
    const signed = fromBase64(waiting.signed);
    const { id, vessel, kind, args, person, console } = bodyOf(signed);
    const texts = [id, vessel, kind, person, console];
    if (texts.some((text) => typeof text !== "string") || vessel !== waiting.vessel || id !== waiting.order_id) return null;
    return { orderId: id, vessel, kind, args: (args ?? {}) as Args, person, console, signed } as Proposal;
  } catch {
    return null;
  }
}

/** Return every reason why the person at this page cannot be the second one; empty when nothing speaks against it. */
export function approvalReasons(proposal: Proposal, store: Store, desk: Desk, words: Words): string[] {
  const text = words.approval;
  const { welcome } = store;
  const roles = welcome?.roles ?? [];
  const state = welcome?.key_state ?? "none";
  return [
    store.connected ? "" : words.gate.offline,
    restReason(store, words),
    welcome?.person === proposal.person ? text.own : "",
    roles.some((role) => APPROVERS[proposal.kind]?.has(role) && RIGHT.has(role)) ? "" : text.role(roles.join(", ") || "-"),
    !desk.hasKey || state === "none" || state === "revoked" ? words.gate.keyNone : state === "pending" ? words.gate.keyPending : "",
  ].filter(Boolean);
}

/** Return seconds until the shore refuses a waiting order. */
export function leftS(waiting: WaitingJson, atMs: number, nowMs: number = performance.now()): number {
  return Math.max(0, waiting.left_s - (nowMs - atMs) / 1000);
}
