/**
 * The guided exercise: its steps, and when each has really happened. Pure: judged by what the console has received and nothing else,
 * so that no click ticks a step which the ship has not done.
 */
import type { View } from "../app/places";
import type { Entry } from "../ledger/request";
import { OrderLog, type OrderEntry } from "../link/order-log";
import type { Vessel } from "../link/store";
import { holds, SILENT_MS } from "../orders/gates";

export const STEP_NAMES = ["open", "request", "confirm", "order", "turned", "lost", "alone", "back", "release", "ledger"] as const;
export type StepName = (typeof STEP_NAMES)[number];
export type Hint = "otherView" | "otherShip" | "noConn" | "silent" | "refused" | "drillOver" | "";

/** How far somebody has come. */
export interface Progress {
  person: string;
  /** Ship that it is done with; empty before one is open. */
  vessel: string;
  /** Steps done: the first so many of STEP_NAMES. */
  done: number;
  /** The shore's time at which it was begun: what happened before does not count. */
  sinceUtcMs: number;
}

/** What the console has received, as far as the exercise looks at it. */
export interface Seen {
  /** Vessel whose view is open, and which view. */
  open: Vessel | null;
  view: View;
  /** The ship of the exercise; null before one is chosen. */
  ship: Vessel | null;
  session: string;
  console: string;
  person: string;
  /** Entries of the ship's ledger that are on the screen. */
  read: Entry[];
}

const CLOCKS_MS = 5000; // an entry bears the ship's time, which may be some seconds behind the shore's
const LOST_FROM = "L2";
const ALONE_FROM = "L3";
const NEEDS_CONN: ReadonlySet<StepName> = new Set<StepName>(["order", "turned", "lost", "back"]);
const BACK_AT: ReadonlySet<StepName> = new Set<StepName>(["request", "confirm", "order", "turned", "alone", "back", "release"]);

type Judge = (seen: Seen, progress: Progress) => boolean;

const DONE: Record<StepName, Judge> = {
  open: ({ open, view }) => open !== null && view === "conning" && isFit(open),
  request: (seen) => isMine(seen) || isGranted(seen),
  confirm: (seen) => isMine(seen),
  order: (seen, progress) => headings(seen, progress).some((order) => order.steps.some(({ state }) => state === "executing" || state === "SUCCEEDED")),
  turned: (seen, progress) => headings(seen, progress).some((order) => OrderLog.state(order) === "SUCCEEDED"),
  lost: (seen, progress) => lossBegun(seen, progress) || step(seen) >= LOST_FROM,
  alone: (seen) => step(seen) >= ALONE_FROM,
  back: (seen) => step(seen) === "L0" && isMine(seen),
  release: (seen, progress) => own(seen, progress, "authority.release").some((order) => OrderLog.state(order) === "SUCCEEDED"),
  ledger: ({ read, person, ship, open, view }, { sinceUtcMs }) => view === "ledger" && open === ship && read.some((entry) =>
    entry.kind === "order" && entry.person === person && entry.what.startsWith("conn.heading") && (entry.utc_ms ?? 0) >= sinceUtcMs - CLOCKS_MS),
};

/** Return whether a ship can be exercised with: she takes orders, moves nothing real, and has been heard. */
export function isFit(vessel: Vessel): boolean {
  return vessel.takesOrders && vessel.particulars?.actuators === "simulated" && vessel.status?.heard === true;
}

/** Return the step that is to be done next; null when all are done. */
export function current(progress: Progress): StepName | null {
  return STEP_NAMES[progress.done] ?? null;
}

/** Return how far it is by what is seen now; the same object where nothing has changed. */
export function advance(progress: Progress, seen: Seen): Progress {
  let at = progress;
  for (let name = current(at); name !== null && DONE[name](seen, at); name = current(at)) {
    const ship = name === "open" ? seen.open : seen.ship;
    at = { ...at, done: at.done + 1, vessel: ship?.id ?? at.vessel };
    if (name === "open") return at; // the rest is judged by that ship, with the next look
  }
  return at;
}

/** Return what stands in the way of the present step, if anything does. */
export function hint(progress: Progress, seen: Seen): Hint {
  const name = current(progress);
  if (name === null || name === "open") return "";
  if (seen.open !== seen.ship) return "otherShip";
  if (!isHeard(seen)) return "silent";
  if (NEEDS_CONN.has(name) && !isMine(seen)) return "noConn";
  if (BACK_AT.has(name) && seen.view !== "conning") return "otherView";
  if (name === "order" || name === "turned") return isRefused(seen, progress) ? "refused" : "";
  return name === "alone" && isLossOver(seen, progress) ? "drillOver" : "";
}

/** Return the progress from which the link is to be lost again, where the last loss ended before she was alone. */
export function again(progress: Progress): Progress {
  return { ...progress, done: Math.min(progress.done, STEP_NAMES.indexOf("lost")) };
}

function isHeard({ ship }: Seen): boolean {
  const silenceMs = ship?.silenceMs() ?? null;
  return silenceMs !== null && silenceMs <= SILENT_MS;
}

/** The ladder's step as she told it lately; empty where she is silent: what she does then is not known. */
function step(seen: Seen): string {
  return isHeard(seen) ? (seen.ship?.status?.step ?? "") : "";
}

function isMine(seen: Seen): boolean {
  return isHeard(seen) && seen.ship !== null && holds(seen.ship, seen.session);
}

function isGranted(seen: Seen): boolean {
  const authority = seen.ship?.status?.authority;
  return isHeard(seen) && authority?.phase === "granted" && authority.pending_person === seen.person && authority.pending_console === seen.console;
}

function own({ ship, console }: Seen, { sinceUtcMs }: Progress, kind: string): OrderEntry[] {
  return (ship?.orders.list() ?? []).filter((order) => order.kind === kind && order.console === console && (order.steps[0]?.utcMs ?? 0) >= sinceUtcMs);
}

function headings(seen: Seen, progress: Progress): OrderEntry[] {
  return own(seen, progress, "conn.heading");
}

function isRefused(seen: Seen, progress: Progress): boolean {
  const last = headings(seen, progress)[0];
  return last !== undefined && OrderLog.ended(last) && OrderLog.state(last) !== "SUCCEEDED";
}

function lossBegun({ ship }: Seen, { sinceUtcMs }: Progress): boolean {
  const drill = ship?.status?.drill;
  return drill?.exercise === "link_loss" && drill.utc_ms >= sinceUtcMs - CLOCKS_MS && drill.state !== "ended";
}

function isLossOver(seen: Seen, progress: Progress): boolean {
  return step(seen) < LOST_FROM && seen.ship?.status?.drill?.state === "ended" && !lossBegun(seen, progress);
}
