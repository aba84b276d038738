/**
 * A console at which nobody has acted for long only shows, until whose session it is gives the password again (IACS UR E27 4.1,
 * items 38 and 39: a session that idles is locked). The chain over the seat of a ship has run out long before. Pure.
 */

/** Seconds without an act, at any tab of the browser: the shortest time that no watch-keeper who reads a chart is locked out by. */
export const REST_AFTER_S = 15 * 60;

/** Return whether a session comes to rest: `idleS` at this tab, `elsewhereS` at the last tab that was acted at. */
export function restsAfter(idleS: number, elsewhereS: number): boolean {
  return idleS > REST_AFTER_S && elsewhereS > REST_AFTER_S;
}
