/**
 * Why an order would be refused, told before the click: what this page knows itself, then the shore's preview. It can
 * only grey out a button; the ship decides (control.md, opening).
 */
import { ageText } from "../link/ages";
import type { Store, Vessel } from "../link/store";
import type { AuthorityJson, ReasonJson } from "../protocols.gen";
import type { Words } from "../words";
import { reasonText, ruleText } from "../words/reasons";
import { previewKey } from "../link/store";
import { groupOf, KINDS, type Group, type KindName } from "./kinds";

/** As the ship judges it: no valid heartbeat for 3.5 s is ladder step L2 (control.md section 5). */
export const SILENT_MS = 3500;
const PREVIEW_LIFE_MS = 6000; // previews are asked for every 2 s; three missing ones make the shore's word worthless
const ORDERING_ROLES: ReadonlySet<string> = new Set(["operator", "supervisor", "master"]);
/** From this step on she takes no order but a stop, and no step is left without the operator's word (FBK-01). */
export const LOCKED_FROM = "L2";
/** Never locked by the ladder: stopping is always allowed (control.md, the sentence to remember). */
const STOPS: ReadonlySet<string> = new Set(["conn.controlled_stop"]);

export interface Gate {
  open: boolean;
  /** Sentences; empty where nothing speaks against it. */
  reasons: string[];
  /** What the shore cannot judge, in words, where nothing else speaks against it; empty where it judged all or said nothing. */
  unjudged: string;
  verdict: "allowed" | "refused" | "unknown";
}

/** Who signs at this page. */
export interface Desk {
  session: string;
  hasKey: boolean;
}

/** Return whether somebody of this role may order at all; whoever may not is asked for no key. */
export function mayOrder(store: Store): boolean {
  return (store.welcome?.roles ?? []).some((role) => ORDERING_ROLES.has(role));
}

/** Return who has a function group of `vessel`; null before she is heard, and where nothing of it may be ordered. */
export function authorityOf(vessel: Vessel, group: Group = "conn"): AuthorityJson | null {
  return (group === "conn" ? vessel.status?.authority : vessel.status?.engineering) ?? null;
}

/** Return why nothing is signed at this page now, whatever the order: nobody has acted here for long; empty where somebody has. */
export function restReason(store: Pick<Store, "viewOnly">, words: Words): string {
  return store.viewOnly ? words.gate.viewOnly : "";
}

/** Return whether this page's session holds a function group of `vessel`. */
export function holds(vessel: Vessel, session: string, group: Group = "conn"): boolean {
  const authority = authorityOf(vessel, group);
  return authority?.station === "remote" && authority.session === session;
}

/** Return whether this console has been granted a function group and must confirm. */
export function grantedTo(vessel: Vessel, store: Store, consoleName: string, group: Group = "conn"): boolean {
  const authority = authorityOf(vessel, group);
  return (
    authority?.phase === "granted" && authority.pending_person === store.welcome?.person &&
    authority.pending_console === consoleName
  );
}

/** What an order is about, where its kind alone does not say it. */
export interface About {
  /** Which machine, phase or exercise. */
  subject?: string;
  /** Group of an `authority.` order; every other kind has its own. */
  group?: Group;
  /** True: judged by what this page knows, without the shore's preview, which is of another value. */
  isOwnOnly?: boolean;
}

/** Return whether an order of `kind` can be given now, and if not, every reason. */
export function gate(kind: KindName, vessel: Vessel, store: Store, desk: Desk, words: Words, about: About = {}): Gate {
  const group = about.group ?? groupOf(kind);
  const own = [...common(vessel, store, desk, words), ...noAccess(kind, vessel, words), ...(kind === "drill.begin" ? drill(vessel, store, desk, words) : []), ...(group === "engineering" ? engine : special)(kind, vessel, desk, words)];
  if (own.length) return { open: false, reasons: own, unjudged: "", verdict: "refused" };
  const isAsked = !about.isOwnOnly && (!kind.startsWith("authority.") || group === "conn"); // the shore is asked about the conn alone
  const preview = isAsked ? vessel.previews.get(previewKey(kind, about.subject)) : undefined;
  if (!preview || performance.now() - preview.atMs > PREVIEW_LIFE_MS) {
    return { open: true, reasons: [], unjudged: "", verdict: "unknown" };
  }
  const { verdict, reasons } = preview.message;
  const told = sentences(reasons, words);
  if (verdict === "unknown") return { open: true, reasons: [], unjudged: told.join(" · "), verdict };
  return { open: verdict === "allowed", reasons: told, unjudged: "", verdict };
}

