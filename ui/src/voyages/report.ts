import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { page } from "../app/console";
import { DASHES, shown, stampText, unitOf } from "../components/format";
import { base, buttons } from "../components/style";
import type { Vessel } from "../link/store";
import { words } from "../words";
import { placeText } from "./list";
import { dayAfter, hoursText, numberText, report, sums, type Report } from "./request";

/** The report of one UTC day, made to be printed: black on white, on paper without the console around it. */
@customElement("fh-report")
export class ReportView extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  @state() private day = "";
  @state() private told: Report | null = null;
  @state() private problem = "";
  private asking = new AbortController();

  static override styles = [base, buttons, css`
    :host { height: 100%; overflow: auto; padding: var(--gap); }
    .bar { display: flex; gap: 0.5rem; align-items: center; max-width: 60rem; margin: 0 auto 0.5rem; }
    article { background: var(--container-background-color); max-width: 60rem; margin: 0 auto; padding: 2rem 2.5rem; border-radius: 0.25rem; font-size: max(0.9375rem, 11px); line-height: 1.4; }
    h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.0625rem; margin: 1.25rem 0 0.375rem; border-bottom: 1px solid var(--border-divider-color); } .sub { color: var(--quiet); margin: 0 0 0.5rem; }
    table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; } th { text-align: left; font-weight: 600; } td, th { padding: 0.2rem 0.5rem 0.2rem 0; border-bottom: 1px solid var(--border-outline-color); vertical-align: top; }
    td.r, th.r { text-align: right; } tr { break-inside: avoid; } .none { color: var(--quiet); } .wrong { color: var(--alert-warning-text-color); } .sign { margin-top: 3rem; display: flex; gap: 4rem; } .sign span { border-top: 1px solid currentcolor; padding-top: 0.25rem; flex: 1; }
    @media print {
      :host { height: auto; overflow: visible; padding: 0; } .bar { display: none; }
      article { background: #fff; color: #111; max-width: none; padding: 0; font-size: 10pt; } .sub, .none { color: #444; } .wrong { color: #a00; } h2, td, th { border-bottom-color: #888; } /* paper, whatever the palette: on the screen a white sheet at night costs the eyes half an hour */ h1 { font-size: 16pt; } h2 { font-size: 12pt; break-after: avoid; }
    }
  `];

  override firstUpdated(): void {
    const asked = new URLSearchParams(location.search).get("day") ?? "";
    this.look(/^\d{4}-\d{2}-\d{2}$/.test(asked) ? asked : this.today());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.asking.abort();
  }

  override render() {
    const text = words().report;
    const { told } = this;
    return html`
      <div class="bar">
        <button data-testid="report-before" @click=${() => this.look(dayAfter(this.day, -1))}>◀ ${text.before}</button>
        <input type="date" aria-label=${text.day} data-testid="report-day" .value=${this.day} @change=${(event: Event) => this.look((event.target as HTMLInputElement).value || this.day)} />
        <button data-testid="report-after" ?disabled=${this.day >= this.today()} @click=${() => this.look(dayAfter(this.day, 1))}>${text.after} ▶</button>
        <button class="go" data-testid="report-print" @click=${() => window.print()}>${text.print}</button>
      </div>
      <article data-testid="report" data-vessel=${this.vessel.id} data-day=${told?.day ?? ""}>
        <h1>${this.vessel.name}: ${text.title}</h1>
        <p class="sub">${this.day} ${told && !told.is_over ? text.untilNow(stampText(told.to_utc_ms).slice(11, 16)) : "00:00 – 24:00 UTC"}${this.vessel.particulars?.imo ? ` · IMO ${this.vessel.particulars.imo}` : ""}${this.vessel.particulars ? ` · MMSI ${this.vessel.particulars.mmsi}` : ""}</p>
        ${this.problem ? html`<p class="wrong" role="status">${this.problem}</p>` : told === null ? html`<p class="none">${words().history.asking}</p>` : this.body(told)}
      </article>`;
  }

  private body(told: Report) {
    const text = words().report;
    const all = sums(told.voyages);
    return html`
      <table><tbody>
        <tr><th>${text.noon}</th><td>${placeText(told.noon)}</td><th>${text.distance}</th><td class="r" data-testid="report-distance">${all.distance_nm.toFixed(1)} NM</td></tr>
        <tr><th>${text.underWay}</th><td>${hoursText(all.under_way_s)} h</td><th>${text.average}</th><td class="r">${numberText(all.average_kn, 1)} kn</td></tr>
        <tr><th>${text.fuel}</th><td>${numberText(all.fuel_l, 0)} l</td><th>${text.fuelMile}</th><td class="r">${numberText(all.fuel_l_nm, 1)} l/NM</td></tr>
        <tr><th>${text.complete}</th><td>${told.completeness_pct === null ? DASHES : `${told.completeness_pct.toFixed(2)} %`}</td><th></th><td></td></tr>
      </tbody></table>
      <h2>${text.legs}</h2>${this.legs(told)}
      <h2>${text.extremes}</h2>${told.extremes.length ? html`<table><tbody>${told.extremes.map((each) => html`
        <tr><td>${words().values[each.channel] ?? each.channel}</td><td>${text.sides[each.side]}</td><td class="r">${shown(each.channel, each.value)} ${unitOf(each.channel, this.vessel)}</td><td class="r">${stampText(each.utc_ms).slice(11, 16)}</td></tr>`)}</tbody></table>` : this.none()}
      <h2>${text.alerts}</h2>${told.alerts.length ? html`<table><tbody>${told.alerts.map((each) => html`
        <tr><td>${each.utc_ms === null ? DASHES : stampText(each.utc_ms).slice(11, 19)}</td><td>${words().alerts.priorities[each.priority]}</td><td>${each.text}</td><td class="r">${each.count} ×</td></tr>`)}</tbody></table>` : this.none()}
      <h2>${text.ladder}</h2>${told.ladder?.length ? html`<table><tbody>${told.ladder.map((each) => html`
        <tr data-testid="report-ladder"><td>${each.utc_ms === null ? DASHES : stampText(each.utc_ms).slice(11, 19)}</td><td>${each.from} → ${each.to} ${words().link.steps[each.to] ?? ""}</td><td>${[each.action, ...each.reasons].filter(Boolean).join(" · ")}</td></tr>`)}</tbody></table>` : this.none()}
      <h2>${text.orders}</h2>${this.counts(told.orders, words().log.states)}
      <h2>${text.events}</h2>${this.counts(told.events, text.kinds)}
      <div class="sign"><span>${text.master}</span><span>${text.date}</span></div>`;
  }

  private legs(told: Report) {
    const text = words().voyages;
    const legs = told.voyages.flatMap((voyage) => voyage.legs.map((leg, index) => ({ leg, isFirst: index === 0 && voyage.begun_before, isLast: index === voyage.legs.length - 1 && voyage.is_open })));
    if (!legs.length) return this.none();
    const heads = [0, 1, 2, 3, 5, 6, 8, 9].map((index) => text.columns[index]!);
    return html`<table><thead><tr>${heads.map((head, index) => html`<th class=${index > 3 ? "r" : ""}>${head}</th>`)}</tr></thead><tbody>${legs.map(({ leg, isFirst, isLast }) => html`
      <tr data-testid="report-leg"><td>${isFirst ? DASHES : stampText(leg.departed.utc_ms).slice(11, 16)}</td><td>${placeText(leg.departed)}</td><td>${isLast ? text.underWay : stampText(leg.arrived.utc_ms).slice(11, 16)}</td><td>${placeText(leg.arrived)}</td>
        <td class="r">${leg.distance_nm.toFixed(1)}</td><td class="r">${hoursText(leg.under_way_s)}</td><td class="r">${numberText(leg.average_kn, 1)}</td><td class="r">${numberText(leg.fuel_l, 0)}</td></tr>`)}</tbody></table>`;
  }

  private counts(told: Record<string, number>, names: Record<string, string>) {
    const rows = Object.entries(told).filter(([kind]) => kind !== "ledger" && kind !== "alerts");
    return rows.length ? html`<p>${rows.map(([kind, count], index) => html`${index ? ", " : nothing}${names[kind] ?? kind} ${count}`)}</p>` : this.none();
  }

  private none() {
    return html`<p class="none">${words().report.none}</p>`;
  }

  private today(): string {
    return stampText(page.store.clock.nowUtcMs()).slice(0, 10);
  }

  private look(day: string): void {
    this.day = day;
    this.told = null;
    history.replaceState(null, "", `${location.pathname}?day=${day}`);
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    void report(this.vessel.id, day, signal).then((found) => { this.told = found; this.problem = ""; }).catch((error: unknown) => {
      if (!signal.aborted) this.problem = `${words().history.failed} ${error instanceof Error ? error.message : String(error)}`;
    });
  }
}
