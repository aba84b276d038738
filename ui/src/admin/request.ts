/** What the shore is asked for the admin view; it answers supervisors, maintainers and masters alone. */
import { ask, send } from "../link/http";
import type { Place } from "../account/requests";
import type { FunctionJson } from "../protocols.gen";

const PATH = "/api/v1/admin";

export interface KeyJson {
  console: string;
  public_key: string;
  requested_utc_ms: number;
  key_state: "none" | "pending" | "enrolled" | "revoked";
}

export interface PersonJson {
  person: string;
  role: string;
  roc: string;
  active: boolean;
  has_password: boolean;
  password_is_own: boolean;
  authenticator: boolean;
  passkeys: number;
  /** Names of programs that act in this person's name. */
  programs: string[];
  /** Vessels of which the person has control now. */
  held: string[];
  /** Consoles open now at the process that answers. */
  consoles: number;
  keys: KeyJson[];
  sessions: Place[];
}

/** A ship's last word on a roster or grant. */
export interface ToldJson {
  version: string | null;
  result: string | null;
  detail: string;
  utc_ms: number | null;
}

export interface GrantJson {
  version: number;
  master: string;
  rocs: string[];
  groups: string[];
  levels: string[];
  from_utc_ms: number;
  to_utc_ms: number;
}

export interface VesselJson {
  vessel: string;
  name: string;
  catalogue_hash: string | null;
  channels: number;
  heard_s: number | null;
  /** What her owner claims of her functions; no certificate. */
  functions: FunctionJson[];
  areas: { kind: "allowed" | "no_go"; name: string }[];
  limits: Record<string, number>;
  forged: number;
  misnamed: number;
  unforeseen: number;
  roster: { ashore: number | null; keys: number; aboard: number | null; told: ToldJson | null };
  grant: { ashore: GrantJson | null; told: ToldJson | null };
  lost: { count: number; last_utc_ms: number | null };
}

export interface ProcessJson {
  name: string;
  role: string;
  version: string;
  started_utc_ms: number;
  age_s: number;
  faults: string[];
  /** [counter, label, value] */
  figures: [string, string, number][];
}

export interface ActJson {
  utc_ms: number;
  person: string;
  role: string;
  what: string;
  whom: string;
  detail: string;
}

export interface Administration {
  people: PersonJson[];
  vessels: VesselJson[];
  processes: ProcessJson[];
  acts: ActJson[];
}

/** Return all that the view shows. */
export async function administration(signal: AbortSignal): Promise<Administration> {
  const [{ people }, { vessels }, { processes, acts }] = await Promise.all([
    ask<{ people: PersonJson[] }>(`${PATH}/people`, signal), ask<{ vessels: VesselJson[] }>(`${PATH}/vessels`, signal),
    ask<{ processes: ProcessJson[]; acts: ActJson[] }>(`${PATH}/station`, signal),
  ]);
  return { people, vessels, processes, acts };
}

/** End one session of a person, or `all`; raise Problem with the shore's reason where it refuses. */
export const endSessionOf = (person: string, session: string) => send("DELETE", `${PATH}/people/${encodeURIComponent(person)}/sessions/${session}`);
