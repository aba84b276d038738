import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import { powerPct, RUDDER_FULL_DEG } from "../components/engine";
import { Every } from "../components/every";
import { DASHES, sided } from "../components/format";
import { base, panel } from "../components/style";
import type { Vessel } from "../link/store";
import { gate } from "../orders/gates";
import { words } from "../words";
import { isFastEnough, latencyText, wantsPanel } from "./latency";
import { FRAME_MS, Keys, Pad, Stick, type Demand, type Reach } from "./stick";

const TOLD_MS = 6000; // the ship tells a refusal once a second while it lasts

/** The stick: keys held while this has the focus, or a gamepad; 10 frames a second while a human holds the enabling control. */
@customElement("fh-direct")
export class DirectPanel extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  @state() private demand: Demand | null = null;
  @state() private hasFocus = false;
  private readonly watch = new Watch(this);
  private readonly keys = new Keys();
  private readonly pad = new Pad();
  private readonly stick = new Stick();
  protected readonly ticking = new Every(this, FRAME_MS, () => this.tick());

  static override styles = [base, panel, css`
    .panel { height: 100%; display: grid; grid-template-rows: auto auto minmax(0, 1fr); gap: 0.375rem; border-color: var(--accent); }
    .pad { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1rem; align-items: center; border: 2px solid var(--border-divider-color); border-radius: 0.375rem; padding: 0.375rem 0.75rem; cursor: pointer; min-height: 2.75rem; }
    .pad.held { border-color: var(--alert-running-color); background: var(--amplified-enabled-background-color); color: var(--on-amplified-active-color); }
    .pad b { font-size: 1.5rem; font-variant-numeric: tabular-nums; line-height: 1.1; display: block; }
    .pad .state { grid-column: 1 / -1; font-weight: 600; font-size: max(0.8125rem, 11px); }
    .held .label { color: inherit; }
    .said { font-size: max(0.8125rem, 10.5px); line-height: 1.35; overflow: auto; } .bad { color: var(--alert-warning-text-color); }
  `];

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("blur", this.letGo);
    window.addEventListener("pagehide", this.letGo);
    document.addEventListener("visibilitychange", this.letGo);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.letGo();
    window.removeEventListener("blur", this.letGo);
    window.removeEventListener("pagehide", this.letGo);
    document.removeEventListener("visibilitychange", this.letGo);
  }

  override render() {
    void this.watch;
    const { operator } = page;
    if (!operator || !wantsPanel(this.vessel, operator.session)) return nothing;
    const text = words().direct;
    const reasons = this.reasons();
    const held = this.demand !== null;
    return html`
      <section class="panel">
        <h2>${text.title}</h2>
        <div class="pad ${held ? "held" : ""}" tabindex="0" role="application" aria-label=${text.keys} aria-disabled=${reasons.length > 0} data-testid="stick" data-held=${held}
          @keydown=${this.press} @keyup=${this.release} @focus=${() => { this.hasFocus = true; }} @blur=${() => { this.hasFocus = false; this.letGo(); }}>
          <span class="state" role="status" data-testid="stick-state">${held ? text.held : this.hasFocus ? text.ready : text.click}</span>
          <span><span class="label">${words().order.rudder}</span><b data-testid="stick-rudder">${this.demand ? sided(this.demand.rudderDeg, 0) : DASHES}</b></span>
          <span><span class="label">${words().order.propulsion}</span><b data-testid="stick-propulsion">${this.demand ? `${this.demand.propulsionPct.toFixed(0)} %` : DASHES}</b></span>
        </div>
        <div class="said">
          <div data-testid="stick-latency">${isFastEnough(this.vessel) ? latencyText(this.vessel, words()) : ""}</div>
          ${reasons.map((reason) => html`<div class="bad" data-testid="stick-why">${reason}</div>`)}
          ${this.told()}
          <div class="label">${text.keys}</div>
        </div>
      </section>`;
  }

  private reasons(): string[] {
    if (!page.operator) return [];
    const own = gate("conn.rudder", this.vessel, page.store, page.operator, words(), { isOwnOnly: true }).reasons;
    return isFastEnough(this.vessel) ? own : [...own, latencyText(this.vessel, words())];
  }

  /** What the ship last said of the stick, while it is news: refused and why, neutral, hold, back. */
  private told() {
    const event = this.vessel.events.findLast((each) => each.kind === "direct");
    const isNews = event !== undefined && page.store.clock.nowUtcMs() - event.utc_ms < TOLD_MS;
    return isNews ? html`<div role="status" data-testid="stick-told">${event.text}</div>` : nothing;
  }

  private get reach(): Reach {
    const limits = this.vessel.particulars?.phases.find((each) => each.name === this.vessel.status?.phase)?.limits ?? {};
    const slow = Math.abs(this.vessel.number("NAV_SOG") ?? Infinity) < (limits["rudder_speed_kn"] ?? 0);
    return {
      rudderDeg: (slow ? limits["rudder_slow_deg_max"] : limits["rudder_deg_max"]) ?? RUDDER_FULL_DEG, aheadPct: limits["ahead_pct_max"] ?? 100,
      asternPct: limits["astern_pct_max"] ?? 100, neutralPct: limits["neutral_pct"] ?? 0,
    };
  }

  private tick(): void {
    const nowMs = performance.now();
    const sample = document.visibilityState === "visible" && document.hasFocus() ? (navigator.getGamepads?.().find((each) => each !== null) ?? null) : null;
    const wish = this.keys.wish(nowMs) ?? this.pad.wish(sample, nowMs);
    const able = wish !== null && this.reasons().length === 0;
    if (!able) return this.ended();
    const actual = { rudderDeg: this.vessel.number("STG_RUD_S") ?? 0, propulsionPct: powerPct(this.vessel) ?? 0 };
    this.demand = this.stick.step(wish, actual, this.reach);
    if (this.demand) void page.operator?.frame(this.vessel, this.demand, wish);
  }

  /** One frame more: rudder amidships and neutral, for letting go is a movement too; after it nothing is sent. */
  private ended(): void {
    const neutral = this.stick.end(this.reach);
    this.demand = null;
    if (neutral) void page.operator?.frame(this.vessel, neutral, { fresh: 1, movedMs: performance.now() });
  }

  private readonly letGo = (): void => {
    this.keys.letGo();
    this.ended();
  };

  private readonly press = (event: KeyboardEvent): void => {
    if (this.keys.press(event.key, performance.now(), event.repeat)) event.preventDefault();
  };

  private readonly release = (event: KeyboardEvent): void => {
    if (!this.keys.release(event.key, performance.now())) return;
    event.preventDefault();
    if (this.keys.wish(performance.now()) === null) this.ended(); // at once, not with the next frame
  };
}
