import { css, html, LitElement, unsafeCSS } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type uPlot from "uplot";
import plotCss from "uplot/dist/uPlot.min.css?inline";
import { page } from "../app/console";
import { PALETTE_CHANGED } from "../app/palette";
import { Every } from "../components/every";
import { shown, stampText } from "../components/format";
import { base, buttons, panel } from "../components/style";
import type { Vessel } from "../link/store";
import type { ChannelJson } from "../protocols.gen";
import { words } from "../words";
import { CHANNELS_MAX, fromQuery, toQuery, type Looked } from "./address";
import { drawn, lineColour, type Panel } from "./plots";
import { marks, numbers, samples, samplesPath, type Mark } from "./request";
import { picture, type Picture } from "./series";
import { spanText } from "../replay/look";
import { bucketS, dragged, LENGTHS_MS, panned, zoomed, type Length, type Span } from "./span";

const WAIT_MS = 150; // a turn of the wheel is many events: ask once it rests
const RENEW_MS = 5000; // while the latest is shown
const NEAR_PX = 8; // a mark so near to the cursor is named

/** Any channels together over any time, from what the shore has kept. */
@customElement("fh-history")
export class HistoryView extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  @state() private channels: ChannelJson[] = [];
  @state() private looked: Looked = fromQuery(location.search, LENGTHS_MS["1h"]);
  @state() private all: Picture | null = null;
  @state() private marks: Mark[] = [];
  @state() private problem = "";
  @state() private isBusy = false;
  @state() private isCut = false;
  @state() private pointedMs: number | null = null;
  @state() private sought = "";
  @state() private isListed = false;
  private plots: uPlot[] = [];
  private asking = new AbortController();
  private waiting = 0;
  protected readonly renewing = new Every(this, RENEW_MS, () => { if (this.looked.span === null && document.visibilityState === "visible") this.ask(); });
  private span: Span = this.latest();
  private readonly sized = new ResizeObserver(() => this.paint());

  static override styles = [unsafeCSS(plotCss), base, panel, buttons, css`
    :host { height: 100%; padding: var(--gap); }
    .all { height: 100%; display: grid; gap: var(--gap); grid-template-columns: 16rem minmax(0, 1fr); }
    .side { display: grid; gap: 0.5rem; grid-template-rows: auto auto minmax(0, 1fr); min-height: 0; }
    .list { overflow: auto; display: grid; align-content: start; grid-auto-rows: max-content; }
    .list label input { flex: none; }
    .list label { display: flex; gap: 0.5rem; align-items: baseline; padding: 0.25rem; min-height: 1.75rem; cursor: pointer; font-size: max(0.8125rem, 11px); }
    .list input { min-height: 0; } .list .unit { color: var(--faint); margin-left: auto; }
    .main { display: grid; gap: var(--gap); grid-template-rows: auto auto minmax(0, 1fr) 1.5rem; min-height: 0; }
    .bar { display: flex; flex-wrap: wrap; gap: 0.375rem; align-items: center; } .bar .when { margin-left: auto; font-variant-numeric: tabular-nums; }
    .bar button, .bar a { min-height: 2rem; }
    a.file { color: inherit; padding: 0.3rem 0.75rem; border: 1px solid var(--border-outline-color); border-radius: 0.375rem; text-decoration: none; font-size: max(0.875rem, 11px); }
    .pictures { display: grid; gap: var(--gap); grid-auto-rows: minmax(7rem, 1fr); min-height: 0; overflow: auto; }
    .picture { display: grid; grid-template-rows: auto minmax(0, 1fr); min-height: 0; padding: 0.25rem 0.5rem; }
    .names { display: flex; gap: 1rem; font-size: max(0.75rem, 10.5px); } .names b { font-variant-numeric: tabular-nums; }
    .key { display: inline-block; width: 0.75rem; height: 0.2rem; margin-right: 0.35rem; vertical-align: middle; }
    .plot { min-height: 0; min-width: 0; overflow: hidden; }
    .said { font-size: max(0.8125rem, 11px); color: var(--quiet); white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    .wrong { color: var(--alert-warning-text-color); }
  `];

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener(PALETTE_CHANGED, this.repaint);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.waiting);
    this.asking.abort();
    this.sized.disconnect();
    window.removeEventListener(PALETTE_CHANGED, this.repaint);
    for (const plot of this.plots) plot.destroy();
  }

  override firstUpdated(): void {
    void numbers(this.vessel.id, this.asking.signal).then((found) => { this.channels = found; this.ask(); }).catch(this.fail);
    this.sized.observe(this.renderRoot.querySelector(".pictures")!);
  }

  override updated(changed: Map<string, unknown>): void {
    if (changed.has("all") || changed.has("marks")) this.paint();
  }

  override render() {
    const text = words().history;
    return html`
      <div class="all" data-testid="history" data-vessel=${this.vessel.id}>
        <section class="panel side">
          <h2>${text.channels}</h2>
          <input type="search" placeholder=${text.search} aria-label=${text.search} .value=${this.sought}
            @input=${(event: InputEvent) => { this.sought = (event.target as HTMLInputElement).value; }} />
          <div class="list">${this.found().map((channel) => this.choice(channel))}</div>
        </section>
        <div class="main">
          ${this.bar()}
          ${this.isListed ? html`<fh-voyages .vessel=${this.vessel} @span=${(event: CustomEvent<Span>) => this.move(event.detail)}></fh-voyages>` : html`<div></div>`}
          <div class="pictures" tabindex="0" aria-label=${text.title} @wheel=${this.wheeled} @keydown=${this.keyed}>
            ${this.panels().map((one) => html`<section class="panel picture"><div class="names">${one.channels.map((channel, index) => html`
              <span><span class="key" style="background:${lineColour(index)}"></span>${channel.name} <b>${this.valueAt(channel.id)}</b></span>`)}
              <span class="label">${one.unit}</span></div><div class="plot"></div></section>`)}
          </div>
          <div class="said ${this.problem || this.isCut ? "wrong" : ""}" role="status" data-testid="history-said">${this.said()}</div>
        </div>
      </div>`;
  }

  private bar() {
    const text = words().history;
    const { looked } = this;
    const step = this.step();
    return html`<div class="bar">
      ${(Object.keys(LENGTHS_MS) as Length[]).map((length) => html`<button data-testid="history-${length}"
        class=${looked.span === null && looked.lengthMs === LENGTHS_MS[length] ? "on" : ""}
        @click=${() => this.look({ ...looked, span: null, lengthMs: LENGTHS_MS[length] })}>${text.lengths[length]}</button>`)}
      <button aria-label=${text.earlier} title=${text.earlier} data-testid="history-earlier" @click=${() => this.move(panned(this.span, -0.5, this.nowMs()))}>◀</button>
      <button aria-label=${text.later} title=${text.later} @click=${() => this.move(panned(this.span, 0.5, this.nowMs()))}>▶</button>
      <button aria-label=${text.closer} title=${text.closer} data-testid="history-closer" @click=${() => this.move(zoomed(this.span, 0.5, 0.5, this.nowMs()))}>+</button>
      <button aria-label=${text.wider} title=${text.wider} @click=${() => this.move(zoomed(this.span, 2, 0.5, this.nowMs()))}>−</button>
      <button data-testid="history-voyages" class=${this.isListed ? "on" : ""} aria-expanded=${this.isListed} @click=${() => { void import("../voyages/list"); this.isListed = !this.isListed; }}>${words().voyages.button}</button>
      <a class="file" data-testid="history-csv" download="${this.vessel.id}.csv" href=${samplesPath(this.vessel.id, looked.channels, this.span, step, "csv")}>CSV</a>
      <span class="when" data-testid="history-span">${stampText(this.span.fromMs)} – ${stampText(this.span.toMs)} UTC, ${step === null ? text.every : text.steps(step)}</span>
    </div>`;
  }

  private choice(channel: ChannelJson) {
    const { channels } = this.looked;
    const isOn = channels.includes(channel.short_id);
    const toggle = () => this.look({
      ...this.looked, channels: isOn ? channels.filter((one) => one !== channel.short_id) : [...channels, channel.short_id],
    });
    return html`<label title=${channel.name}><input type="checkbox" .checked=${isOn} ?disabled=${!isOn && channels.length >= CHANNELS_MAX}
      data-testid="history-channel-${channel.short_id}" @change=${toggle} />${words().values[channel.short_id] ?? channel.name}<span class="unit">${channel.unit}</span></label>`;
  }

  private found(): ChannelJson[] {
    const sought = this.sought.toLowerCase();
    const named = (channel: ChannelJson): string => `${channel.short_id} ${channel.name} ${words().values[channel.short_id] ?? ""}`.toLowerCase();
    return this.channels.filter((channel) => named(channel).includes(sought));
  }

  private said(): string {
    const text = words().history;
    if (this.problem) return this.problem;
    if (this.isCut) return text.cut;
    const near = this.near();
    if (near.length) return near.map(({ utcMs, kind, text: what }) => `${stampText(utcMs)} ${kind}: ${what}`).join(" · ");
    return this.isBusy && !this.all ? text.asking : text.hint;
  }

  private near(): Mark[] {
    const plot = this.plots[0];
    if (this.pointedMs === null || !plot) return [];
    const reachMs = ((this.span.toMs - this.span.fromMs) * NEAR_PX) / Math.max(plot.bbox.width / devicePixelRatio, 1);
    return this.marks.filter(({ utcMs }) => Math.abs(utcMs - this.pointedMs!) <= reachMs).slice(0, 4);
  }

  private valueAt(id: string): string {
    const series = this.all?.channels.get(id);
    if (!series || this.pointedMs === null || !this.all) return "";
    const at = this.pointedMs / 1000;
    const { times } = this.all;
    let best = -1;
    times.forEach((time, index) => { if (series.value[index] !== undefined && (best < 0 || Math.abs(time - at) < Math.abs(times[best]! - at))) best = index; });
    return best < 0 ? "" : shown(id, series.value[best] ?? null);
  }

  private panels(): Panel[] {
    const byUnit = new Map<string, Panel>();
    for (const id of this.looked.channels) {
      const channel = this.channels.find((one) => one.short_id === id);
      if (!channel) continue;
      const isBearing = channel.unit === "deg" && channel.low === 0 && channel.high === 360;
      const key = isBearing ? "bearing" : channel.unit;
      const made = byUnit.get(key) ?? { unit: channel.unit, channels: [] };
      made.channels.push({ id, name: words().values[id] ?? channel.name, isBearing });
      byUnit.set(key, made);
    }
    return [...byUnit.values()];
  }

  private readonly repaint = (): void => this.paint();

  private paint(): void {
    for (const plot of this.plots) plot.destroy();
    this.plots = [];
    if (!this.all) return;
    const range: [number, number] = [this.span.fromMs / 1000, this.span.toMs / 1000];
    const hands = {
      chosen: (fromMs: number, toMs: number) => this.move(dragged(this.span, fromMs, toMs)),
      pointed: (utcMs: number | null) => { this.pointedMs = utcMs; },
    };
    const places = this.renderRoot.querySelectorAll<HTMLElement>(".plot");
    this.panels().forEach((one, index) => {
      const place = places[index];
      if (place && one.channels.every(({ id }) => this.all!.channels.has(id))) this.plots.push(drawn(one, this.all!, range, this.marks, hands, place));
    });
  }

  private nowMs(): number {
    return page.store.clock.nowUtcMs();
  }

  private latest(): Span {
    const toMs = page.store.clock.nowUtcMs();
    return this.looked.span ?? { fromMs: toMs - this.looked.lengthMs, toMs };
  }

  private step(): number | null {
    return bucketS(this.span, this.renderRoot.querySelector(".pictures")?.clientWidth ?? 1000);
  }

  /** Look at something else: the address says so, and the shore is asked once the hand rests. */
  private look(looked: Looked): void {
    this.looked = looked;
    history.replaceState(null, "", location.pathname + toQuery(looked));
    this.span = this.latest();
    this.paint();
    clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => this.ask(), WAIT_MS);
  }

  private move(span: Span): void {
    this.look({ ...this.looked, span, lengthMs: span.toMs - span.fromMs });
  }

  private ask(): void {
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    const span = (this.span = this.latest());
    page.stands("span", spanText(this.looked.span?.fromMs ?? null, this.looked.lengthMs));
    const step = this.step();
    const known = this.looked.channels.filter((id) => this.channels.some((channel) => channel.short_id === id));
    this.isBusy = true;
    const wanted = known.length ? samples(this.vessel.id, known, span, step, signal) : Promise.resolve({ fields: [], samples: [], buckets: [], next_cursor: null, isCut: false });
    void Promise.all([wanted, marks(this.vessel.id, span, signal)]).then(([answer, happened]) => {
      if (signal.aborted) return;
      this.all = picture(answer, known, span, step);
      this.marks = happened;
      this.isCut = answer.isCut;
      this.problem = "";
      this.isBusy = false;
    }).catch(this.fail);
  }

  private readonly fail = (error: unknown): void => {
    if (error instanceof DOMException && error.name === "AbortError") return;
    this.isBusy = false;
    this.problem = `${words().history.failed} ${error instanceof Error ? error.message : String(error)}`;
  };

  private readonly wheeled = (event: WheelEvent): void => {
    event.preventDefault();
    const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    if (event.shiftKey) this.move(panned(this.span, Math.sign(event.deltaY || event.deltaX) * 0.1, this.nowMs()));
    else this.move(zoomed(this.span, event.deltaY > 0 ? 1.25 : 0.8, (event.clientX - left) / width, this.nowMs()));
  };

  private readonly keyed = (event: KeyboardEvent): void => {
    const moves: Record<string, () => Span> = {
      ArrowLeft: () => panned(this.span, -0.25, this.nowMs()), ArrowRight: () => panned(this.span, 0.25, this.nowMs()),
      "+": () => zoomed(this.span, 0.5, 0.5, this.nowMs()), "-": () => zoomed(this.span, 2, 0.5, this.nowMs()),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    this.move(move());
  };
}
