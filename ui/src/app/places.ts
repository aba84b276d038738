/** Where one can be in the console: a vessel's views, and the pages of no vessel. */

/** What of a vessel can be open: her bridge, what is now, or what was; in the order in which they stand in the top bar. */
export const VIEWS = ["conning", "route", "engine", "phase", "drill", "alerts", "history", "report", "replay", "ledger"] as const;
export type View = (typeof VIEWS)[number];
/** Views that show her as she is now: whoever is at one of them keeps the watch (AUT-05). */
export const LIVE: ReadonlySet<View> = new Set<View>(["conning", "route", "engine", "phase", "drill", "alerts"]);
/** Pages of no vessel beside the fleet, by their address. */
export const ASIDES = { "/account": "account", "/admin": "admin" } as const;
export type Aside = (typeof ASIDES)[keyof typeof ASIDES];

/** Return the vessel and the view of an address. */
export function placeOf(path: string): [string | null, View] {
  const match = /^\/vessel\/([^/]+)(?:\/([a-z]+))?/.exec(path);
  return [match?.[1] ? decodeURIComponent(match[1]) : null, VIEWS.find((view) => view === match?.[2]) ?? "conning"];
}
