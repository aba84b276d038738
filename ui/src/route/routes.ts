/** What the shore knows of a vessel's routes: those sent to her, the one aboard, the one she follows. */
import { checkRoute, routesOf, type CheckedJson, type RoutesJson } from "../link/http";
import { fromBase64 } from "../orders/bytes";
import type { LonLat } from "../map/geometry";
import type { StatusMessage } from "../protocols.gen";
import { guidance, passageOf, type Guidance, type Passage } from "./passage";

/** After the ship's word on her route the store is asked twice: it has the event within a second or two, or a little later. */
const AFTER_MS = [1500, 4000];

export interface KeptRoute {
  hash: string;
  passage: Passage;
  bytes: Uint8Array<ArrayBuffer>;
  person: string;
  state: string;
  utcMs: number;
}

export interface Active {
  route: KeptRoute;
  leg: number;
}

/** Of a vessel: what was last told of her; null before anything was. */
interface Heard {
  status: StatusMessage | null;
}

/** What the ship last said of her route. */
export interface Said {
  bootId: string;
  what: string;
  hash: string;
  leg: number;
  why: string;
  /** By her clock. */
  utcMs: number;
}

/** The routes of one vessel, asked for while somebody looks. */
export class Routes {
  list: KeptRoute[] = [];
  said: Said | null = null;
  private dueMs: number[] = [-Infinity];

  constructor(private readonly vessel: string) {}

  /** The ship has said something of her route, or one was sent to her. */
  hear(nowMs: number = performance.now()): void {
    this.dueMs = AFTER_MS.map((ms) => nowMs + ms);
  }

  /** Ask the shore where that is due; tell `changed` when the answer came. */
  ask(changed: () => void): void {
    if (this.dueMs[0] === undefined || performance.now() < this.dueMs[0]) return;
    this.dueMs.shift();
    routesOf(this.vessel).then((answer) => { this.take(answer); changed(); }, () => this.hear());
  }

  take(answer: RoutesJson): void {
    this.list = answer.routes.flatMap((row) => {
      try {
        const bytes = fromBase64(row.route);
        return [{ hash: row.hash, passage: passageOf(bytes), bytes, person: row.person, state: row.state, utcMs: row.utc_ms }];
      } catch {
        return []; // a route of another version: it is not offered
      }
    });
    const said = answer.now?.said;
    this.said = answer.now && said ? { bootId: answer.now.boot_id, what: said.what, hash: said.hash, leg: said.leg, why: said.why, utcMs: answer.now.utc_ms } : null;
  }

  /** Return the route aboard; null where none is, or it is not known ashore. It stays aboard over a restart of the ship. */
  aboard(): KeptRoute | null {
    return this.list.find((route) => route.hash === this.said?.hash) ?? null;
  }

  /** Return the route she follows and on which leg; null while she follows none, or has started anew since. */
  active(vessel: Heard): Active | null {
    const route = this.aboard();
    const follows = this.said && (this.said.what === "activated" || this.said.what === "leg") && this.said.bootId === vessel.status?.boot_id;
    return route && this.said && follows ? { route, leg: this.said.leg } : null;
  }

  /** Return where she is on the leg she follows. */
  guidance(vessel: Heard, at: LonLat | null, reachM = 0): Guidance | null {
    const active = this.active(vessel);
    return active && at ? guidance(active.route.passage, active.leg, at, reachM) : null;
  }

  /**
   * Return seconds in which the turn that she has begun can still be confirmed before it is an alarm aboard (MSC.74(69)): at her wheel-over
   * the next leg is hers. `confirmS`: how long she gives. Null: none is running, or she does not tell how long.
   */
  confirmLeftS(nowUtcMs: number, confirmS: number | undefined): number | null {
    if (this.said?.what !== "leg" || confirmS === undefined) return null;
    const leftS = confirmS - (nowUtcMs - this.said.utcMs) / 1000;
    return leftS > 0 ? Math.min(leftS, confirmS) : null;
  }
}

/** A route being made at this console: drawn or from a file, checked, not sent yet. */
export interface Draft {
  name: string;
  points: LonLat[];
  /** From a file: its text; its points are only drawn. */
  rtz: string | null;
  checked: { passage: Passage | null; bytes: Uint8Array<ArrayBuffer> | null; answer: CheckedJson } | null;
  problem: string;
}

export function emptyDraft(): Draft {
  return { name: "", points: [], rtz: null, checked: null, problem: "" };
}

/** Legs of a drawn route: how wide, and how she turns, where nothing else is said. */
export interface Defaults {
  radiusM: number;
  xtdM: number;
}

/** Have `draft` held against the ship; what came is in it afterwards. */
export async function check(vessel: string, draft: Draft, defaults: Defaults): Promise<void> {
  const marks = draft.points.map(([longitude_deg, latitude_deg]) => ({ latitude_deg, longitude_deg, radius_m: defaults.radiusM, xtd_m: defaults.xtdM }));
  try {
    const answer = await checkRoute(vessel, draft.rtz === null ? { name: draft.name, marks } : { rtz: draft.rtz });
    const bytes = answer.route === null ? null : fromBase64(answer.route);
    draft.checked = { bytes, passage: bytes ? passageOf(bytes) : null, answer };
    draft.problem = "";
  } catch (error) {
    draft.checked = null;
    draft.problem = error instanceof Error ? error.message : String(error);
  }
}
