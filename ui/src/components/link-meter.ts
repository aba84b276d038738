import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import { ageText } from "../link/ages";
import { USUAL_PERIOD_MS, type Vessel } from "../link/store";
import { latencyText } from "../direct/latency";
import { LOCKED_FROM, SILENT_MS } from "../orders/gates";
import { isTimeShort, respondText } from "../link/respond";
import { words } from "../words";
import { doingText, ladderSentence } from "../words/told";
import { ageGrade, worst, type Grade } from "./link-grade";
import { monthOf } from "./link-month";
import { bearerOf, waysOf } from "./link-ways";
import { DASHES, rateText, tripText } from "./format";
import { base, ON_STEP_COLOURS, panel, STEP_COLOURS } from "./style";

/** The link as an instrument: bearer, the month's bytes and ways, round trip, jitter and one way, loss, age, what is received, ladder step with its reasons, countdown to the next. */
@customElement("fh-link-meter")
export class LinkMeter extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  private readonly watch = new Watch(this);

  static override styles = [base, panel, css`
    .panel { height: 100%; display: grid; grid-template-rows: auto minmax(0, 1fr); gap: 0.5rem; }
    .head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 0.75rem; font-size: max(0.75rem, 10.5px); line-height: 1.2; color: var(--quiet); font-variant-numeric: tabular-nums; }
    .head b { font-weight: 600; }
    .who { display: flex; align-items: baseline; gap: 0 1rem; }
    .who.stacked { display: grid; gap: 0; }
    .rows { display: grid; grid-template-columns: auto auto; gap: 0 0.5rem; }
    .body { display: grid; grid-template-columns: auto repeat(3, auto); grid-template-rows: auto minmax(0, 1fr) auto; gap: 0 1rem; }
    .step { border-radius: 0.375rem; padding: 0.25rem 0.75rem; display: flex; align-items: center; justify-content: center; gap: 0.5rem; min-width: 6.5rem; }
    .step b { font-size: 2rem; line-height: 1; font-weight: 700; }
    .step span { font-size: max(0.8125rem, 10.5px); font-weight: 600; }
    .fact b { display: block; font-size: 1.375rem; line-height: 1.2; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .fact .label { white-space: nowrap; }
    .fact small { display: block; color: var(--quiet); font-size: max(0.75rem, 10.5px); line-height: 1.2; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .amber b, .head b.amber, .late b, .short { color: var(--alert-warning-text-color); }
    .red b, .head b.red, .stale b, .head .invalid b { color: var(--base-red-500); }
    .reasons { grid-column: 1 / -1; margin-top: 0.25rem; font-size: max(0.8125rem, 10.5px); line-height: 1.25; overflow: auto; } /* what comes next and what she does first; the oldest of L5's four reasons is scrolled to */
    .next { grid-column: 1 / -1; }
    .ladder { grid-column: 1 / -1; margin-top: 0.25rem; display: grid; grid-template-columns: repeat(7, 1fr); gap: 3px; }
    .ladder i { height: 0.375rem; border-radius: 2px; background: var(--border-divider-color); }
  `];

  override render() {
    void this.watch;
    const text = words().link;
    const { status } = this.vessel;
    const step = status?.heard ? status.step : "";
    const ageMs = this.vessel.heartbeatAgeMs();
    const silenceMs = this.vessel.silenceMs();
    const old = step !== "" && (silenceMs ?? Infinity) > SILENT_MS; // what she does now nobody ashore knows
    const shown = old ? undefined : STEP_COLOURS[step];
    const trip = status?.heard ? status.round_trip_ms : null;
    const own = ageGrade(silenceMs);
    const silent: Grade = own === "red" ? "red" : null; // then the shore's word on the link is as old
    return html`
      <section class="panel">
        ${this.head(own === "red")}
        <div class="body">
          <div class="step" data-testid="ladder-step" data-step=${step} data-old=${old} style="background: ${shown ?? "var(--border-divider-color)"}; color: ${old ? "inherit" : (ON_STEP_COLOURS[step] ?? "inherit")}">
            <b>${step || DASHES}</b><span>${old ? text.lastKnown : (text.steps[step] ?? "")}</span>
          </div>
          ${this.fact(text.roundTrip, tripText(trip), worst(status?.grades.round_trip ?? null, silent), "link-rtt", html`<small title=${text.jitterTitle} data-testid="link-jitter">${text.jitter} ${trip === null ? DASHES : tripText(status?.jitter_ms ?? null)}</small><small title=${text.oneWayTitle} data-testid="link-one-way">${text.oneWay} ${tripText(status?.one_way_ms ?? null)}</small>`)}
          ${this.fact(text.loss, status?.heard ? `${status.loss_pct.toFixed(0)} %` : DASHES, worst(status?.grades.loss ?? null, silent), "link-loss")}
          ${this.fact(text.age, ageMs === null ? DASHES : ageText(ageMs / 1000), worst(status?.grades.age ?? null, own), "link-age", html`<small title=${text.receivedTitle} data-testid="link-received">${text.received} ${rateText(status?.received_bytes_s ?? null)}</small>`)}
          <div class="reasons" tabindex="0" role="group" aria-label=${text.title} data-testid="ladder-reasons">${this.reasons()}</div>
          <div class="ladder" aria-hidden="true">${Object.keys(text.steps).map((name) => html`<i style=${step && !old && name <= step ? `background: ${STEP_COLOURS[step] ?? ""}` : ""}></i>`)}</div>
        </div>
      </section>`;
  }

  /** The title's own line has room for the bearer; her ways, where she has several, stand in it once the reasons need the room, else each in its own. */
  private head(isSilent: boolean) {
    const text = words().link;
    const bearer = bearerOf(this.vessel, page.store.clock.nowUtcMs());
    const month = monthOf(this.vessel, page.store.clock.nowUtcMs(), words());
    const ways = waysOf(this.vessel.status, isSilent, words());
    const isTerse = !this.hasRoom;
    return html`<div class="head"><div class="who ${ways.length && !isTerse ? "stacked" : ""}"><h2>${text.title}</h2>
        <span class=${bearer.look} title=${text.bearerTitle}>${text.bearer} <b data-testid="link-bearer" data-look=${bearer.look}>${bearer.name}</b></span>
        ${month && !isTerse ? html`<span class=${month.look} title=${month.title}><b class=${month.grade ?? ""} data-testid="link-month" data-look=${month.look}>${month.text}</b></span>` : nothing}</div>
      ${ways.length ? html`<span class="ways ${isTerse ? "" : "rows"}" title=${text.waysTitle} data-testid="link-ways">${ways.map(({ text: said, brought, grade }, at) => html`${isTerse && at ? " · " : ""}<b class=${grade ?? ""}>${said}</b>${isTerse ? nothing : html`<span>${brought}</span>`}`)}</span>` : nothing}</div>`;
  }

  private fact(label: string, value: string, grade: Grade, testId: string, more: TemplateResult | typeof nothing = nothing) {
    return html`<div class="fact ${grade ?? ""}" data-grade=${grade ?? ""}><span class="label">${label}</span><b data-testid=${testId}>${value}</b>${this.hasRoom ? more : nothing}</div>`;
  }

  /** From there on the reasons need it. */
  private get hasRoom(): boolean {
    return (this.vessel.status?.step ?? "") < LOCKED_FROM;
  }

  private respond(since: number) {
    const told = respondText(this.vessel.status, since, words());
    return told ? html`<div class=${isTimeShort(this.vessel.status, since) ? "short" : ""} data-testid="respond-by">${told}</div>` : nothing;
  }

  private reasons() {
    const text = words().link;
    const { status } = this.vessel;
    if (!status?.heard) return nothing;
    const since = (performance.now() - this.vessel.statusAtMs) / 1000;
    const left = status.next_step_in_s === null ? null : Math.max(0, status.next_step_in_s - since);
    return html`
      ${status.next_step ? html`<div data-testid="ladder-next">${text.next}: <b>${status.next_step} ${text.steps[status.next_step] ?? ""}</b> ${left === null ? "" : `${text.in} ${left.toFixed(0)} s`}</div>` : nothing}
      ${status.action ? html`<div>${doingText(status.action, words())}</div>` : nothing}
      ${status.heartbeat_period_ms > USUAL_PERIOD_MS ? html`<div data-testid="link-seldom">${text.seldom((status.heartbeat_period_ms / 1000).toFixed(0))}</div>` : nothing}
      ${status.collector_alive ? nothing : html`<div>${text.collectorDead}</div>`}
      ${status.reasons.map((reason) => html`<div title=${reason.clears}>${ladderSentence(reason, words())}</div>`)}
      ${this.respond(since)}
      ${status.step < LOCKED_FROM ? html`<div data-testid="direct-latency">${latencyText(this.vessel, words())}</div>` : nothing}`;
  }
}
