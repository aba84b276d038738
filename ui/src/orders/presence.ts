/**
 * Proof that a person sits at the view of a vessel (AUT-05): the view is open, the page is visible, and somebody moved
 * a pointer or pressed a key within the limit. An open socket proves nothing.
 */
import { DORMANT_S, FALLBACK_AFTER_S } from "../seat/chain";

/** The ship is told that somebody is there until the chain over the seat has run out (seat/chain.ts); warned from its beginning, and before. */
export const PRESENCE_LIMIT_S = DORMANT_S + FALLBACK_AFTER_S;
export const PRESENCE_WARN_S = 150;

const ACTED_KEY = "farhelm.acted"; // Date.now() of the last act at any tab of this browser
const TOLD_EVERY_MS = 5000;
const ACTS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

export class Presence {
  private actedMs = performance.now();
  private vessel: string | null = null;
  private toldMs = -Infinity;

  /** `shared`: what all tabs of this browser keep in common. */
  constructor(private readonly shared: Pick<Storage, "getItem" | "setItem">) {
    for (const act of ACTS) window.addEventListener(act, this.acted, { passive: true, capture: true });
  }

  /** Say which vessel's view is open now; null for none. Opening a view is an act. */
  show(vessel: string | null): void {
    this.vessel = vessel;
    this.actedMs = performance.now();
  }

  /** Return whether the view of `vessel` is the one that is open, whoever looks at it. */
  shows(vessel: string): boolean {
    return this.vessel === vessel;
  }

  /** Return seconds since the last act of a person. */
  idleS(nowMs: number = performance.now()): number {
    return (nowMs - this.actedMs) / 1000;
  }

  /** Return seconds since the last act at any tab of this browser; more than any limit where none is known. */
  elsewhereS(nowMs: number = Date.now()): number {
    return (nowMs - Number(this.shared.getItem(ACTED_KEY) ?? 0)) / 1000;
  }

  /** Return whether a person is proved to be at the view of `vessel`. */
  at(vessel: string): boolean {
    return this.vessel === vessel && document.visibilityState === "visible" && this.idleS() <= PRESENCE_LIMIT_S;
  }

  private readonly acted = (event: Event): void => {
    if (!event.isTrusted) return;
    this.actedMs = performance.now();
    if (this.actedMs - this.toldMs < TOLD_EVERY_MS) return;
    this.toldMs = this.actedMs;
    this.shared.setItem(ACTED_KEY, String(Date.now()));
  };
}
