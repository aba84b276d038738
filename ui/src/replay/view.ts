import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../components/alert-strip";
import "../components/authority-bar";
import "../components/compass-panel";
import { Every } from "../components/every";
import "../components/order-list";
import "../components/speed-panel";
import "../components/steering-panel";
import { page } from "../app/console";
import { clockText, stampText } from "../components/format";
import { base, buttons, ON_STEP_COLOURS, panel, STEP_COLOURS } from "../components/style";
import { shoreClock } from "../link/clock";
import type { Vessel } from "../link/store";
import { words } from "../words";
import { happened, particulars, stretch, targets, track } from "./request";
import { marksOf, messages, SPEEDS, type AlertChange, type Happened, type Mark, type Speed, type Stretch } from "./tape";

void import("../map/chart");

const TICK_MS = 250; // as often as a console repaints
const SPAN_MS = 3_600_000; // of the slider
const JUMP_BEFORE_MS = 5000; // what led to it is seen too
const TARGETS_MS = 5000; // of real time between two looks at the traffic of then

/** What an operator saw, played from the store: this page has no socket and no key, so no order can leave it. */
@customElement("fh-replay")
export class ReplayView extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  @state() private atMs = 0;
  @state() private speed: Speed = 1;
  @state() private isPlaying = false;
  @state() private isBusy = true;
  @state() private problem = "";
  @state() private marks: Mark[] = [];
  private events: Happened[] = [];
  private changes: AlertChange[] = [];
  private loaded: Stretch | null = null;
  private next: Promise<void> | null = null;
  private shownMs: number | null = null;
  private tickedMs = 0;
  protected readonly ticking = new Every(this, TICK_MS, () => this.tick());
  private lookedMs = -Infinity;
  private endMs = 0;
  private asking = new AbortController();

  static override styles = [base, panel, buttons, css`
    :host { height: 100%; padding: var(--gap); border: 0.375rem solid var(--alert-caution-color); }
    .all { height: 100%; display: grid; gap: var(--gap); grid-template-rows: auto minmax(0, 1fr) auto; }
    .bar { display: grid; grid-template-columns: auto auto minmax(8rem, 1fr) auto; gap: 0.5rem 1rem; align-items: center; }
    .mark { background: var(--alert-caution-color); color: var(--on-caution-active-color); font-weight: 800; font-size: 1.75rem; letter-spacing: 0.12em; padding: 0 1rem; border-radius: 0.25rem; line-height: 1.6; }
    .then { font-size: 1.5rem; font-weight: 700; font-variant-numeric: tabular-nums; white-space: nowrap; } .acts { display: flex; gap: 0.375rem; align-items: center; }
    input[type="range"] { width: 100%; padding: 0; } .said { grid-column: 1 / -1; font-size: max(0.8125rem, 11px); color: var(--quiet); } .wrong { color: var(--late-text, var(--alert-warning-text-color)); }
    .step { border-radius: 0.25rem; padding: 0.25rem 0.75rem; font-weight: 700; }
    .main { display: grid; gap: var(--gap); grid-template-columns: 28rem minmax(0, 1fr) 22rem; min-height: 0; }
    .left { display: grid; gap: var(--gap); grid-template-rows: minmax(0, 1.2fr) minmax(0, 1fr) auto; min-height: 0; } .left > * { min-height: 0; }
    .middle { display: grid; gap: var(--gap); grid-template-rows: auto minmax(0, 1fr); min-height: 0; } .chart { min-height: 0; }
    .right { display: grid; gap: var(--gap); grid-template-rows: minmax(0, 1fr) minmax(0, 1fr); min-height: 0; } .jumps { overflow: auto; scrollbar-width: thin; display: grid; align-content: start; gap: 1px; }
    .jumps button { display: grid; grid-template-columns: auto auto minmax(0, 1fr); gap: 0.5rem; text-align: left; font-weight: 400; width: 100%; align-items: center; } .jumps .text { overflow: hidden; text-overflow: ellipsis; } .jumps .kind { color: var(--quiet); }
    @media (max-width: 1199px) { :host { overflow: auto; } .all { min-width: 75rem; min-height: 46rem; height: auto; } }
  `];

  override firstUpdated(): void {
    const asked = Date.parse(new URLSearchParams(location.search).get("at") ?? "");
    this.endMs = shoreClock.nowUtcMs();
    void this.open(Number.isFinite(asked) ? asked : this.endMs - 600_000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.asking.abort();
  }

  override render() {
    const text = words().replay;
    const { vessel } = this;
    const step = vessel.status?.heard ? vessel.status.step : "";
    return html`
      <div class="all" data-testid="replay" data-vessel=${vessel.id} data-at=${Math.round(this.atMs)} data-speed=${this.speed} data-playing=${this.isPlaying} data-busy=${this.isBusy}>
        <section class="panel bar">
          <span class="mark" data-testid="replay-mark">${text.mark}</span>
          <span class="then" data-testid="replay-then">${this.atMs ? stampText(this.atMs) : "---"} UTC</span>
          <input type="range" aria-label=${text.time} min=${this.endMs - Math.max(SPAN_MS, this.endMs - this.atMs)} max=${this.endMs} step="1000" .value=${String(this.atMs)} @change=${(event: Event) => void this.open(Number((event.target as HTMLInputElement).value))} />
          <div class="acts">
            <button aria-label=${text.back} title=${text.back} @click=${() => void this.open(this.atMs - 60_000)}>−1 min</button>
            <button class="go" data-testid="replay-play" @click=${() => this.play()}>${this.isPlaying ? text.pause : text.play}</button>
            <button aria-label=${text.forth} title=${text.forth} @click=${() => void this.open(this.atMs + 60_000)}>+1 min</button>
            ${SPEEDS.map((speed) => html`<button data-testid="replay-speed-${speed}" class=${speed === this.speed ? "on" : ""} @click=${() => this.choose(speed)}>${speed}×</button>`)}
            ${step ? html`<span class="step" data-testid="replay-step" style="background: ${STEP_COLOURS[step] ?? ""}; color: ${ON_STEP_COLOURS[step] ?? ""}">${step}</span>` : nothing}
          </div>
          <div class="said ${this.problem ? "wrong" : ""}" role="status" data-testid="replay-said">${this.problem || (this.isBusy ? words().history.asking : text.hint)}</div>
        </section>
        <div class="main">
          <div class="left"><fh-compass-panel .vessel=${vessel}></fh-compass-panel><fh-steering-panel .vessel=${vessel}></fh-steering-panel><fh-speed-panel .vessel=${vessel}></fh-speed-panel></div>
          <div class="middle"><fh-authority-bar .vessel=${vessel}></fh-authority-bar><div class="chart"><fh-chart .own=${vessel}></fh-chart></div></div>
          <div class="right">
            <section class="panel jumps" data-testid="replay-jumps" aria-label=${text.jumps}><h2>${text.jumps}</h2>
              ${this.marks.length ? this.marks.map((mark) => html`<button data-testid="replay-jump" data-kind=${mark.kind} @click=${() => void this.open(mark.utcMs - JUMP_BEFORE_MS)}><span>${clockText(mark.utcMs)}</span><span class="kind">${text.kinds[mark.kind]}</span><span class="text" title=${mark.text}>${mark.text}</span></button>`) : html`<span class="label">${text.nothing}</span>`}
            </section>
            <fh-order-list .vessel=${vessel}></fh-order-list>
          </div>
        </div>
        <fh-alert-strip .vessel=${vessel}></fh-alert-strip>
      </div>`;
  }

  private play(): void {
    this.isPlaying = !this.isPlaying;
    this.tickedMs = performance.now();
  }

  private choose(speed: Speed): void {
    this.speed = speed;
    void this.open(this.atMs); // another speed is another stretch
  }

  /** Go to a moment: everything of before it is told anew. */
  private async open(atMs: number): Promise<void> {
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    this.isBusy = true;
    this.next = null;
    try {
      const message = await particulars(this.vessel.id, signal);
      if (message) page.store.receive(message);
      this.loaded = await stretch(this.vessel.id, this.vessel.channels, atMs, this.speed, signal);
      const told = await happened(this.vessel.id, atMs, this.endMs, signal);
      const way = await track(this.vessel.id, atMs, signal);
      if (signal.aborted) return;
      this.events = told.events;
      this.changes = told.changes;
      this.marks = marksOf(told.events, told.changes);
      this.forget();
      page.store.receive({ type: "track", vessel: this.vessel.id, points: way });
      this.lookedMs = -Infinity;
      this.show(atMs);
      this.problem = "";
      page.store.connected = true;
      history.replaceState(null, "", `${location.pathname}?at=${new Date(atMs).toISOString()}`);
    } catch (error) {
      if (signal.aborted) return;
      this.fail(error);
    }
    this.isBusy = false;
    this.tickedMs = performance.now();
  }

  private forget(): void {
    this.vessel.values.clear();
    this.vessel.targets.clear();
    this.vessel.orders.clear();
    this.shownMs = null;
  }

  private tick(): void {
    const nowMs = performance.now();
    const elapsedMs = nowMs - this.tickedMs;
    this.tickedMs = nowMs;
    if (!this.isPlaying || this.isBusy || this.loaded === null) return;
    const untilMs = Math.min(this.atMs + elapsedMs * this.speed, this.loaded.toMs, shoreClock.nowUtcMs());
    this.show(untilMs);
    if (untilMs > (this.loaded.fromMs + this.loaded.toMs) / 2 && this.next === null) this.next = this.further(this.loaded.toMs);
  }

  /** Load what comes next while the second half plays. */
  private async further(fromMs: number): Promise<void> {
    const { signal } = this.asking;
    try {
      const found = await stretch(this.vessel.id, this.vessel.channels, fromMs, this.speed, signal);
      if (signal.aborted || this.loaded === null) return;
      const kept = this.loaded.values.filter((value) => value.fromMs <= fromMs);
      this.loaded = { fromMs: this.atMs, toMs: found.toMs, values: [...kept, ...found.values.filter((value) => value.fromMs > fromMs)] };
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
    this.next = null;
  }

  private show(untilMs: number): void {
    if (this.loaded === null) return;
    page.setClock?.set(untilMs);
    for (const message of messages(this.vessel.id, this.shownMs, untilMs, this.loaded, this.events, this.changes)) page.store.receive(message);
    this.shownMs = this.atMs = untilMs;
    if (performance.now() - this.lookedMs > TARGETS_MS) {
      this.lookedMs = performance.now();
      const { signal } = this.asking;
      void targets(this.vessel.id, untilMs, signal).then((found) => page.store.receive({ type: "targets", vessel: this.vessel.id, targets: found }))
        .catch((error: unknown) => { if (!signal.aborted) this.fail(error); }); // what stays drawn would be another moment's
    }
  }

  private fail(error: unknown): void {
    page.store.connected = false;
    this.isPlaying = false;
    this.problem = `${words().history.failed} ${error instanceof Error ? error.message : String(error)}`;
  }
}
