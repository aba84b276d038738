/** What a change of the conn means for this console: told at once on every open page, and kept until read where it is a loss. */
import type { Vessel } from "../link/store";
import type { AuthorityJson, StatusMessage } from "../protocols.gen";

export type NoticeKind = "got" | "released" | "going" | "taken" | "local" | "lapsed" | "ended" | "unconfirmed" | "denied" | "otherHas" | "otherLapsed" | "otherLocal" | "otherNobody";

/** Who this console is. */
export interface Seat {
  session: string;
  console: string;
  /** True when this console has just released the conn itself. */
  hasReleased: boolean;
}

export interface Notice {
  kind: NoticeKind;
  /** The person it is about: who has it now, or who had it. */
  who: string;
  /** performance.now() when it came. */
  atMs: number;
}

/** Kinds that stay until somebody at this console says that they were read. */
export const LOSSES: ReadonlySet<NoticeKind> = new Set<NoticeKind>(["taken", "local", "lapsed", "ended", "unconfirmed"]);
const SHOWN_MS = 15_000; // the others: long enough to be read, gone before the next
/** A lease older than this is not being renewed: presence is proved each second (AUT-05). */
export const LEASE_LATE_S = 5;

/**
 * Return what the step from `before` to `after` means here; null where nothing has changed hands. `leaseS`: how long a lease is, null
 * where that is not known. A lease that has run out takes the conn from nobody: he has it until another asks (AUT-05).
 */
export function noticeOf(before: AuthorityJson, after: AuthorityJson, seat: Seat, leaseS: number | null = null): Omit<Notice, "atMs"> | null {
  const had = isMine(before, seat);
  const has = isMine(after, seat);
  if (!isSameHolder(before, after)) return has ? { kind: "got", who: after.person } : had ? lost(after, seat) : { kind: OTHER[after.station], who: after.person };
  if (had && before.phase !== "granted" && after.phase === "granted") return { kind: "going", who: after.pending_person };
  if (lapseLeftS(before, leaseS, 0) !== 0 && lapseLeftS(after, leaseS, 0) === 0) return { kind: has ? "lapsed" : "otherLapsed", who: after.person };
  const waited = before.phase !== "held" && before.pending_console === seat.console && seat.console !== "";
  if (waited && after.phase === "held" && !has) return { kind: before.phase === "granted" ? "unconfirmed" : "denied", who: holderOf(after) };
  return null;
}

/** Return whether a notice is still to be shown. */
export function isShown(notice: Notice | null, nowMs: number = performance.now()): boolean {
  return notice !== null && (LOSSES.has(notice.kind) || nowMs - notice.atMs < SHOWN_MS);
}

/** Return seconds until a lease that nobody renews runs out, 0 once it has; null while it is renewed, or where there is none. */
export function lapseLeftS(authority: AuthorityJson, leaseS: number | null, sinceS: number): number | null {
  if (authority.station !== "remote" || authority.lease_age_s === null || leaseS === null) return null;
  const ageS = authority.lease_age_s + sinceS;
  return ageS < LEASE_LATE_S ? null : Math.max(0, leaseS - ageS);
}

/** From here on whoever looks at a ship is told that her grant ends: told by her in its last hour, a caution from 15 min. */
const ENDS_TOLD_S = 900;

/** Return seconds until the remote-access grant of a ship that somebody ashore has ends; null with longer to go, and where it is over. */
export function accessLeftS({ authority, access_left_s, no_access }: StatusMessage, sinceS: number): number | null {
  if (authority.station !== "remote" || access_left_s === null || no_access.length || access_left_s > ENDS_TOLD_S) return null;
  return Math.max(0, access_left_s - sinceS);
}

/** A ship that this console has while it shows something else. */
export interface Behind {
  id: string;
  name: string;
  /** Seconds until her lease runs out, 0 once it has; null where its length is not known. */
  leftS: number | null;
}

/** Return the ship that `session` has and at whose view it is not; undefined where there is none, or another has her by now. */
export function leftBehind(vessels: readonly Vessel[], session: string, isOpen: (vessel: string) => boolean, nowMs: number = performance.now()): Behind | undefined {
  for (const { id, name, status, statusAtMs, summary } of vessels) {
    if (!status?.heard || !isMine(status.authority, { session }) || isOpen(id)) continue;
    if (summary !== null && (summary.station !== "remote" || summary.person !== status.authority.person)) continue;
    const leaseS = status.lease_s;
    const ageS = (status.authority.lease_age_s ?? 0) + (nowMs - statusAtMs) / 1000;
    return { id, name, leftS: leaseS === null ? null : Math.max(0, leaseS - ageS) };
  }
  return undefined;
}

const OTHER: Record<AuthorityJson["station"], NoticeKind> = { remote: "otherHas", local: "otherLocal", none: "otherNobody" };

function lost(after: AuthorityJson, seat: Seat): Omit<Notice, "atMs"> {
  if (after.station === "local") return { kind: "local", who: "" };
  if (after.station === "remote") return { kind: "taken", who: after.person };
  return { kind: seat.hasReleased ? "released" : "ended", who: "" };
}

function isMine(authority: AuthorityJson, seat: Pick<Seat, "session">): boolean {
  return authority.station === "remote" && seat.session !== "" && authority.session === seat.session;
}

function isSameHolder(a: AuthorityJson, b: AuthorityJson): boolean {
  return a.station === b.station && a.person === b.person && a.session === b.session;
}

function holderOf(authority: AuthorityJson): string {
  return authority.station === "remote" ? authority.person : "";
}
