import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import { bearing } from "../components/format";
import { base, buttons } from "../components/style";
import type { Vessel } from "../link/store";
import { shipOf } from "../map/features";
import type { PassingJson } from "../protocols.gen";
import { words } from "../words";
import { argsText } from "../words/reasons";
import { dangers, type Danger } from "./cpa";
import { clockOf, distanceText, shownTrial, type Shown } from "./manoeuvre";

const ROWS = 6; // what is read at a glance; the chart shows the rest
const NARROW_ROWS = 3; // and in a window narrower than the console is made for, so that the chart is seen beside them
const isNarrow = matchMedia("(max-width: 1199px)");

/** Return how many rows are shown: whoever comes within the limits is among them. */
const rowsFor = (within: number): number => (isNarrow.matches ? Math.max(NARROW_ROWS, Math.min(within, ROWS)) : ROWS);

/** The other ships, the most dangerous first: by the trial manoeuvre of the order being set, else as both go now. */
@customElement("fh-traffic")
export class TrafficPanel extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  @state() private open = true;
  private readonly watch = new Watch(this);

  static override styles = [base, buttons, css`
    section { border-radius: 0.375rem; border: 1px solid var(--border-outline-color); background: var(--container-background-color); padding: 0.25rem 0.5rem 0.5rem; font-size: max(0.8125rem, 10.5px); box-shadow: 0 1px 4px rgb(0 0 0 / 30%); }
    section.trial { border-color: var(--accent); }
    header { display: flex; align-items: center; gap: 0.5rem; }
    h2 { margin: 0; flex: 1; font-size: max(0.8125rem, 10.5px); font-weight: 600; }
    .trial h2 { color: var(--accent); }
    header button { border-color: transparent; background: transparent; font-weight: 400; }
    table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
    th { font-weight: 400; text-align: right; color: var(--quiet); padding: 0 0 0 0.75rem; }
    th:first-child, td:first-child { text-align: left; padding-left: 0; white-space: normal; }
    td { text-align: right; padding: 0.0625rem 0 0.0625rem 0.75rem; white-space: nowrap; vertical-align: top; }
    td b { font-weight: 600; }
    td small { display: block; color: var(--quiet); font-size: max(0.75rem, 10px); }
    tr.danger b { color: var(--base-red-500); }
    .lost { color: var(--alert-warning-text-color); font-weight: 600; }
    .note { color: var(--quiet); }
  `];

  override render() {
    void this.watch;
    const text = words().traffic;
    if (!this.open) return html`<button data-testid="traffic-show" @click=${this.toggle}>${text.show}</button>`;
    const drafts = page.operator?.draftsOf(this.vessel.id) ?? null;
    const shown = shownTrial(this.vessel, drafts);
    return shown?.isDraft ? this.trial(shown) : this.asSheGoes();
  }

  private readonly toggle = (): void => {
    this.open = !this.open;
  };

  private trial(shown: Shown) {
    const text = words().traffic;
    const set = page.operator?.draftsOf(this.vessel.id).argsOf(shown.kind) ?? {};
    const order = `${words().log.kinds[shown.kind] ?? ""} ${argsText(set, words())}`;
    const { passings } = shown.trial;
    const most = rowsFor(passings.filter((each) => each.is_within_limits).length);
    return html`<section class="trial" data-testid="trial" data-kind=${shown.kind}>
      ${this.head(text.trial(order))}
      ${passings.length ? this.table(passings.slice(0, most).map((passing) => this.passing(passing)), passings.length - most) : html`<div class="note">${text.nobody}</div>`}
    </section>`;
  }

  private asSheGoes() {
    const text = words().traffic;
    const ship = shipOf(this.vessel);
    const rows = ship ? dangers(ship, this.vessel, page.store.clock.nowUtcMs()) : [];
    const most = rowsFor(rows.filter((each) => each.isWithinLimits).length);
    return html`<section data-testid="traffic" data-count=${rows.length}>
      ${this.head(html`${text.title} <span class="note">${text.asShe}</span>`)}
      ${rows.length ? this.table(rows.slice(0, most).map((row) => this.row(row)), rows.length - most, true) : html`<div class="note">${text.none}</div>`}
    </section>`;
  }

  private head(title: unknown) {
    return html`<header><h2>${title}</h2><button data-testid="traffic-hide" @click=${this.toggle}>${words().traffic.hide}</button></header>`;
  }

  private table(rows: unknown[], more: number, hasRange = false) {
    const text = words().traffic;
    const limits = this.vessel.particulars?.limits ?? {};
    const told = limits["cpa_m"] && limits["tcpa_s"] ? text.limit(distanceText(limits["cpa_m"]), clockOf(limits["tcpa_s"])) : "";
    return html`<table>
      <thead><tr><th>${told}</th><th>${text.cpa}</th><th>${text.tcpa}</th>${hasRange ? html`<th>${text.range}</th>` : nothing}</tr></thead>
      <tbody>${rows}</tbody></table>
      ${more > 0 ? html`<div class="note">${text.more(more)}</div>` : nothing}`;
  }

  private passing(passing: PassingJson) {
    const says = [passing.encounter === "safe" ? "" : (words().traffic.encounters[passing.encounter] ?? ""), passing.doubt].filter(Boolean).join(" · ");
    return html`<tr class=${passing.is_within_limits ? "danger" : ""} data-testid="passing" data-danger=${passing.is_within_limits}>
      <td>${passing.name}${says ? html`<small>${says}</small>` : nothing}</td>
      <td><b>${distanceText(passing.cpa_m)}</b></td><td>${clockOf(passing.tcpa_s)}</td></tr>`;
  }

  private row(row: Danger) {
    const text = words().traffic;
    const { target } = row;
    return html`<tr class=${row.isWithinLimits ? "danger" : ""} data-testid="target" data-mmsi=${target.mmsi} data-danger=${row.isWithinLimits}>
      <td>${target.name ?? target.mmsi}${row.isLost ? html` <span class="lost">${text.lost}</span>` : nothing}${target.doubt ? html`<small>${target.doubt}</small>` : nothing}</td>
      <td><b>${distanceText(row.cpaM)}</b></td><td>${clockOf(row.tcpaS)}</td><td>${bearing(row.bearingDeg, 0)}° ${distanceText(row.rangeM)}</td></tr>`;
  }
}
