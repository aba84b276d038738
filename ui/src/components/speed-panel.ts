import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Watch } from "../app/console";
import type { Vessel } from "../link/store";
import { words } from "../words";
import { base, panel } from "./style";
import "./value-field";

/** Speed over ground and through water, depth, wind, engine facts; each with its age. */
@customElement("fh-speed-panel")
export class SpeedPanel extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  private readonly watch = new Watch(this);

  static override styles = [base, panel, css`
    :host { display: grid; grid-template-columns: 1fr 1fr; gap: var(--gap); }
    .panel { display: grid; gap: 0.375rem 0.75rem; align-content: space-between; }
    .two { display: grid; grid-template-columns: 1fr 1fr; gap: 0.375rem 0.75rem; }
  `];

  override render() {
    void this.watch;
    const { vessel } = this;
    const depth = vessel.values.has("NAV_DPTK") || !vessel.values.has("NAV_DPTT") ? "NAV_DPTK" : "NAV_DPTT";
    const wind = vessel.values.has("WND_TWS") ? ["WND_TWS", "WND_TWD"] : ["WND_AWS", "WND_AWA"];
    return html`
      <section class="panel">
        <h2>${words().panels.speed}</h2>
        <fh-value size="l" channel="NAV_SOG" .vessel=${vessel}></fh-value>
        <div class="two">
          <fh-value channel="NAV_STW" .vessel=${vessel}></fh-value>
          <fh-value channel="ME_LOAD" .vessel=${vessel}></fh-value>
        </div>
      </section>
      <section class="panel">
        <h2>${words().panels.environment}</h2>
        <fh-value size="l" channel=${depth} .vessel=${vessel}></fh-value>
        <div class="two">${wind.map((channel) => html`<fh-value channel=${channel} .vessel=${vessel}></fh-value>`)}</div>
      </section>`;
  }
}
