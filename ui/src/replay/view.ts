import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../components/alert-strip";
import "../components/authority-bar";
import "../components/compass-panel";
import { Every } from "../components/every";
import "../components/link-meter";
import "../components/order-list";
import "../components/speed-panel";
import "../components/steering-panel";
import { page } from "../app/console";
import { VIEWS } from "../app/places";
import { currentPalette, wearPalette } from "../app/palette";
import { clockText, stampText } from "../components/format";
import { base, buttons, ON_STEP_COLOURS, panel, STEP_COLOURS } from "../components/style";
import { shoreClock } from "../link/clock";
import type { Vessel } from "../link/store";
import type { ShownJson } from "../protocols.gen";
import { words } from "../words";
import { happened, particulars, stretch, targets, track } from "./request";
import { listOf, spanOf } from "./look";
import { DRAWN, joined, screenOf, screensAt, statusAt } from "./seen";
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
  /** True: values from when they had come; false: all that is known today. */
  @state() private isAsSeen = true;
  /** Session of the console whose screen is followed; empty: none. */
  @state() private followed = "";
  private ownPalette = currentPalette();
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
    input[type="range"] { width: 100%; padding: 0; } .said { grid-column: 1 / -1; font-size: max(0.8125rem, 11px); color: var(--quiet); } .wrong { color: var(--alert-warning-text-color); }
    .step { border-radius: 0.25rem; padding: 0.25rem 0.75rem; font-weight: 700; }
    .main { display: grid; gap: var(--gap); grid-template-columns: 28rem minmax(0, 1fr) 22rem; min-height: 0; }
    .left { display: grid; gap: var(--gap); grid-template-rows: minmax(0, 1.2fr) minmax(0, 1fr) auto; min-height: 0; } .left > * { min-height: 0; }
    .middle { display: grid; gap: var(--gap); grid-template-rows: auto minmax(0, 1fr); min-height: 0; } .middle.link { grid-template-rows: auto minmax(0, 1fr) 12rem; } .chart { min-height: 0; }
    .right { display: grid; gap: var(--gap); grid-template-rows: auto minmax(0, 1fr) minmax(0, 1fr); min-height: 0; }
    .screens { display: grid; gap: 0.25rem; max-height: 14rem; overflow: auto; scrollbar-width: thin; } .screens button { display: block; text-align: left; font-weight: 400; min-height: max(2.25rem, 28px); padding: 0.125rem 0.5rem; white-space: normal; line-height: 1.25; } .screens small { display: block; font-size: max(0.75rem, 10.5px); }
    .main.one { grid-template-columns: minmax(0, 1fr) 22rem; } .other { display: grid; place-content: center; justify-items: center; gap: 0.75rem; text-align: center; font-size: 1.25rem; } .other p { margin: 0; max-width: 40rem; } .jumps { overflow: auto; scrollbar-width: thin; display: grid; align-content: start; gap: 1px; }
    .jumps button { display: grid; grid-template-columns: auto auto minmax(0, 1fr); gap: 0.5rem; text-align: left; font-weight: 400; width: 100%; align-items: center; } .jumps .text { overflow: hidden; text-overflow: ellipsis; } .jumps .kind { color: var(--quiet); }
    @media (max-width: 1199px) { :host { overflow: auto; } .all { min-width: 75rem; min-height: 46rem; height: auto; } }
  `];

  override firstUpdated(): void {
    const asked = Date.parse(new URLSearchParams(location.search).get("at") ?? "");
    this.endMs = shoreClock.nowUtcMs();
    this.followed = new URLSearchParams(location.search).get("console") ?? "";
    void this.open(Number.isFinite(asked) ? asked : this.endMs - 600_000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.followed !== "") wearPalette(this.ownPalette);
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
            <button data-testid="replay-as-seen" class=${this.isAsSeen ? "on" : ""} aria-pressed=${this.isAsSeen} title=${text.asSeenWhy} @click=${() => this.judge(!this.isAsSeen)}>${text.asSeen}</button>
            ${step ? html`<span class="step" data-testid="replay-step" style="background: ${STEP_COLOURS[step] ?? ""}; color: ${ON_STEP_COLOURS[step] ?? ""}">${step}</span>` : nothing}
          </div>
          <div class="said ${this.problem ? "wrong" : ""}" role="status" data-testid="replay-said">${this.problem || (this.isBusy ? words().history.asking : text.hint)}</div>
        </section>
        <div class="main ${this.isBridge() ? "" : "one"}">
          ${this.picture()}
          <div class="right">
            ${this.screens()}
            <section class="panel jumps" data-testid="replay-jumps" aria-label=${text.jumps}><h2>${text.jumps}</h2>
              ${this.marks.length ? this.marks.map((mark) => html`<button data-testid="replay-jump" data-kind=${mark.kind} @click=${() => void this.open(mark.utcMs - JUMP_BEFORE_MS)}><span>${clockText(mark.utcMs)}</span><span class="kind">${text.kinds[mark.kind]}</span><span class="text" title=${mark.text}>${mark.text}</span></button>`) : html`<span class="label">${text.nothing}</span>`}
            </section>
            <fh-order-list .vessel=${vessel}></fh-order-list>
          </div>
        </div>
        <fh-alert-strip .vessel=${vessel}></fh-alert-strip>
      </div>`;
  }

  /** What the console that is followed showed then; null where none is followed, or nothing is recorded of it. */
  private screen(): ShownJson | null {
    return this.followed === "" || this.loaded === null ? null : screenOf(this.loaded.seen.screens, this.followed, this.atMs);
  }

  private isBridge(): boolean {
    const screen = this.screen();
    return this.followed === "" || (screen !== null && !screen.hidden && screen.vessel === this.vessel.id && screen.view === "conning");
  }

  /** True where it is recorded what consoles were told of her heartbeat: without that the link meter would show what nobody knows. */
  private isHeard(): boolean {
    return this.loaded !== null && statusAt(this.vessel.id, this.loaded.seen.heard, this.atMs) !== null;
  }

  /** The view of then: the bridge, another one that can be drawn as it was, or which one it was. */
  private picture() {
    const { vessel } = this;
    const screen = this.screen();
    if (this.isBridge()) return html`<div class="left"><fh-compass-panel .vessel=${vessel}></fh-compass-panel><fh-steering-panel .vessel=${vessel}></fh-steering-panel><fh-speed-panel .vessel=${vessel}></fh-speed-panel></div>
      <div class="middle ${this.isHeard() ? "link" : ""}"><fh-authority-bar .vessel=${vessel}></fh-authority-bar><div class="chart"><fh-chart .own=${vessel} .seen=${screen?.look ?? ""}></fh-chart></div>
        ${this.isHeard() ? html`<fh-link-meter .vessel=${vessel}></fh-link-meter>` : nothing}</div>`;
    if (screen !== null && !screen.hidden && screen.vessel === vessel.id && DRAWN.has(screen.view)) {
      if (screen.view === "alerts") { void import("../alerts/view"); return html`<fh-alerts .vessel=${vessel} .seen=${screen.look}></fh-alerts>`; }
      void import("../engine/view");
      return html`<fh-engine .vessel=${vessel}></fh-engine>`;
    }
    const text = words().replay;
    const elsewhere = screen !== null && screen.vessel !== null && screen.vessel !== vessel.id ? screen.vessel : null;
    return html`<section class="panel other" data-testid="replay-other"><p>${screen === null ? text.notShown : screen.hidden ? text.hidden(screen.person) : text.showed(screen.person, this.shown(screen))}</p>
      ${elsewhere === null ? nothing : html`<button class="go" @click=${() => location.assign(`/vessel/${encodeURIComponent(elsewhere)}/replay?at=${new Date(this.atMs).toISOString()}&console=${encodeURIComponent(this.followed)}`)}>${text.goOn}</button>`}</section>`;
  }

  /** The consoles that were open then; one can be followed, in the palette it had. */
  private screens() {
    const text = words().replay;
    const open = this.loaded === null ? [] : screensAt(this.loaded.seen.screens, this.atMs);
    return html`<section class="panel screens" data-testid="replay-screens" aria-label=${text.screens}><h2>${text.screens}</h2>
      ${open.map((screen) => html`<button data-testid="replay-screen" data-view=${screen.view} data-person=${screen.person} class=${screen.session === this.followed ? "on" : ""} aria-pressed=${screen.session === this.followed}
        @click=${() => this.follow(screen.session === this.followed ? "" : screen.session)}>${screen.person} · ${this.shown(screen)}<small>${screen.console} · ${text.since(clockText(screen.utc_ms))}${screen.hidden ? ` · ${text.outOfSight}` : ""}</small></button>`)}
      ${open.length ? nothing : html`<span class="label">${text.noScreens}</span>`}</section>`;
  }

  private shown(screen: ShownJson): string {
    const { top, account, admin } = words();
    const view = VIEWS.find((each) => each === screen.view);
    const name = view ? top.views[view] : screen.view === "account" ? account.title : screen.view === "admin" ? admin.title : top.fleet;
    const span = spanOf(screen.look, this.atMs);
    const when = span === null ? "" : ` ${span.map(stampText).join(" – ")} UTC`;
    const list = listOf(screen.look);
    const from = list === null ? "" : ` (${words().replay.from[list.of](list.at + (list.of === "entry" ? 0 : 1))})`;
    return (screen.vessel === null ? name : `${name} ${page.store.vessel(screen.vessel).name}`) + when + from;
  }

  private follow(session: string): void {
    if (this.followed === "") this.ownPalette = currentPalette();
    this.followed = session;
    if (session === "") wearPalette(this.ownPalette);
    this.wear();
    this.remember();
  }

  /** Wear the palette that the followed console had. */
  private wear(): void {
    const palette = this.followed === "" ? currentPalette() : (this.screen()?.palette ?? this.ownPalette);
    if (palette !== currentPalette()) wearPalette(palette);
  }

  private judge(isAsSeen: boolean): void {
    this.isAsSeen = isAsSeen;
    void this.open(this.atMs);
  }

  private remember(): void {
    const followed = this.followed === "" ? "" : `&console=${encodeURIComponent(this.followed)}`;
    history.replaceState(null, "", `${location.pathname}?at=${new Date(this.atMs).toISOString()}${followed}`);
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
      this.loaded = await stretch(this.vessel.id, this.vessel.channels, atMs, this.speed, this.isAsSeen, signal);
      const told = await happened(this.vessel.id, atMs, this.endMs, signal);
      const way = await track(this.vessel.id, atMs, this.isAsSeen, signal);
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
      this.remember();
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
    this.vessel.statusAtMs = nowMs; // the ages of then do not grow while it stands
    if (!this.isPlaying || this.isBusy || this.loaded === null) return;
    const untilMs = Math.min(this.atMs + elapsedMs * this.speed, this.loaded.toMs, shoreClock.nowUtcMs());
    this.show(untilMs);
    if (untilMs > (this.loaded.fromMs + this.loaded.toMs) / 2 && this.next === null) this.next = this.further(this.loaded.toMs);
  }

  /** Load what comes next while the second half plays. */
  private async further(fromMs: number): Promise<void> {
    const { signal } = this.asking;
    try {
      const found = await stretch(this.vessel.id, this.vessel.channels, fromMs, this.speed, this.isAsSeen, signal);
      if (signal.aborted || this.loaded === null) return;
      const kept = this.loaded.values.filter((value) => value.fromMs <= fromMs);
      this.loaded = { fromMs: this.atMs, toMs: found.toMs, seen: joined(this.loaded.seen, found.seen), values: [...kept, ...found.values.filter((value) => value.fromMs > fromMs)] };
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
    this.wear();
    if (performance.now() - this.lookedMs > TARGETS_MS) {
      this.lookedMs = performance.now();
      const { signal } = this.asking;
      void targets(this.vessel.id, untilMs, this.isAsSeen ? this.loaded.seen.received : null, signal).then((found) => page.store.receive({ type: "targets", vessel: this.vessel.id, targets: found }))
        .catch((error: unknown) => { if (!signal.aborted) this.fail(error); }); // what stays drawn would be another moment's
    }
  }

  private fail(error: unknown): void {
    page.store.connected = false;
    this.isPlaying = false;
    this.problem = `${words().history.failed} ${error instanceof Error ? error.message : String(error)}`;
  }
}
