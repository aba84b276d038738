/** What the operator has set but not ordered yet; two steps before anything moves (console.md principle 4). */
import type { KindName } from "./kinds";

/** An order armed and not confirmed falls back by itself: a forgotten one must not wait for a stray click. */
export const ARMED_MS = 10_000;

export class Drafts {
  headingDeg: number | null = null;
  propulsionPct: number | null = null;
  rudderDeg: number | null = null;
  private armed: { kind: KindName; atMs: number } | null = null;

  /** Arm `kind`: step one of two. */
  arm(kind: KindName): void {
    this.armed = { kind, atMs: performance.now() };
  }

  disarm(): void {
    this.armed = null;
  }

  /** Return whether `kind` waits for its confirmation now. */
  isArmed(kind: KindName): boolean {
    return this.armed?.kind === kind && performance.now() - this.armed.atMs < ARMED_MS;
  }

  /** Forget everything set: the setpoints are loaded from the actual values again (AUT-04). */
  clear(): void {
    this.headingDeg = null;
    this.propulsionPct = null;
    this.rudderDeg = null;
    this.armed = null;
  }

  /** Set the heading, whole degrees as it is shown, which takes back a confirmation that was for another one. */
  setHeading(deg: number): void {
    this.headingDeg = ((Math.round(deg) % 360) + 360) % 360;
    this.disarm();
  }

  setPropulsion(pct: number, low: number, high: number): void {
    this.propulsionPct = Math.max(low, Math.min(high, Math.round(pct)));
    this.disarm();
  }

  setRudder(deg: number, limit: number): void {
    this.rudderDeg = Math.max(-limit, Math.min(limit, Math.round(deg)));
    this.disarm();
  }
}
