import { css, html, LitElement, nothing, svg } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import { Every } from "../components/every";
import { DASHES, shown, unitOf } from "../components/format";
import { sourceText } from "../components/source";
import { base, looks, panel } from "../components/style";
import { samples } from "../history/request";
import { picture, type Picture } from "../history/series";
import { ageText } from "../link/ages";
import type { Vessel } from "../link/store";
import type { ChannelJson } from "../protocols.gen";
import { words } from "../words";
import "./control";
import { beyond, grouped, scaleOf, stateOf, trendPath, type Group } from "./groups";

const TREND_MS = 3_600_000; // an hour: what a watch-keeper means by "lately"
const TREND_STEP_S = 60;
const RENEW_MS = 30_000;
const TREND_PX = { width: 120, height: 26 };

/** The engine room by what the vessel's own catalogue has: values with limits and the last hour of each. */
@customElement("fh-engine")
export class EngineView extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  @state() private trends: Picture | null = null;
  @state() private problem = "";
  private readonly watch = new Watch(this);
  private asking = new AbortController();
  protected readonly renewing = new Every(this, RENEW_MS, () => { if (document.visibilityState === "visible") this.ask(); });
  private asked = "";

  static override styles = [base, panel, looks, css`
    :host { height: 100%; padding: var(--gap); overflow: auto; }
    fh-machines { margin-bottom: var(--gap); } .all { display: grid; gap: var(--gap); grid-template-columns: repeat(auto-fill, minmax(38rem, 1fr)); align-items: start; }
    .said { font-size: max(0.8125rem, 11px); color: var(--quiet); padding: 0.25rem 0; } .wrong { color: var(--alert-warning-text-color); }
    .row { display: grid; grid-template-columns: minmax(0, 2.4fr) 7rem minmax(4rem, 0.8fr) 7.5rem 2.75rem; gap: 0.75rem; align-items: center; min-height: 2.125rem; border-top: 1px solid var(--border-outline-color); font-size: max(0.9375rem, 11px); }
    .row:first-of-type { border-top: 0; } .name { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    .value { text-align: right; font-weight: 600; font-size: 1.125rem; font-variant-numeric: tabular-nums; white-space: nowrap; } .value.fresh { color: var(--fresh); }
    .value.warning { color: var(--alert-warning-text-color); } .value.alarm { color: var(--base-red-500); }
    .unit { font-size: max(0.75rem, 10.5px); font-weight: 400; color: var(--quiet); margin-left: 0.25em; } .age { font-size: max(0.75rem, 10.5px); color: var(--faint); font-variant-numeric: tabular-nums; white-space: nowrap; }
    svg { display: block; width: 100%; height: ${TREND_PX.height}px; } path { fill: none; stroke: var(--accent); stroke-width: 1.5; }
    .bar { position: relative; height: 0.75rem; border-radius: 0.25rem; background: var(--container-section-color); border: 1px solid var(--border-outline-color); overflow: hidden; }
    .bar i { position: absolute; inset: 0 auto 0 0; background: var(--instrument-regular-secondary-color, var(--quiet)); } .bar i.warning { background: var(--alert-warning-color); } .bar i.alarm { background: var(--alert-alarm-color); }
    .bar b { position: absolute; top: 0; bottom: 0; width: 2px; } .bar b.warning { background: var(--alert-warning-color); } .bar b.alarm { background: var(--alert-alarm-color); }
  `];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.asking.abort();
  }

  override updated(): void {
    if (this.asked !== this.numbers().join()) this.ask(); // the catalogue has come, or is another
  }

  override render() {
    void this.watch;
    const text = words().engine;
    const groups = grouped(this.vessel.channels.values());
    return html`
      <div data-testid="engine" data-vessel=${this.vessel.id}>
        <div class="said ${this.problem ? "wrong" : ""}" role="status">${this.problem || (groups.length ? text.hint : text.none)}</div>
        ${this.vessel.takesOrders ? html`<fh-machines .vessel=${this.vessel}></fh-machines>` : nothing}
        <div class="all">${groups.map(([group, channels]) => this.group(group, channels))}</div>
      </div>`;
  }

  private group(group: Group, channels: ChannelJson[]) {
    return html`<section class="panel" data-testid="engine-${group}"><h2>${words().engine.groups[group]}</h2>${channels.map((channel) => this.row(channel))}</section>`;
  }

  private row(channel: ChannelJson) {
    const { look, ageS } = page.store.aged(this.vessel, channel.short_id);
    const isHidden = look === "invalid" || look === "absent";
    const value = isHidden ? null : (this.vessel.values.get(channel.short_id)?.value ?? null);
    const tone = typeof value === "number" && (look === "fresh" || look === "late") ? beyond(value, channel.limits) : "";
    return html`
      <div class="row" data-testid="engine-row-${channel.short_id}" data-look=${look} data-beyond=${tone}>
        <span class="name" title="${channel.short_id} · ${channel.local_id}
${sourceText(this.vessel, channel.short_id, words())}">${words().channels[channel.short_id] ?? channel.name}</span>
        ${this.trend(channel)}
        ${this.bar(channel, typeof value === "number" ? value : null, tone)}
        <span class="value ${tone || look}">${typeof value === "boolean" ? this.word(channel, value) : isHidden ? DASHES : shown(channel.short_id, value)}<span class="unit">${isHidden || typeof value === "boolean" ? "" : unitOf(channel.short_id, this.vessel)}</span></span>
        <span class="age ${look}">${look === "fresh" ? "" : ageText(ageS)}</span>
      </div>`;
  }

  private word(channel: ChannelJson, value: boolean): string {
    const text = words().engine;
    const pair = text.states[stateOf(channel.local_id)] ?? text.states[""]!;
    return pair[value ? 1 : 0]!;
  }

  private trend(channel: ChannelJson) {
    const found = this.trends?.channels.get(channel.short_id);
    const path = found ? trendPath(found.value, TREND_PX.width, TREND_PX.height) : "";
    return html`<svg viewBox="0 0 ${TREND_PX.width} ${TREND_PX.height}" preserveAspectRatio="none" role="img" aria-label=${words().engine.lastHour} data-testid="engine-trend-${channel.short_id}">${path ? svg`<path d=${path} vector-effect="non-scaling-stroke"></path>` : nothing}</svg>`;
  }

  private bar(channel: ChannelJson, value: number | null, tone: string) {
    const scale = channel.kind === "number" ? scaleOf(channel) : null;
    if (scale === null) return html`<span></span>`;
    const told = (Object.entries(channel.limits) as [keyof typeof channel.limits, number][]).map(([name, limit]) => `${words().engine.limits[name]} ${limit} ${channel.unit}`);
    return html`<div class="bar" title=${[`${scale.low} – ${scale.high} ${channel.unit}`, ...told].join("\n")}>
      ${value === null ? nothing : html`<i class=${tone} style="width: ${(100 * scale.at(value)).toFixed(1)}%"></i>`}
      ${scale.marks.map((mark) => html`<b class=${mark.tone} style="left: calc(${(100 * mark.at).toFixed(1)}% - 1px)"></b>`)}
    </div>`;
  }

  private numbers(): string[] {
    return grouped(this.vessel.channels.values()).flatMap(([, channels]) => channels).filter((channel) => channel.kind === "number").map((channel) => channel.short_id);
  }

  private ask(): void {
    const channels = this.numbers().slice(0, 100); // as many as one answer may hold
    this.asked = this.numbers().join();
    if (!channels.length) return;
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    const toMs = page.store.clock.nowUtcMs();
    const span = { fromMs: toMs - TREND_MS, toMs };
    void samples(this.vessel.id, channels, span, TREND_STEP_S, signal).then((answer) => {
      if (signal.aborted) return;
      this.trends = picture(answer, channels, span, TREND_STEP_S);
      this.problem = "";
    }).catch((error: unknown) => {
      if (!signal.aborted) this.problem = `${words().history.failed} ${error instanceof Error ? error.message : String(error)}`;
    });
  }
}
