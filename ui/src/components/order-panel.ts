import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import type { Vessel } from "../link/store";
import { holds } from "../orders/gates";
import type { Args, KindName } from "../orders/kinds";
import { withReason } from "../trial/reason";
import { words } from "../words";
import { Every } from "./every";
import { bearing, DASHES, sided } from "./format";
import { powerPct, RUDDER_FULL_DEG } from "./engine";
import { base, buttons, panel } from "./style";
import "./set-field";
import "./two-step";

const PREVIEW_MS = 2000;
const SETTLE_MS = 250;
const TELEGRAPH_PCT = [-100, -75, -50, -25, 0, 25, 50, 75, 100];

/** Heading, propulsion, rudder, controlled stop: set, order, confirm. */
@customElement("fh-order-panel")
export class OrderPanel extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  private readonly watch = new Watch(this);
  protected readonly previewing = new Every(this, PREVIEW_MS, () => this.preview());
  private soon = 0;
  private held = false;

  static override styles = [base, panel, buttons, css`
    :host { display: grid; gap: var(--gap); grid-auto-rows: min-content; }
    .card { display: grid; gap: 0.375rem; }
    .head { display: flex; align-items: baseline; gap: 0.75rem; }
    .head h2 { flex: 1; }
    .fact { font-size: max(0.75rem, 10.5px); color: var(--quiet); white-space: nowrap; }
    .fact b { font-variant-numeric: tabular-nums; font-size: 1rem; color: var(--fresh); font-weight: 600; }
    .fact.ordered b { color: var(--accent); }
    .row { display: grid; gap: 0.375rem; align-items: center; }
    .heading { grid-template-columns: 1fr 1fr minmax(5.5rem, 1.6fr) 1fr 1fr; }
    .propulsion { grid-template-columns: 1fr 5.5rem; }
    .rudder { grid-template-columns: 1fr 4rem; }
    .pair { display: grid; grid-template-columns: 1fr 1fr; gap: var(--gap); }
    input[type="range"] { width: 100%; accent-color: var(--accent); padding: 0; min-height: max(1.75rem, 24px); background: transparent; border: 0; }
    .row button { padding: 0; }
    .telegraph { display: grid; grid-template-columns: repeat(4, 1fr) 1.4fr repeat(4, 1fr); gap: 2px; }
    .telegraph button { min-width: 0; padding: 0; border-radius: 0.25rem; }
    .ends { display: flex; justify-content: space-between; }
  `];

  override render() {
    void this.watch;
    const { operator } = page;
    if (!operator) return nothing;
    this.followHolder(holds(this.vessel, operator.session));
    return html`${this.heading()}${this.propulsion()}<div class="pair">${this.rudder()}${this.stop()}</div>`;
  }

  private get drafts() {
    return page.operator?.draftsOf(this.vessel.id);
  }

  private get setpoints(): Record<string, number> {
    return this.vessel.status?.setpoints ?? {};
  }

  private get headingDeg(): number | null {
    return this.drafts?.headingDeg ?? this.setpoints["heading_deg"] ?? this.vessel.number("NAV_HDG");
  }

  private get propulsionPct(): number | null {
    return this.drafts?.propulsionPct ?? this.rounded(this.setpoints["propulsion_pct"] ?? powerPct(this.vessel));
  }

  private get rudderDeg(): number | null {
    return this.drafts?.rudderDeg ?? this.rounded(this.setpoints["rudder_deg"] ?? this.vessel.number("STG_RUD_S"));
  }

  private rounded(value: number | null): number | null {
    return value === null ? null : Math.round(value);
  }

  private limit(name: string, fallback: number): number {
    return this.vessel.particulars?.limits[name] ?? fallback;
  }

  private heading() {
    const text = words().order;
    const deg = this.headingDeg;
    const ordered = this.setpoints["heading_deg"];
    const turn = (by: number) => this.change(() => this.drafts?.setHeading(Math.round((this.headingDeg ?? 0) + by)));
    const step = (by: number, id: string, label: string) => html`<button data-testid=${id} ?disabled=${deg === null}
      @click=${() => turn(by)}>${label}</button>`;
    return html`
      <section class="panel card">
        ${this.head(text.heading, bearing(this.vessel.number("NAV_HDG")), ordered === undefined ? DASHES : bearing(ordered))}
        <div class="row heading">
          ${step(-10, "heading-minus10", "−10")}${step(-1, "heading-minus1", "−1")}
          <fh-set name="heading-set" label="${text.heading} ${text.set}" .text=${deg === null ? "" : bearing(deg, 0)}
            .typed=${(value: number) => this.change(() => this.drafts?.setHeading(value))} .stepped=${turn}></fh-set>
          ${step(1, "heading-plus1", "+1")}${step(10, "heading-plus10", "+10")}
        </div>
        <fh-two-step name="heading" .vessel=${this.vessel} .kind=${"conn.heading"} .args=${deg === null ? null : { heading_deg: deg }} .typed=${this.askSoon}></fh-two-step>
      </section>`;
  }

  private propulsion() {
    const text = words().order;
    const limit = this.limit("propulsion_pct_max", 100);
    const ahead = this.limit("ahead_pct_max", limit);
    const astern = this.limit("astern_pct_max", limit);
    const pct = this.propulsionPct;
    const ordered = this.setpoints["propulsion_pct"];
    const rpm = this.vessel.number("ME_RPM") ?? this.vessel.number("SH_RPM");
    const set = (value: number) => this.change(() => this.drafts?.setPropulsion(value, -astern, ahead));
    return html`
      <section class="panel card">
        ${this.head(text.propulsion, rpm === null ? DASHES : `${rpm.toFixed(0)} rpm`, ordered === undefined ? DASHES : `${ordered.toFixed(0)} %`)}
        <div class="telegraph" role="group" aria-label=${text.propulsion}>
          ${TELEGRAPH_PCT.map((step, at) => html`<button data-testid="telegraph-${step}" title="${text.telegraph[at] ?? ""} (${step} %)"
            class=${step === pct ? "on" : ""} ?disabled=${step > ahead || step < -astern} @click=${() => set(step)}>${text.telegraphShort[at]}</button>`)}
        </div>
        <div class="row propulsion">
          <div>
            <input type="range" aria-label=${text.propulsion} min=${-astern} max=${ahead} step="1" .value=${String(pct ?? 0)}
              @input=${(event: Event) => set(Number((event.target as HTMLInputElement).value))} />
            <div class="ends label"><span>${text.astern}</span><span>${text.ahead}</span></div>
          </div>
          <fh-set name="propulsion-set" label="${text.propulsion} %" .text=${pct === null ? "" : String(Math.round(pct))} .typed=${set}
            .stepped=${(by: number) => set((this.propulsionPct ?? 0) + by)}></fh-set>
        </div>
        <fh-two-step name="propulsion" .vessel=${this.vessel} .kind=${"conn.propulsion"} .args=${pct === null ? null : { propulsion_pct: pct }} .typed=${this.askSoon}></fh-two-step>
      </section>`;
  }

  private rudder() {
    const text = words().order;
    const limit = Math.max(this.limit("rudder_deg_max", 0), this.limit("rudder_slow_deg_max", 0)) || RUDDER_FULL_DEG;
    const deg = this.rudderDeg;
    const set = (value: number) => this.change(() => this.drafts?.setRudder(value, limit));
    return html`
      <section class="panel card">
        <div class="head"><h2>${text.rudder} <span class="label">${text.direct}</span></h2><span class="fact ordered"><b>${deg === null ? DASHES : sided(deg, 0)}</b></span></div>
        <div class="row rudder"><input type="range" aria-label=${text.rudder} min=${-limit} max=${limit} step="1" .value=${String(deg ?? 0)}
          @input=${(event: Event) => set(Number((event.target as HTMLInputElement).value))} />
        <fh-set name="rudder-set" label="${text.rudder} ${text.set}" .text=${deg === null ? "" : String(deg)} .typed=${set}
          .stepped=${(by: number) => set((this.rudderDeg ?? 0) + by)}></fh-set></div>
        <fh-two-step name="rudder" .vessel=${this.vessel} .kind=${"conn.rudder"} .args=${deg === null ? null : { rudder_deg: deg }}></fh-two-step>
      </section>`;
  }

  private stop() {
    const text = words().order;
    return html`
      <section class="panel card" style="align-content: space-between">
        <div class="head"><h2>${text.stop}</h2></div>
        <div class="why">${text.stopText}</div>
        <fh-two-step name="stop" .vessel=${this.vessel} .kind=${"conn.controlled_stop"} .args=${{}}></fh-two-step>
      </section>`;
  }

  private head(title: string, actual: string, ordered: string) {
    const text = words().order;
    return html`<div class="head"><h2>${title}</h2>
      <span class="fact">${text.actual} <b>${actual}</b></span><span class="fact ordered">${text.ordered} <b>${ordered}</b></span></div>`;
  }

  private change(set: () => void): void {
    set();
    page.store.changed();
    this.askSoon();
  }

  private readonly askSoon = (): void => {
    clearTimeout(this.soon); // a slider moves 60 times a second; the shore is asked once it rests
    this.soon = window.setTimeout(() => this.preview(), SETTLE_MS);
  };

  /** Taking or losing the conn throws away what was set: setpoints start from the actual values (AUT-04). */
  private followHolder(held: boolean): void {
    if (held !== this.held) this.drafts?.clear();
    this.held = held;
  }

  private preview(): void {
    const { operator } = page;
    if (!operator || !this.vessel.status?.heard) return;
    if (!this.held) {
      operator.preview(this.vessel, "authority.request", { level: "setpoint" });
      return;
    }
    const ask = (kind: KindName, args: Args): void => operator.preview(this.vessel, kind, withReason(kind, args, operator.draftsOf(this.vessel.id)));
    if (this.headingDeg !== null) ask("conn.heading", { heading_deg: this.headingDeg });
    if (this.propulsionPct !== null) ask("conn.propulsion", { propulsion_pct: this.propulsionPct });
    if (this.rudderDeg !== null) operator.preview(this.vessel, "conn.rudder", { rudder_deg: this.rudderDeg });
    operator.preview(this.vessel, "conn.controlled_stop", {});
  }
}
