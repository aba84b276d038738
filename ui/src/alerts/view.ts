import "@oicl/openbridge-webcomponents/dist/components/alert-icon/alert-icon.js";
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import { Every } from "../components/every";
import { clockText, stampText } from "../components/format";
import { rowsAbove, scrollToRow } from "../components/rows";
import { base, buttons, panel } from "../components/style";
import type { Vessel } from "../link/store";
import type { AlertJson } from "../protocols.gen";
import { listOf, listText } from "../replay/look";
import { words } from "../words";
import { adviceText, alertText } from "../words/told";
import { answer, objections, pictureAgeS, PICTURE_S, type Act } from "./answers";
import { changes, type Change } from "./history";
import { counts, isOpen, keyOf, ordered, PRIORITIES, stateText, toneOf } from "./order";
import { ICON, tones } from "./style";

void import("../map/chart");

const RENEW_MS = 5000; // of the history, while it is looked at

/** All alerts of one vessel: at least 20 at once, with the picture that judges them, and what became of former ones. */
@customElement("fh-alerts")
export class AlertsView extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  /** In a replay: how the view of then stood (`replay/look.ts`); empty: nothing is told of it. */
  @property({ attribute: false }) seen = "";
  @state() private isPast = false;
  @state() private past: Change[] = [];
  @state() private problem = "";
  @state() private chosen = "";
  private readonly watch = new Watch(this);
  private asking = new AbortController();
  protected readonly renewing = new Every(this, RENEW_MS, () => { if (this.isPast && document.visibilityState === "visible") this.ask(); });

  static override styles = [base, panel, buttons, tones, css`
    :host { height: 100%; padding: var(--gap); }
    .all { height: 100%; display: grid; gap: var(--gap); grid-template-columns: minmax(0, 1fr) minmax(26rem, 32rem); }
    .main { display: grid; gap: 0.375rem; grid-template-rows: auto minmax(0, 1fr); min-height: 0; }
    .bar { display: flex; gap: 0.5rem; align-items: center; }
    .sums { display: flex; gap: 1rem; margin-left: auto; font-variant-numeric: tabular-nums; font-size: max(0.875rem, 11px); }
    .list { overflow-y: auto; display: grid; align-content: start; gap: 1px; scrollbar-width: thin; }
    .row { display: grid; grid-template-columns: 2.5rem minmax(8rem, 1fr) 8rem 2.5rem 11rem 5rem 4.5rem auto; gap: 0 0.625rem; align-items: center; min-height: max(2.75rem, 32px); padding: 0 0.375rem; border: 1px solid transparent; border-radius: 0.25rem; font-size: max(0.875rem, 11px); cursor: pointer; }
    .row.chosen { outline: 2px solid var(--border-focus-color); outline-offset: -2px; }
    .row > * { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    .row .text { font-weight: 600; font-size: max(0.9375rem, 11px); } .row.acked .text { font-weight: 400; }
    .row .acts { display: flex; gap: 0.25rem; } .row button { min-height: max(2.5rem, 30px); }
    .past { grid-template-columns: 11rem 7rem 8rem 2.5rem minmax(8rem, 1fr) 11rem 7rem; cursor: default; }
    .none { color: var(--faint); padding: 1rem; }
    aside { display: grid; gap: var(--gap); grid-template-rows: minmax(0, 1fr) auto; min-height: 0; }
    .chart { min-height: 0; position: relative; }
    .detail { display: grid; gap: 0.625rem; } .detail .advice { font-size: 1.125rem; font-weight: 600; }
    .detail .acts { display: flex; flex-wrap: wrap; gap: 0.5rem; } .wrong { color: var(--alert-warning-text-color); }
    dl { display: grid; grid-template-columns: auto 1fr; gap: 0.125rem 1rem; margin: 0; font-size: max(0.875rem, 11px); } dt { color: var(--quiet); } dd { margin: 0; }
    @media (max-width: 1199px) { .all { grid-template-columns: minmax(0, 1fr); overflow: auto; } .chart { height: 20rem; } }
  `];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.asking.abort();
  }

  override render() {
    void this.watch;
    const text = words().alerts;
    const alerts = ordered(this.vessel.alerts);
    return html`
      <div class="all" data-testid="alerts" data-vessel=${this.vessel.id}>
        <section class="panel main">
          ${this.bar(alerts)}
          ${this.isPast ? html`<div class="list" role=${this.past.length ? "table" : nothing} aria-label=${text.past} data-testid="alert-history" @scroll=${this.say}>
              ${this.problem ? html`<p class="none wrong" role="status">${this.problem}</p>` : this.past.length ? this.past.map((change) => this.pastRow(change)) : html`<p class="none">${text.noPast}</p>`}</div>`
            : html`<div class="list" role=${alerts.length ? "list" : nothing} aria-label=${text.title} data-testid="alert-list" data-count=${alerts.length} @scroll=${this.say}>
              ${alerts.length ? alerts.map((alert) => this.row(alert)) : html`<p class="none">${text.none}</p>`}</div>`}
        </section>
        <aside>
          <div class="chart"><fh-chart .own=${this.vessel} .seen=${this.seen}></fh-chart></div>
          ${this.detail(alerts.find((alert) => keyOf(alert) === this.chosen) ?? alerts[0])}
        </aside>
      </div>`;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const then = changed.has("seen") ? listOf(this.seen) : null;
    if (this.seen !== "" && changed.has("seen") && (then?.of === "past") !== this.isPast) this.turn(!this.isPast);
  }

  /** The list as it stood then; of the history as soon as its rows have come. */
  override updated(changed: PropertyValues): void {
    if (!changed.has("seen") && !changed.has("past")) return;
    const list = this.renderRoot.querySelector(".list");
    if (this.seen !== "" && list) scrollToRow(list, list.children, listOf(this.seen)?.at ?? 0);
  }

  private turn(isPast: boolean): void {
    this.isPast = isPast;
    if (isPast) this.ask();
    page.stands("list", listText({ of: isPast ? "past" : "row", at: 0 }));
  }

  /** Tell the page which row is the first in sight, for a replay to come. */
  private readonly say = (event: Event): void => {
    const list = event.currentTarget as Element;
    page.stands("list", listText({ of: this.isPast ? "past" : "row", at: rowsAbove(list, list.children) }));
  };

  private bar(alerts: AlertJson[]) {
    const text = words().alerts;
    const sums = counts(alerts);
    const sounding = alerts.filter((alert) => this.why("silence", alert).length === 0);
    return html`<div class="bar">
      <button data-testid="alerts-now" class=${this.isPast ? "" : "on"} @click=${() => this.turn(false)}>${text.now}</button>
      <button data-testid="alerts-past" class=${this.isPast ? "on" : ""} @click=${() => this.turn(true)}>${text.past}</button>
      <button data-testid="alerts-silence" ?disabled=${sounding.length === 0} title=${text.silenceWhy} @click=${() => { for (const alert of sounding) this.give("silence", alert); }}>${text.silenceAll}</button>
      ${page.sounder.isAwake ? nothing : html`<button data-testid="alerts-sound" @click=${() => this.requestUpdate()}>${text.soundOff}</button>`}
      <div class="sums" data-testid="alert-sums">${PRIORITIES.map((priority) => html`<span>${text.priorities[priority]} <b>${sums[priority].open}</b>/${sums[priority].all}</span>`)}</div>
    </div>`;
  }

  private row(alert: AlertJson) {
    const text = words().alerts;
    const open = isOpen(alert);
    const chosen = keyOf(alert) === this.chosen;
    return html`
      <div class="row ${toneOf(alert.priority)} ${open ? "open" : "acked"} ${chosen ? "chosen" : ""}" role="listitem" aria-current=${chosen} tabindex="0"
        data-testid="alertrow-${alert.alert_id}" data-state=${alert.state} @click=${() => { this.chosen = keyOf(alert); }}
        @keydown=${(event: KeyboardEvent) => { if (event.target === event.currentTarget && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); this.chosen = keyOf(alert); } }}>
        <obc-alert-icon .type=${ICON[alert.priority]} .acknowledged=${!open} .active=${true}></obc-alert-icon>
        <span class="text" title=${alert.text}>${alertText(alert, words())}</span>
        <span>${text.priorities[alert.priority]}${alert.is_escalated ? " ↑" : ""}</span>
        <span title=${text.category}>${alert.category}</span>
        <span>${stateText(alert, text)}</span>
        <span>${clockText(alert.since_utc_ms)}</span>
        <span>${text[alert.source]}</span>
        <span class="acts">${this.button("acknowledge", alert)}${this.button("silence", alert)}</span>
      </div>`;
  }

  private pastRow(change: Change) {
    const text = words().alerts;
    return html`
      <div class="row past" role="row" data-testid="alert-past-row" data-alert=${change.alert_id} data-state=${change.state}>
        <span role="cell">${stampText(change.utc_ms)}</span><span role="cell">${text[change.source]}</span><span role="cell">${text.priorities[change.priority]}</span><span role="cell">${change.category}</span>
        <span role="cell" class="text" title=${change.text}>${alertText(change, words()) || change.alert_id}</span><span role="cell">${stateText(change, text)}</span><span role="cell">${change.person}</span>
      </div>`;
  }

  private detail(alert: AlertJson | undefined) {
    const text = words().alerts;
    const ageS = pictureAgeS(this.vessel, page.store);
    const fresh = ageS !== null && ageS <= PICTURE_S;
    if (!alert) return html`<section class="panel detail"><h2>${text.detail}</h2><span class="label">${text.none}</span></section>`;
    return html`
      <section class="panel detail" data-testid="alert-detail" aria-live="polite">
        <h2>${text.detail}</h2>
        <b>${alertText(alert, words())}</b>
        <div class="advice" data-testid="alert-advice">${adviceText(alert, words()) || text.noAdvice}</div>
        <dl><dt>${text.since}</dt><dd>${stampText(alert.since_utc_ms)} UTC</dd>
          <dt>${text.answeredBy}</dt><dd>${alert.person || text.answeredWhere[alert.answered]}</dd>
          <dt>${text.picture}</dt><dd class=${fresh ? "" : "wrong"} data-testid="alert-picture">${ageS === null ? text.noPicture : `${ageS.toFixed(1)} s`}</dd></dl>
        <div class="acts">${this.button("take", alert)}</div>
        <div class="why">${this.why("acknowledge", alert).join(" · ")}</div>
      </section>`;
  }

  private button(act: Act, alert: AlertJson) {
    const reasons = this.why(act, alert);
    const label = { acknowledge: words().alerts.ack, silence: words().alerts.silence, take: words().alerts.take }[act];
    return html`<button data-testid="alertrow-${act}-${alert.alert_id}" ?disabled=${reasons.length > 0} title=${reasons.join("\n")}
      @click=${(event: Event) => { event.stopPropagation(); this.give(act, alert); }}>${label}</button>`;
  }

  private why(act: Act, alert: AlertJson): string[] {
    return page.operator ? objections(act, alert, this.vessel, page.store, page.operator, words()) : [words().gate.offline];
  }

  private give(act: Act, alert: AlertJson): void {
    if (page.operator) answer(act, alert, this.vessel, page.store, page.operator);
  }

  private ask(): void {
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    void changes(this.vessel.id, page.store.clock.nowUtcMs(), signal)
      .then((found) => { this.past = found; this.problem = ""; })
      .catch((error: unknown) => {
        if (!signal.aborted) this.problem = `${words().history.failed} ${error instanceof Error ? error.message : String(error)}`;
      });
  }
}
