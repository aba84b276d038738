/** The bodies that are signed: order, heartbeat, emergency stop; field for field as protocols/link has them. */
import type { Args, KindName } from "./kinds";
import { groupOf, type Group } from "./kinds";
import { KINDS } from "./kinds";
import { toCbor } from "./signing";

const VERSION = 1;
const NS_PER_MS = 1_000_000n;

/** The vessel's own clock, learnt from its last heartbeat; every deadline is in it (CMD-01). */
export interface VesselClock {
  bootId: string;
  /** Vessel's monotonic milliseconds now, as well as it can be known here. */
  monoMs: number;
}

/** Who signs, and from where. */
export interface Signer {
  person: string;
  console: string;
  session: string;
}

export interface OrderFields extends Signer {
  id: string;
  vessel: string;
  kind: KindName;
  args: Args;
  fencing: number;
  seq: number;
  clock: VesselClock;
  issuedUtcMs: number;
  /** Arguments that are bytes: a route. */
  octets?: Record<string, Uint8Array>;
  /** Group of an `authority.` order; every other kind has its own. */
  group?: Group;
}

export interface HeartbeatFields extends Signer {
  vessel: string;
  fencing: number;
  seq: number;
  bootId: string;
  echoSeq: number;
  echoHeldMs: number;
  present: boolean;
  issuedUtcMs: number;
  /** Function group whose authority it keeps alive; the conn where none is said. */
  group?: Group;
}

/** Return the signed bytes of an order; its deadline is the vessel's clock plus the life of its kind (CMD-04). */
export function orderBody(order: OrderFields): Uint8Array<ArrayBuffer> {
  return toCbor({
    v: VERSION, id: order.id, vessel: order.vessel, group: order.group ?? groupOf(order.kind), kind: order.kind, args: { ...order.args, ...order.octets },
    person: order.person, console: order.console, session: order.session, fencing: order.fencing, seq: order.seq,
    boot_id: order.clock.bootId, deadline_ms: Math.floor(order.clock.monoMs + KINDS[order.kind].lifeS * 1000),
    issued_utc_ns: nanoseconds(order.issuedUtcMs),
  });
}

/** Return the signed bytes of an operator's heartbeat. */
export function heartbeatBody(beat: HeartbeatFields): Uint8Array<ArrayBuffer> {
  return toCbor({
    ...(beat.group === "engineering" ? { group: beat.group } : {}), v: VERSION, vessel: beat.vessel, person: beat.person, console: beat.console, session: beat.session,
    fencing: beat.fencing, seq: beat.seq, boot_id: beat.bootId, echo_seq: beat.echoSeq,
    echo_held_ms: Math.max(0, Math.round(beat.echoHeldMs)), present: beat.present,
    issued_utc_ns: nanoseconds(beat.issuedUtcMs),
  });
}

/** Return the signed bytes of an emergency stop (EST-01); it needs no deadline. */
export function stopBody(vessel: string, signer: Signer, id: string, issuedUtcMs: number): Uint8Array<ArrayBuffer> {
  return toCbor({
    v: VERSION, vessel, person: signer.person, console: signer.console, id, issued_utc_ns: nanoseconds(issuedUtcMs),
  });
}

export interface FrameFields extends Signer {
  vessel: string;
  fencing: number;
  seq: number;
  clock: VesselClock;
  /** Samples that the device itself has delivered. */
  inputs: number;
  /** Vessel's monotonic milliseconds of the last movement by a human. */
  movedMs: number;
  demand: { rudderDeg: number; propulsionPct: number };
}

/** Return the signed bytes of a frame of direct control (DMN-01); one is made only while the enabling control is held, or at its release. */
export function frameBody(frame: FrameFields): Uint8Array<ArrayBuffer> {
  return toCbor({
    v: VERSION, vessel: frame.vessel, person: frame.person, console: frame.console, session: frame.session, fencing: frame.fencing, seq: frame.seq,
    boot_id: frame.clock.bootId, made_ms: Math.round(frame.clock.monoMs), inputs: frame.inputs, moved_ms: Math.round(frame.movedMs), held: true,
    rudder_deg: frame.demand.rudderDeg, propulsion_pct: frame.demand.propulsionPct,
  });
}

/** Whole milliseconds become nanoseconds; small numbers stay numbers, since both encode alike. */
function nanoseconds(utcMs: number): bigint {
  return BigInt(Math.round(utcMs)) * NS_PER_MS;
}
