import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import type { Vessel } from "../link/store";
import type { Power } from "../orders/drafts";
import type { KindName } from "../orders/kinds";
import { canKeepStation, inForce, offStationM, powerWay, powerWish, propulsionPct, speedKn, speedMaxKn, stationCircle, stationRadiusM, telegraphOf } from "../orders/setting";
import { words } from "../words";
import { DASHES } from "./format";
import { card, facts, ways, type Way } from "./order-style";
import { base, buttons, panel } from "./style";
import "./set-field";
import "./two-step";

const SPEED_STEPS_KN = [-1, -0.5, 0.5, 1];
const FIELD_KN = 0.1; // an arrow key in the field of the speed; a page key is ten of them

const RADIUS_STEPS_M = [-10, -1, 1, 10];
const NAMES = { "conn.speed": "speed", "conn.station_keep": "station" } as Partial<Record<KindName, string>>;

/** How she is driven: the lever, with the steps of her own telegraph, a speed over ground, or a station, that she keeps. */
@customElement("fh-power-order")
export class PowerOrder extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  /** Called when something was set: the shore is to be asked anew. */
  @property({ attribute: false }) ask: () => void = () => undefined;
  private readonly watch = new Watch(this);

  static override styles = [base, panel, buttons, card, css`
    .lever { grid-template-columns: 1fr 5.5rem; }
    .steps { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr); gap: 2px; }
    .steps button { min-width: 0; padding: 0; border-radius: 0.25rem; }
    .ends { min-height: 1.1rem; }
  `];

  override render() {
    void this.watch;
    const wish = powerWish(this.vessel, this.drafts);
    const shown = wish.kind === "conn.speed" ? this.speed() : wish.kind === "conn.station_keep" ? this.station() : this.lever();
    return html`
      <section class="panel card">
        ${shown}
        <fh-two-step name=${NAMES[wish.kind] ?? "propulsion"} .vessel=${this.vessel} .kind=${wish.kind} .args=${wish.args} .typed=${this.ask}></fh-two-step>
      </section>`;
  }

  private get drafts() {
    return page.operator?.draftsOf(this.vessel.id) ?? null;
  }

  private head(name: string, actual: string, ordered: string) {
    const text = words().order;
    const isStation = inForce(this.vessel, "station_radius_m") !== null;
    const isSpeed = !isStation && inForce(this.vessel, "speed_kn") !== null;
    const station: Way<Power>[] = canKeepStation(this.vessel) ? [{ way: "conn.station_keep", name: text.station, isInForce: isStation }] : [];
    const choice = ways<Power>(text.propulsion, [
      { way: "conn.propulsion", name: text.lever, isInForce: !isSpeed && !isStation && inForce(this.vessel, "propulsion_pct") !== null },
      { way: "conn.speed", name: text.speed, isInForce: isSpeed }, ...station,
    ], powerWay(this.vessel, this.drafts), (way) => this.changed(() => this.drafts?.choose(way)));
    return html`<div class="head">${choice}${facts(name, actual, ordered)}</div>`;
  }

  private lever() {
    const text = words().order;
    const { limits } = this.vessel.particulars ?? { limits: {} as Record<string, number> };
    const [ahead, astern] = [limits["ahead_pct_max"] ?? 100, limits["astern_pct_max"] ?? 100];
    const pct = propulsionPct(this.vessel, this.drafts);
    const ordered = inForce(this.vessel, "propulsion_pct");
    const rpm = this.vessel.number("ME_RPM") ?? this.vessel.number("SH_RPM");
    const set = (value: number): void => this.changed(() => this.drafts?.setPropulsion(value, -astern, ahead));
    return html`
      ${this.head("propulsion", rpm === null ? DASHES : `${rpm.toFixed(0)} rpm`, ordered === null ? DASHES : `${ordered.toFixed(0)} %`)}
      ${this.telegraph(ahead, astern, ordered)}
      <div class="row lever">
        <div>
          <input type="range" aria-label=${text.propulsion} min=${-astern} max=${ahead} step="1" .value=${String(pct ?? 0)} @input=${(event: Event) => set(Number((event.target as HTMLInputElement).value))} />
          <div class="ends label"><span>${text.astern}</span><b data-testid="step-set">${text.steps[this.drafts?.step ?? ""] ?? ""}</b><span>${text.ahead}</span></div>
        </div>
        <fh-set name="propulsion-set" label="${text.propulsion} %" .text=${pct === null ? "" : String(Math.round(pct))} .typed=${set} .stepped=${(by: number) => set((propulsionPct(this.vessel, this.drafts) ?? 0) + by)}></fh-set>
      </div>`;
  }

  /** The steps of her own telegraph; the one that is ordered is underlined, one beyond her limits cannot be pressed. */
  private telegraph(ahead: number, astern: number, ordered: number | null) {
    const text = words().order;
    const steps = telegraphOf(this.vessel);
    if (steps.length === 0) return nothing;
    const isPower = inForce(this.vessel, "speed_kn") === null;
    return html`<div class="steps" role="group" aria-label=${text.telegraph}>
      ${steps.map(([step, pct]) => html`<button data-testid="telegraph-${step}" title="${text.steps[step] ?? step} (${pct.toFixed(0)} %)" aria-label=${text.steps[step] ?? step}
        class="${step === this.drafts?.step ? "on" : ""} ${isPower && pct === ordered ? "inforce" : ""}" aria-pressed=${step === this.drafts?.step} ?disabled=${pct > ahead || pct < -astern}
        @click=${() => this.changed(() => this.drafts?.setStep(step, pct))}>${text.stepsShort[step] ?? step}</button>`)}
    </div>`;
  }

  private speed() {
    const text = words().order;
    const high = speedMaxKn(this.vessel);
    const kn = speedKn(this.vessel, this.drafts);
    const [actual, ordered] = [this.vessel.number("NAV_SOG"), inForce(this.vessel, "speed_kn")];
    const set = (value: number): void => this.changed(() => this.drafts?.setSpeed(value, high));
    const by = (step: number): void => set((speedKn(this.vessel, this.drafts) ?? 0) + step);
    return html`
      ${this.head("speed", actual === null ? DASHES : `${actual.toFixed(1)} kn`, ordered === null ? DASHES : `${ordered.toFixed(1)} kn`)}
      <div class="steps" role="group" aria-label=${text.speed}>
        ${SPEED_STEPS_KN.map((step) => html`<button data-testid="speed-by${step}" ?disabled=${kn === null} @click=${() => by(step)}>${step > 0 ? "+" : "−"}${Math.abs(step)}</button>`)}
      </div>
      <div class="row lever">
        <div>
          <input type="range" aria-label=${text.speed} min="0" max=${high} step=${FIELD_KN} .value=${String(kn ?? 0)} @input=${(event: Event) => set(Number((event.target as HTMLInputElement).value))} />
          <div class="ends label"><span>0 kn</span><b></b><span>${high.toFixed(1)} kn</span></div>
        </div>
        <fh-set name="speed-set" label="${text.speed} kn" .text=${kn === null ? "" : kn.toFixed(1)} .typed=${set} .stepped=${(step: number) => by(step * FIELD_KN)}></fh-set>
      </div>`;
  }

  private station() {
    const text = words().order;
    const [low, high] = stationCircle(this.vessel) ?? [null, null];
    const radius = stationRadiusM(this.vessel, this.drafts);
    const [off, ordered] = [offStationM(this.vessel), inForce(this.vessel, "station_radius_m")];
    const set = (value: number): void => { if (low !== null && high !== null) this.changed(() => this.drafts?.setRadius(value, low, high)); };
    const by = (step: number): void => set((stationRadiusM(this.vessel, this.drafts) ?? 0) + step);
    return html`
      ${this.head("station", off === null ? DASHES : `${off.toFixed(0)} m`, ordered === null ? DASHES : `${ordered.toFixed(0)} m`)}
      <div class="steps" role="group" aria-label=${text.circle}>
        ${RADIUS_STEPS_M.map((step) => html`<button data-testid="station-by${step}" ?disabled=${low === null} @click=${() => by(step)}>${step > 0 ? "+" : "−"}${Math.abs(step)}</button>`)}
      </div>
      <div class="row lever">
        <div>
          <input type="range" aria-label=${text.circle} min=${low ?? 0} max=${high ?? 0} step="1" ?disabled=${low === null} .value=${String(radius ?? 0)} @input=${(event: Event) => set(Number((event.target as HTMLInputElement).value))} />
          <div class="ends label"><span>${low === null ? DASHES : `${low} m`}</span><span>${text.stationText}</span><span>${high === null ? DASHES : `${high} m`}</span></div>
        </div>
        <fh-set name="station-set" label="${text.circle} m" .text=${radius === null ? "" : String(radius)} .typed=${set} .stepped=${by}></fh-set>
      </div>`;
  }

  private changed(change: () => void): void {
    change();
    page.store.changed();
    this.ask();
  }
}
