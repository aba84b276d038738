/** What the operator has set but not ordered yet; two steps before anything moves (console.md principle 4). */
import type { Args, KindName } from "./kinds";

/** An order armed and not confirmed falls back by itself: a forgotten one must not wait for a stray click. */
export const ARMED_MS = 10_000;

/** How the ship is steered, and how she is driven: each has one order in force, given in one of these ways. */
export const WAYS = { steering: ["conn.heading", "conn.course"], power: ["conn.propulsion", "conn.speed", "conn.station_keep"] } as const satisfies Record<string, readonly KindName[]>;
export type Steering = (typeof WAYS.steering)[number];
export type Power = (typeof WAYS.power)[number];

export class Drafts {
  headingDeg: number | null = null;
  courseDeg: number | null = null;
  /** Rate of turn at most, for headings and courses; null: her autopilot's own. */
  rateDegMin: number | null = null;
  propulsionPct: number | null = null;
  /** Step of the telegraph that the lever was put to; null: to a share of power. */
  step: string | null = null;
  speedKn: number | null = null;
  /** Circle in which she is to keep her station; null: the phase's own. */
  radiusM: number | null = null;
  rudderDeg: number | null = null;
  /** Way chosen here; null: the one that is in force. */
  steering: Steering | null = null;
  power: Power | null = null;
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
    const set: Partial<Record<KindName, [string, number | string | null]>> = {
      "conn.heading": ["heading_deg", this.headingDeg], "conn.course": ["course_deg", this.courseDeg], "conn.propulsion": ["propulsion_pct", this.propulsionPct],
      "conn.telegraph": ["step", this.step], "conn.speed": ["speed_kn", this.speedKn], "conn.rudder": ["rudder_deg", this.rudderDeg], "conn.station_keep": ["radius_m", this.radiusM],
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
    const number = (name: string, set: (value: number) => void): void => {
      if (typeof args[name] === "number") set(args[name]);
    };
    number("heading_deg", (deg) => this.setHeading(deg));
    number("course_deg", (deg) => this.setCourse(deg));
    number("rate_deg_min", (rate) => this.setRate(rate));
    number("propulsion_pct", (pct) => this.setPropulsion(pct, -100, 100));
    number("speed_kn", (kn) => this.setSpeed(kn, kn));
    number("radius_m", (m) => this.setRadius(m, m, m));
    if (typeof args["step"] === "string") this.setStep(args["step"], this.propulsionPct);
    this.last = kind;
    this.why.set(kind, "");
  }

  /** Forget everything set: the setpoints are loaded from the actual values again (AUT-04). */
  clear(): void {
    this.headingDeg = this.courseDeg = this.rateDegMin = this.propulsionPct = this.step = this.speedKn = this.radiusM = this.rudderDeg = null;
    this.steering = this.power = this.last = null;
    this.why.clear();
    this.disarm();
  }

  /** Something of `kind` was set: the confirmation and the reason were for another value. */
  private touch(kind: KindName): void {
    this.last = kind;
    this.why.delete(kind);
    this.disarm();
  }

  /** Choose the way in which she is steered or driven; nothing is set by it, and no trial of the other way is shown any more. */
  choose(way: Steering | Power): void {
    if (way === "conn.heading" || way === "conn.course") this.steering = way;
    else this.power = way;
    this.last = null;
    this.disarm();
  }

  /** Set the heading, whole degrees as it is shown, which takes back a confirmation that was for another one. */
  setHeading(deg: number): void {
    this.headingDeg = whole(deg);
    this.steering = "conn.heading";
    this.touch("conn.heading");
  }

  /** Set the course over ground, whole degrees; she steers against the drift to make it good. */
  setCourse(deg: number): void {
    this.courseDeg = whole(deg);
    this.steering = "conn.course";
    this.touch("conn.course");
  }

  /** Set how fast she may turn, degrees a minute; null leaves it to her autopilot. */
  setRate(degMin: number | null): void {
    this.rateDegMin = degMin === null ? null : Math.max(1, Math.round(degMin));
    this.disarm();
  }

  setPropulsion(pct: number, low: number, high: number): void {
    this.propulsionPct = Math.max(low, Math.min(high, Math.round(pct)));
    this.step = null;
    this.power = "conn.propulsion";
    this.touch("conn.propulsion");
  }

  /** Put the lever to a step of her telegraph, which is `pct` of her power; null where that is not known here. */
  setStep(step: string, pct: number | null): void {
    this.step = step;
    this.propulsionPct = pct;
    this.power = "conn.propulsion";
    this.touch("conn.telegraph");
  }

  /** Set a speed over ground, knots and tenths, from 0 to `high`. */
  setSpeed(kn: number, high: number): void {
    this.speedKn = Math.round(Math.max(0, Math.min(high, kn)) * 10) / 10;
    this.power = "conn.speed";
    this.touch("conn.speed");
  }

  /** Set the circle in which she is to lie, whole metres within what hull and phase can. */
  setRadius(m: number, low: number, high: number): void {
    this.radiusM = Math.max(low, Math.min(high, Math.round(m)));
    this.power = "conn.station_keep";
    this.touch("conn.station_keep");
  }

  setRudder(deg: number, limit: number): void {
    this.rudderDeg = Math.max(-limit, Math.min(limit, Math.round(deg)));
    this.touch("conn.rudder");
  }
}

function whole(deg: number): number {
  return ((Math.round(deg) % 360) + 360) % 360;
}
