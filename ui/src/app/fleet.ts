import { css, html, LitElement, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { rowsAbove } from "../components/rows";
import { bearing, DASHES } from "../components/format";
import { base, looks, ON_STEP_COLOURS, panel, STEP_COLOURS } from "../components/style";
import "../exercise/panel";
import { ageText } from "../link/ages";
import type { Vessel } from "../link/store";
import type { VesselSummary } from "../protocols.gen";
import { listText } from "../replay/look";
import { words } from "../words";
import { page, Watch } from "./console";
import { barOf, isSilent, lookOf } from "./fleet-row";

void import("../map/chart");

/** All vessels: on the chart and as a list; one click to a vessel. */
@customElement("fh-fleet")
export class FleetView extends LitElement {
  private readonly watch = new Watch(this);

  static override styles = [base, panel, looks, css`
    :host { height: 100%; padding: var(--gap); }
    .grid { height: 100%; display: grid; gap: var(--gap); grid-template-columns: minmax(0, 1fr) minmax(36rem, 44rem); }
    aside { display: grid; grid-template-rows: auto minmax(0, 1fr); gap: var(--gap); min-height: 0; }
    .sums { display: flex; gap: 1.5rem; align-items: baseline; }
    .sums fh-exercise-offer { margin-left: auto; align-self: center; }
    .sums b { font-size: 1.125rem; font-weight: 600; }
    .list { overflow-y: auto; display: grid; gap: var(--gap); align-content: start; scrollbar-width: thin; }
    .none { color: var(--faint); }
    button.row { font: inherit; color: inherit; text-align: left; cursor: pointer; width: 100%; display: grid; gap: 0.625rem; padding: 0.875rem 1rem; border-left: 0.375rem solid var(--border-divider-color); }
    button.row:hover { background: var(--container-global-color); }
    .row.remote { border-left-color: var(--accent); }
    .row.local { border-left-color: var(--alert-running-color); }
    .row.none { border-left-color: var(--alert-caution-color); color: inherit; }
    .head { display: flex; align-items: baseline; gap: 0.75rem; }
    .name { font-size: 1.5rem; font-weight: 700; line-height: 1.1; }
    .type { color: var(--quiet); font-size: max(0.8125rem, 10.5px); flex: 1; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    .step { border-radius: 0.25rem; padding: 0.125rem 0.625rem; font-weight: 700; }
    .facts { display: grid; grid-template-columns: 1.7fr 1fr 1fr 1fr 1fr 1.3fr; gap: 0.5rem 1rem; }
    .fact b { display: block; font-size: 1.125rem; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    b.alarm, b.emergency { color: var(--base-red-500); }
    b.warning { color: var(--alert-warning-text-color); }
    b.caution { color: var(--base-yellow-500); }
  `];

  override render() {
    void this.watch;
    const text = words().fleet;
    const vessels = [...page.store.vessels.values()].filter((vessel) => vessel.summary !== null);
    const rows = vessels.map((vessel) => vessel.summary as VesselSummary);
    return html`
      <div class="grid">
        <fh-chart .own=${null}></fh-chart>
        <aside>
          <section class="panel sums">
            <h2>${text.title}</h2><b>${text.vessels(rows.length)}</b>
            <span class="label">${text.withAlerts(rows.filter((row) => row.alert_count > 0).length)}</span>
            <span class="label">${text.offLadder(rows.filter((row) => row.step > "L0" || (row.step && isSilent(row))).length)}</span>
            <fh-exercise-offer></fh-exercise-offer>
          </section>
          <div class="list" data-testid="fleet-list" @scroll=${this.scrolled}>${vessels.length ? vessels.map((vessel) => this.row(vessel, vessel.summary as VesselSummary)) : html`<p class="none">${text.none}</p>`}</div>
        </aside>
      </div>`;
  }

  private row(vessel: Vessel, row: VesselSummary) {
    const text = words().fleet;
    const ageMs = row.data_age_ms;
    const look = lookOf(row);
    const old = isSilent(row);
    const kind = row.highest_alert === "emergency alarm" ? "emergency" : row.highest_alert;
    return html`
      <button class="panel row ${barOf(row)}" data-testid="vessel-${vessel.id}" @click=${() => page.go(vessel.id)}>
        <div class="head">
          <span class="name">${row.name}</span>
          <span class="type">${row.ship_type}${row.length_m ? ` · ${row.length_m.toFixed(0)} m` : ""}${row.mmsi ? ` · MMSI ${row.mmsi}` : ""}</span>
          ${row.step ? html`<span class="step" data-testid="step-${vessel.id}" data-old=${old} title=${old ? words().link.lastKnown : ""}
            style=${old ? "background: var(--border-divider-color)" : `background: ${STEP_COLOURS[row.step] ?? ""}; color: ${ON_STEP_COLOURS[row.step] ?? ""}`}>${row.step}${old ? " ?" : ""}</span>` : nothing}
        </div>
        <div class="facts">
          ${this.fact(text.conn, this.holder(row), row.step && old ? "stale" : "")}
          ${this.fact(text.heading, row.heading_deg === null ? DASHES : `${bearing(row.heading_deg, 0)}°`, look)}
          ${this.fact(text.speed, row.sog_kn === null ? DASHES : `${row.sog_kn.toFixed(1)} kn`, look)}
          ${this.fact(text.link, row.round_trip_ms === null ? DASHES : `${row.round_trip_ms.toFixed(0)} ms`)}
          ${this.fact(text.age, ageText(ageMs === null ? null : ageMs / 1000), look)}
          ${this.fact(text.alert, row.highest_alert ? `${words().alerts.priorities[row.highest_alert]} (${row.alert_count})` : text.noAlert, kind)}
        </div>
      </button>`;
  }

  private readonly scrolled = (event: Event): void => {
    const list = event.currentTarget as Element;
    page.stands("list", listText({ of: "row", at: rowsAbove(list, list.children) }));
  };

  private holder(row: VesselSummary): string {
    if (!row.step) return DASHES;
    if (row.station === "remote") return [row.person, row.roc].filter(Boolean).join(" · ");
    return row.station === "local" ? words().conn.bridge : words().conn.nobody;
  }

  private fact(label: string, value: string, tone = "") {
    return html`<div class="fact"><span class="label">${label}</span><b class=${tone}>${value}</b></div>`;
  }
}
