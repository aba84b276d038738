import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import "../authority/notice";
import "../components/alert-strip";
import "../components/authority-bar";
import "../components/banner";
import "../components/compass-panel";
import "../components/estop";
import "../components/link-meter";
import "../components/order-list";
import "../components/order-panel";
import "../components/speed-panel";
import "../components/steering-panel";
import "../components/trend";
import "../direct/panel";
import "../exercise/panel";
import "../route/guide";
import "../trial/traffic";
import { base } from "../components/style";
import type { Vessel } from "../link/store";
import { wantsPanel } from "../direct/latency";
import { page, Watch } from "./console";

void import("../map/chart");

/** The view from which one vessel is conned. */
@customElement("fh-conning")
export class ConningView extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  private readonly watch = new Watch(this);

  static override styles = [base, css`
    :host { height: 100%; padding: var(--gap); }
    .grid { height: 100%; display: grid; gap: var(--gap); grid-template-rows: auto minmax(0, 1fr) auto; }
    .top { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: var(--gap); }
    .main { display: grid; gap: var(--gap); grid-template-columns: 30.5rem minmax(0, 1fr) 30.5rem; min-height: 0; }
    .main.watched { grid-template-columns: 30.5rem minmax(0, 1fr); }
    .watched .below { grid-template-columns: minmax(0, 1fr); }
    .left { display: grid; gap: var(--gap); grid-template-rows: minmax(0, 1.2fr) minmax(0, 1fr) auto; min-height: 0; }
    .middle { display: grid; gap: var(--gap); grid-template-rows: minmax(0, 1fr) 12rem; min-height: 0; }
    .right { display: grid; gap: var(--gap); grid-template-rows: auto minmax(6rem, 1fr); min-height: 0; }
    .below { display: grid; gap: var(--gap); grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr); min-height: 0; }
    .chart { position: relative; min-height: 0; }
    .over { position: absolute; left: 0.5rem; right: 5.5rem; top: 0.5rem; z-index: 2; display: grid; gap: 0.375rem; }
    fh-traffic { position: absolute; left: 0.5rem; bottom: 2.25rem; z-index: 2; max-width: 60%; }
    .left > *, .middle > *, .below > * { min-height: 0; min-width: 0; }
    @media (max-width: 1199px), (max-height: 599px) { /* smaller than the smallest screen it is made for: scroll */
      :host { overflow: auto; }
      .grid { height: auto; min-width: 75rem; min-height: 48rem; }
    }
  `];

  override render() {
    void this.watch;
    const { vessel } = this;
    const orders = vessel.takesOrders;
    return html`
      <div class="grid" data-testid="conning" data-vessel=${vessel.id}>
        <div class="top">
          <fh-authority-bar .vessel=${vessel}></fh-authority-bar>
          ${orders ? html`<fh-estop .vessel=${vessel}></fh-estop>` : nothing}
        </div>
        <div class="main ${orders ? "" : "watched"}">
          <div class="left">
            <fh-compass-panel .vessel=${vessel}></fh-compass-panel>
            <fh-steering-panel .vessel=${vessel}></fh-steering-panel>
            <fh-speed-panel .vessel=${vessel}></fh-speed-panel>
          </div>
          <div class="middle">
            <div class="chart"><fh-chart .own=${vessel}></fh-chart><div class="over"><fh-banner .vessel=${vessel}></fh-banner><fh-conn-notice .vessel=${vessel}></fh-conn-notice><fh-route-guide .vessel=${vessel}></fh-route-guide></div><fh-traffic .vessel=${vessel}></fh-traffic><fh-exercise docked></fh-exercise></div>
            <div class="below">${orders ? html`<fh-link-meter .vessel=${vessel}></fh-link-meter>` : nothing}${page.operator && wantsPanel(vessel, page.operator.session) ? html`<fh-direct .vessel=${vessel}></fh-direct>` : html`<fh-trend .vessel=${vessel}></fh-trend>`}</div>
          </div>
          ${orders ? html`<div class="right">
            <fh-order-panel .vessel=${vessel}></fh-order-panel>
            <fh-order-list .vessel=${vessel}></fh-order-list>
          </div>` : nothing}
        </div>
        <fh-alert-strip .vessel=${vessel}></fh-alert-strip>
      </div>`;
  }
}
