/** The shore's requests that are not on the socket; one place, so that a change of path is one line. */

import { hearAnswer } from "./clock";
import type { ReasonJson } from "../protocols.gen";

const PATH = {
  login: "/api/v1/login",
  logout: "/api/v1/logout",
  me: "/api/v1/me",
  rest: "/api/v1/rest",
  wake: "/api/v1/wake",
  keys: "/api/v1/keys",
  ticket: "/api/v1/ticket",
  socket: "/api/v1/console",
  stop: "/stop/",
} as const;

/** A request that the shore refused; `message` is its own sentence (RFC 9457). */
export class Problem extends Error {
  constructor(readonly status: number, message: string, readonly members: Record<string, unknown> = {}) {
    super(message);
  }
}

/** What the shore asks for beside a password; `passkey` is what a browser needs to have one sign. */
export interface SecondFactor {
  needs: ("code" | "passkey")[];
  passkey?: object;
}

/** Return what else is asked for when that is why a log-in was refused, else null. */
export function secondFactor(error: unknown): SecondFactor | null {
  if (!(error instanceof Problem) || error.members["type"] !== "/problems/second-factor-needed") return null;
  return error.members as unknown as SecondFactor;
}

/** Log in; raise Problem with status 401 on a wrong name or password, or where a second factor is asked for. */
export async function login(person: string, password: string, more: { code?: string; passkey?: object } = {}): Promise<void> {
  await post(PATH.login, { person, password, ...more });
}

export async function logout(): Promise<void> {
  await post(PATH.logout);
}

export interface Me {
  person: string;
  /** True while the session only looks, because nobody has acted at it for long. */
  view_only: boolean;
}

/** Let this browser's session only look; nobody is there. */
export async function rest(): Promise<void> {
  await post(PATH.rest);
}

/** Let it act again; raise Problem on a wrong password. */
export async function wake(password: string): Promise<void> {
  await post(PATH.wake, { password });
}

/** Return who is logged in with this browser, null when nobody is; raise Problem when the shore cannot say. */
export async function me(): Promise<Me | null> {
  const answer = await fetch(PATH.me, { credentials: "same-origin" });
  hearAnswer(answer);
  if (answer.status === 401 || answer.status === 403) return null;
  if (!answer.ok) throw await problem(answer);
  return (await answer.json()) as Me;
}

/** Offer this console's public key (base64 of 32 raw bytes) for enrolment. */
export async function offerKey(console: string, publicKey: string): Promise<void> {
  await post(PATH.keys, { console, public_key: publicKey });
}

/** Return the address of one websocket; its ticket is good once. `publicKey` lets the shore tell this key's state. */
export async function socketUrl(publicKey: string, signal?: AbortSignal): Promise<string> {
  const body = publicKey ? { public_key: publicKey } : {};
  const { ticket } = (await (await send("POST", PATH.ticket, body, true, signal)).json()) as { ticket: string };
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}${PATH.socket}?ticket=${encodeURIComponent(ticket)}`;
}

/** Send a signed emergency stop by its own way, beside the socket (EST-01). */
export async function postStop(vessel: string, signed: string): Promise<void> {
  await post(PATH.stop + encodeURIComponent(vessel), { signed });
}

/** Return what a path answers; raise Problem, with the shore's own sentence, when it refuses or what it says cannot be read. */
export async function ask<T>(path: string, signal?: AbortSignal): Promise<T> {
  const answer = await fetch(path, { credentials: "same-origin", ...(signal ? { signal } : {}) });
  hearAnswer(answer);
  const said = (await answer.json().catch(() => null)) as (T & { detail?: string }) | null;
  if (!answer.ok || said === null) throw new Problem(answer.status, said?.detail ?? `HTTP ${answer.status}`, said ?? {});
  return said;
}

/** Return where all that is told of a vessel begins. */
export const home = (vessel: string): string => `/api/v1/vessels/${encodeURIComponent(vessel)}`;

const post = (path: string, body?: object) => send("POST", path, body);

/** Routes sent to a vessel, and what she last said of the one aboard. */
export interface RoutesJson {
  routes: { hash: string; name: string; revision: number; person: string; state: string; utc_ms: number; route: string }[];
  now: { boot_id: string; utc_ms: number; said: { what: string; why: string; hash: string; leg: number } } | null;
}

/** What was found in a new route; `route` is base64 of the bytes to be signed. */
export interface CheckedJson {
  route: string | null;
  hash: string;
  faults: ReasonJson[];
  notes: string[];
}

const routesPath = (vessel: string): string => `${home(vessel)}/routes`;

export const routesOf = (vessel: string): Promise<RoutesJson> => ask<RoutesJson>(routesPath(vessel));

/** Have a route looked at: an RTZ file, or marks; it is sent to nobody. */
export async function checkRoute(vessel: string, route: object): Promise<CheckedJson> {
  return (await (await send("POST", `${routesPath(vessel)}/check`, route, false)).json()) as CheckedJson;
}

/** Change something; raise Problem when the shore refuses. A body of more than 64 kB cannot outlive the page (Fetch standard). */
export async function send(method: "POST" | "PUT" | "DELETE", path: string, body?: object, keepalive = true, signal?: AbortSignal): Promise<Response> {
  const answer = await fetch(path, {
    method,
    credentials: "same-origin",
    keepalive,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body ?? {}),
    ...(signal ? { signal } : {}),
  });
  if (!answer.ok) throw await problem(answer);
  return answer;
}

async function problem(answer: Response): Promise<Problem> {
  const said = (await answer.json().catch(() => ({}))) as { title?: string; detail?: string };
  const text = [said.title, typeof said.detail === "string" ? said.detail : ""].filter(Boolean).join(": ");
  return new Problem(answer.status, text || `HTTP ${answer.status}`, said);
}
