/**
 * A console at which nobody has acted for long only shows, until whose session it is gives the password again (IACS UR E27,
 * among items 31 to 41: a session that idles ends). The chain over the seat of a ship has run out long before. Pure.
 */

/** Seconds without an act, at any tab of the browser: three times what the chain over the seat takes to its end. */
export const REST_AFTER_S = 15 * 60;

/** Return whether a session comes to rest: `idleS` at this tab, `elsewhereS` at the last tab that was acted at. */
export function restsAfter(idleS: number, elsewhereS: number): boolean {
  return idleS > REST_AFTER_S && elsewhereS > REST_AFTER_S;
}

const AGAIN_MS = 30_000; // a shore that did not hear of it is told again this often, for as long as it takes

/** Whether this browser's session only looks: by the shore's word, and until it has heard of it by this page's own. */
export class Rest {
  isOn = false;
  private isKnown = false;
  private toldMs = -Infinity;

  /** `tell`: say to the shore that nobody is here; it may fail. */
  constructor(private readonly tell: () => Promise<void>) {}

  /** Take the shore's word on the session, when the page is opened and when the password was given. */
  take(isOn: boolean): void {
    this.isOn = this.isKnown = isOn;
  }

  /** Take its word where another tab may have been woken: of a rest that it has not heard of it knows nothing. */
  takeAgain(isOn: boolean): void {
    if (this.isKnown) this.take(isOn);
  }

  /** Begin to rest once nobody has acted for long, and tell the shore until it has heard. */
  look(idleS: number, elsewhereS: number, nowMs: number): void {
    this.isOn ||= restsAfter(idleS, elsewhereS);
    if (!this.isOn || this.isKnown || nowMs - this.toldMs < AGAIN_MS) return;
    this.toldMs = nowMs;
    void this.tell().then(() => { this.isKnown = this.isOn; }, () => undefined); // away: it is told again
  }
}
