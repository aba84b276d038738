/** What the shore is asked about one's own account. */
import { ask, send } from "../link/http";

const PATH = "/api/v1/account";

export interface Place {
  id: string;
  /** This very session. */
  this: boolean;
  address: string;
  device: string;
  created_utc_ms: number;
  seen_utc_ms: number;
}

export interface Account {
  authenticator: boolean;
  passkeys: { id: string; name: string }[];
  passkeys_max: number;
  password_length_min: number;
  sessions: Place[];
}

export interface Setup {
  setup: string;
  secret: string;
  /** A data address of an SVG. */
  picture: string;
}

export const account = (): Promise<Account> => ask<Account>(PATH);
export const setPassword = (password: string, next: string) => send("PUT", `${PATH}/password`, { password, new: next });
export const beginAuthenticator = async (password: string): Promise<Setup> =>
  (await (await send("POST", `${PATH}/authenticator`, { password })).json()) as Setup;
export const confirmAuthenticator = (setup: string, code: string) => send("PUT", `${PATH}/authenticator`, { setup, code });
export const dropAuthenticator = (password: string) => send("POST", `${PATH}/authenticator/off`, { password });
export const beginPasskey = async (password: string): Promise<object> =>
  (await (await send("POST", `${PATH}/passkeys/options`, { password })).json()) as object;
export const keepPasskey = (name: string, passkey: object) => send("POST", `${PATH}/passkeys`, { name, passkey });
export const dropPasskey = (id: string, password: string) => send("POST", `${PATH}/passkeys/${forAddress(id)}/off`, { password });
export const endSession = (id: string) => send("DELETE", `${PATH}/sessions/${id}`);

/** Return base64 as it may stand in an address (RFC 4648, 5). */
export function forAddress(base64: string): string {
  return base64.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** Return a browser's short name from what it says it is: "Chromium 141, Linux"; as it stands where nothing is known in it. */
export function shortDevice(said: string): string {
  const browser = ["Edg", "Firefox", "Chrome", "Safari"].map((name) => new RegExp(`${name}/(\\d+)`).exec(said)).find((found) => found !== null);
  const system = ["Windows", "Android", "iPhone", "iPad", "Mac OS X", "Linux"].find((name) => said.includes(name));
  if (!browser) return said;
  return [browser[0].replace("/", " ").replace("Edg ", "Edge "), system].filter(Boolean).join(", ");
}
