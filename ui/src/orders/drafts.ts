/** What the operator has set but not ordered yet; two steps before anything moves (console.md principle 4). */
import type { Args, KindName } from "./kinds";

/** An order armed and not confirmed falls back by itself: a forgotten one must not wait for a stray click. */
export const ARMED_MS = 10_000;

export class Drafts {
  headingDeg: number | null = null;
  propulsionPct: number | null = null;
  rudderDeg: number | null = null;
  /** Kind that was set last: its trial manoeuvre is the one shown. */
  last: KindName | null = null;
  private armed: { kind: KindName; subject: string; atMs: number } | null = null;
  /** Why an order is to be given though another ship comes near (INT-08), by kind; empty: asked for, not typed yet. */
  private readonly why = new Map<KindName, string>();

  /** Arm `kind`, of one machine, phase or exercise where there are several: step one of two. */
  arm(kind: KindName, subject = ""): void {
    this.armed = { kind, subject, atMs: performance.now() };
  }

  disarm(): void {
    this.armed = null;
  }

  /** Return whether `kind` waits for its confirmation now. */
  isArmed(kind: KindName, subject = ""): boolean {
    return this.armed?.kind === kind && this.armed.subject === subject && performance.now() - this.armed.atMs < ARMED_MS;
  }

  /** Return what is set for `kind`, as the order would carry it; empty where nothing is. */
  argsOf(kind: KindName): Args {
    const set: Partial<Record<KindName, [string, number | null]>> = {
      "conn.heading": ["heading_deg", this.headingDeg], "conn.propulsion": ["propulsion_pct", this.propulsionPct],
      "conn.rudder": ["rudder_deg", this.rudderDeg],
    };
    const [name, value] = set[kind] ?? ["", null];
    return value === null ? {} : { [name]: value };
  }

  /** Return the reason typed for `kind`; null where none was asked for. */
  reason(kind: KindName): string | null {
    return this.why.get(kind) ?? null;
  }

  /** Keep the reason typed for `kind`, which takes back a confirmation given without it. */
  setReason(kind: KindName, text: string): void {
    this.why.set(kind, text);
    this.disarm();
  }

  /** The order of `kind` is given: a reason was for it alone. */
  given(kind: KindName): void {
    this.why.delete(kind);
    if (this.last === kind) this.last = null;
    this.disarm();
  }

  /** Take up again what the ship refused, to be ordered with a reason. */
  again(kind: KindName, args: Args): void {
    if (typeof args["heading_deg"] === "number") this.setHeading(args["heading_deg"]);
    if (typeof args["propulsion_pct"] === "number") this.setPropulsion(args["propulsion_pct"], -100, 100);
    this.last = kind;
    this.why.set(kind, "");
  }

  /** Forget everything set: the setpoints are loaded from the actual values again (AUT-04). */
  clear(): void {
    this.headingDeg = null;
    this.propulsionPct = null;
    this.rudderDeg = null;
    this.last = null;
    this.why.clear();
    this.disarm();
  }

  /** Something of `kind` was set: the confirmation and the reason were for another value. */
  private touch(kind: KindName): void {
    this.last = kind;
    this.why.delete(kind);
    this.disarm();
  }

  /** Set the heading, whole degrees as it is shown, which takes back a confirmation that was for another one. */
  setHeading(deg: number): void {
    this.headingDeg = ((Math.round(deg) % 360) + 360) % 360;
    this.touch("conn.heading");
  }

  setPropulsion(pct: number, low: number, high: number): void {
    this.propulsionPct = Math.max(low, Math.min(high, Math.round(pct)));
    this.touch("conn.propulsion");
  }

  setRudder(deg: number, limit: number): void {
    this.rudderDeg = Math.max(-limit, Math.min(limit, Math.round(deg)));
    this.touch("conn.rudder");
  }
}
