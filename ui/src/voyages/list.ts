import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { page } from "../app/console";
import { DASHES, positionText, stampText } from "../components/format";
import { base, buttons, panel } from "../components/style";
import type { Vessel } from "../link/store";
import { words } from "../words";
import { hoursText, numberText, voyages, type Place, type Voyage } from "./request";

/** The voyages of the last 30 days; a press shows one in the history, or its day's report. */
@customElement("fh-voyages")
export class VoyageList extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  @state() private found: Voyage[] | null = null;
  @state() private problem = "";
  private readonly asking = new AbortController();

  static override styles = [base, panel, buttons, css`
    .list { overflow: auto; max-height: 18rem; scrollbar-width: thin; }
    table { width: 100%; border-collapse: collapse; font-size: max(0.875rem, 11px); font-variant-numeric: tabular-nums; }
    th { position: sticky; top: 0; background: var(--container-background-color); text-align: left; color: var(--quiet); font-weight: 600; padding: 0.25rem 0.5rem; }
    td { padding: 0.125rem 0.5rem; border-top: 1px solid var(--border-outline-color); white-space: nowrap; }
    td.r, th.r { text-align: right; } .wrong { color: var(--alert-warning-text-color); } .place { color: var(--quiet); }
    td button { min-height: max(2.75rem, 32px); }
  `];

  override firstUpdated(): void {
    void voyages(this.vessel.id, page.store.clock.nowUtcMs(), this.asking.signal).then((found) => { this.found = found; }).catch((error: unknown) => {
      if (!this.asking.signal.aborted) this.problem = `${words().history.failed} ${error instanceof Error ? error.message : String(error)}`;
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.asking.abort();
  }

  override render() {
    const text = words().voyages;
    const { found } = this;
    return html`<section class="panel list" data-testid="voyages" data-count=${found?.length ?? ""} tabindex="0" aria-label=${text.title}>
      <h2>${text.title}</h2>
      ${this.problem ? html`<p class="wrong" role="status">${this.problem}</p>` : found === null ? html`<p class="label">${words().history.asking}</p>`
        : found.length === 0 ? html`<p class="label">${text.none}</p>` : html`<table>
          <thead><tr>${text.columns.map((column, index) => html`<th scope="col" class=${index > 3 ? "r" : ""}>${column}</th>`)}<th></th></tr></thead>
          <tbody>${found.map((voyage) => this.row(voyage))}</tbody></table>`}
    </section>`;
  }

  private row(voyage: Voyage) {
    const text = words().voyages;
    return html`<tr data-testid="voyage">
      <td>${voyage.begun_before ? DASHES : stampText(voyage.departed.utc_ms).slice(0, 16)}</td><td class="place">${placeText(voyage.departed)}</td>
      <td>${voyage.is_open ? text.underWay : stampText(voyage.arrived.utc_ms).slice(0, 16)}</td><td class="place">${placeText(voyage.arrived)}</td>
      <td class="r">${voyage.legs.length}</td><td class="r">${voyage.distance_nm.toFixed(1)}</td><td class="r">${hoursText(voyage.under_way_s)}</td><td class="r">${hoursText(voyage.stayed_s)}</td>
      <td class="r">${numberText(voyage.average_kn, 1)}</td><td class="r">${numberText(voyage.fuel_l, 0)}</td><td class="r">${numberText(voyage.fuel_l_nm, 1)}</td><td class="r">${voyage.gap_s ? hoursText(voyage.gap_s) : ""}</td>
      <td><button data-testid="voyage-show" @click=${() => this.dispatchEvent(new CustomEvent("span", { detail: { fromMs: voyage.departed.utc_ms, toMs: voyage.arrived.utc_ms } }))}>${text.show}</button>
        <button data-testid="voyage-report" @click=${() => page.go(this.vessel.id, "report", `?day=${stampText(voyage.departed.utc_ms).slice(0, 10)}`)}>${text.report}</button>${nothing}</td>
    </tr>`;
  }
}

/** Return a place as charts have it. */
export function placeText(place: Place | null): string {
  return place === null ? DASHES : `${positionText(place.latitude_deg, "N", "S", 2)} ${positionText(place.longitude_deg, "E", "W", 3)}`;
}
