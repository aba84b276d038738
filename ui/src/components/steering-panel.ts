import "@oicl/openbridge-webcomponents/dist/navigation-instruments/main-engine/main-engine.js";
import "@oicl/openbridge-webcomponents/dist/navigation-instruments/rudder/rudder.js";
import { InstrumentState, Priority } from "@oicl/openbridge-webcomponents/dist/navigation-instruments/types.js";
import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import type { Vessel } from "../link/store";
import { holds } from "../orders/gates";
import { words } from "../words";
import { powerPct, RUDDER_FULL_DEG } from "./engine";
import { DASHES, sided } from "./format";
import { base, panel } from "./style";
import "./value-field";

/** The instrument draws an arc of no length wrongly; this much cannot be seen. */
const ARC_LEAST_DEG = 0.05;

/** Rudder and main engine: actual against ordered. */
@customElement("fh-steering-panel")
export class SteeringPanel extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  private readonly watch = new Watch(this);

  static override styles = [base, panel, css`
    :host { display: grid; grid-template-columns: 1.35fr 1fr; gap: var(--gap); }
    .panel { display: grid; grid-template-rows: auto minmax(0, 1fr) auto; gap: 0.375rem; }
    .dial { position: relative; min-height: 0; }
    obc-rudder, obc-main-engine { display: block; position: absolute; inset: 0; width: 100%; height: 100%; }
    .stale > *, .invalid > *, .absent > * { opacity: 0.3; }
    .left, .right { position: absolute; z-index: 1; bottom: 0; }
    .right { right: 0; }
    .foot { display: grid; grid-template-columns: 1fr 1fr; gap: 0.5rem; align-items: end; }
    .ordered { font-size: max(0.75rem, 10.5px); color: var(--quiet); text-align: right; }
    .ordered b { display: block; font-size: 1.5rem; line-height: 1.1; font-weight: 600; color: var(--accent); font-variant-numeric: tabular-nums; }
  `];

  override render() {
    void this.watch;
    return html`${this.rudder()}${this.engine()}`;
  }

  private rudder() {
    const { vessel } = this;
    const angle = vessel.number("STG_RUD_S");
    const ordered = vessel.status?.setpoints["rudder_deg"] ?? this.usable("STG_ORD") ?? undefined;
    const draft = page.operator?.draftsOf(vessel.id).rudderDeg ?? undefined;
    return html`
      <section class="panel">
        <h2>${words().panels.steering}</h2>
        <div class="dial ${page.store.aged(vessel, "STG_RUD_S").look}">
          <obc-rudder .angle=${Math.abs(angle ?? 0) < ARC_LEAST_DEG ? ARC_LEAST_DEG : angle} .setpoint=${ordered ?? draft} .newSetpoint=${ordered === undefined || draft === ordered ? undefined : draft}
            .touching=${ordered === undefined && draft !== undefined} .maxAngle=${RUDDER_FULL_DEG} .showLabels=${true} .zoomToFitArc=${true}
            .state=${this.state("STG_RUD_S")} .priority=${this.priority()}></obc-rudder>
        </div>
        <div class="foot">
          <fh-value channel="STG_RUD_S" .vessel=${vessel}></fh-value>
          <div class="ordered">${words().order.ordered}<b>${ordered === undefined ? DASHES : sided(ordered, 1)}</b></div>
        </div>
      </section>`;
  }

  private engine() {
    const { vessel } = this;
    const rpm = vessel.number("ME_RPM");
    const actual = rpm === null ? null : powerPct(vessel);
    const ordered = vessel.status?.setpoints["propulsion_pct"];
    return html`
      <section class="panel">
        <h2>${words().panels.propulsion}</h2>
        <div class="dial ${page.store.aged(vessel, "ME_RPM").look}">
          <span class="left label">${words().values["ME_LOAD"]}</span><span class="right label">rpm %</span>
          <obc-main-engine .thrust=${actual ?? 0} .thrustSetpoint=${ordered} .speed=${Math.max(0, Math.min(100, vessel.number("ME_LOAD") ?? 0))}
            .state=${this.state("ME_RPM")} .priority=${this.priority()}></obc-main-engine>
        </div>
        <div class="foot">
          <fh-value channel="ME_RPM" .vessel=${vessel}></fh-value>
          <div class="ordered">${words().order.ordered}<b>${ordered === undefined ? DASHES : `${ordered.toFixed(0)} %`}</b></div>
        </div>
      </section>`;
  }

  private usable(channel: string): number | null {
    const { look } = page.store.aged(this.vessel, channel);
    return look === "fresh" || look === "late" ? this.vessel.number(channel) : null;
  }

  private state(channel: string): InstrumentState {
    return this.usable(channel) === null ? InstrumentState.off : InstrumentState.active;
  }

  private priority(): Priority {
    return page.operator && holds(this.vessel, page.operator.session) ? Priority.enhanced : Priority.regular;
  }
}