function sentences(reasons: ReasonJson[], words: Words): string[] {
  return reasons.map((reason) => [ruleText(reason, words), reasonText(reason, words)].filter(Boolean).join(": "));
}

function common(vessel: Vessel, store: Store, desk: Desk, words: Words): string[] {
  const gates = words.gate;
  const ageMs = vessel.heartbeatAgeMs();
  return [
    store.connected ? "" : gates.offline,
    restReason(store, words),
    mayOrder(store) ? keyReason(store, desk, words) : gates.role(store.welcome?.roles.join(", ") || "-"),
    ageMs === null ? gates.neverHeard : (vessel.silenceMs() ?? 0) > SILENT_MS ? gates.silent(ageText(ageMs / 1000)) : "",
  ].filter(Boolean);
}

/** What the ship takes without the Master's grant: a stop, what gives back or answers, cancels, acknowledges, rehearses or resets (AUT-07). */
const WITHOUT_GRANT = /^(alert|drill|stop|order)\.|^authority\.(release|answer|resume)$/;

function noAccess(kind: KindName, vessel: Vessel, words: Words): string[] {
  const gone = STOPS.has(kind) || WITHOUT_GRANT.test(kind) ? [] : (vessel.status?.no_access ?? []);
  return sentences(gone, words);
}

function keyReason(store: Store, desk: Desk, words: Words): string {
  const state = store.welcome?.key_state ?? "none";
  if (!desk.hasKey || state === "none" || state === "revoked") return words.gate.keyNone;
  return state === "pending" ? words.gate.keyPending : "";
}

const SUPERVISING: ReadonlySet<string> = new Set(["supervisor", "master"]);

/** Why no drill begins now; the ship asks for the right to supervise, which goes with these roles' keys (farhelm/keys/rights.py). */
function drill(vessel: Vessel, store: Store, desk: Desk, words: Words): string[] {
  const { status, particulars } = vessel;
  if (!status?.heard) return [];
  const isHis = holds(vessel, desk.session) || (store.welcome?.roles ?? []).some((role) => SUPERVISING.has(role));
  return [
    particulars?.actuators === "simulated" ? "" : words.drill.real,
    isHis ? "" : words.drill.notYours,
    status.authority.station === "remote" ? "" : words.drill.nobodyAshore,
    status.step >= LOCKED_FROM ? words.gate.locked(status.step) : "",
    status.stop_latched ? words.gate.stopLatched : "",
  ].filter(Boolean);
}

/** Why nothing of the engine room can be ordered, or its authority not asked for. */
function engine(kind: KindName, vessel: Vessel, desk: Desk, words: Words): string[] {
  const { status } = vessel;
  if (!status?.heard) return [];
  const authority = authorityOf(vessel, "engineering");
  if (authority === null) return [words.machines.nothing];
  const mine = holds(vessel, desk.session, "engineering");
  if (kind === "authority.request") return [mine ? words.machines.alreadyHolder : "", authority.phase !== "held" ? words.gate.pendingOther : ""].filter(Boolean);
  return [mine ? "" : words.machines.notHolder, !kind.startsWith("authority.") && status.stop_latched ? words.gate.stopLatched : ""].filter(Boolean);
}

function special(kind: KindName, vessel: Vessel, desk: Desk, words: Words): string[] {
  const { status } = vessel;
  if (!status?.heard) return [];
  const mine = holds(vessel, desk.session);
  if (kind === "authority.request") {
    return [mine ? words.gate.alreadyHolder : "", status.authority.phase !== "held" ? words.gate.pendingOther : ""].filter(
      Boolean,
    );
  }
  if (kind === "authority.release") return mine ? [] : [words.gate.notHolder];
  if (kind === "alert.take") return mine ? [] : [words.gate.notHolder];
  if (!kind.startsWith("conn.") && !kind.startsWith("route.")) return [];
  return [
    mine ? "" : words.gate.notHolder,
    mine && KINDS[kind].level === "direct" && status.authority.level !== "direct" ? words.gate.needsDirect : "",
    status.step >= LOCKED_FROM && !STOPS.has(kind) ? words.gate.locked(status.step) : "",
    status.stop_latched ? words.gate.stopLatched : "",
  ].filter(Boolean);
}
