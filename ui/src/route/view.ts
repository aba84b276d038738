import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import { Every } from "../components/every";
import "../components/sure";
import "../components/two-step";
import { stampText } from "../components/format";
import { base, buttons, panel } from "../components/style";
import type { Vessel } from "../link/store";
import type { LonLat } from "../map/geometry";
import type { DrawnRoute } from "../map/route";
import { gate, holds } from "../orders/gates";
import { withReason } from "../trial/reason";
import { words } from "../words";
import { reasonText } from "../words/reasons";
import "./guide";
import { lengthNm, type Passage } from "./passage";
import { placeOf } from "./place";
import { check, emptyDraft, type Draft, type KeptRoute } from "./routes";

void import("../map/chart");

const PREVIEW_MS = 2000;
const FILE_BYTES_MAX = 1024 * 1024;

/** Routes of one vessel: drawn or from a file, held against her, sent, activated. */
@customElement("fh-route")
export class RouteView extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  @state() private draft: Draft = emptyDraft();
  @state() private drawing = false;
  @state() private chosen = "";
  @state() private leg = 1;
  @state() private radiusM = 0;
  @state() private xtdM = 200;
  private readonly watch = new Watch(this);
  protected readonly previewing = new Every(this, PREVIEW_MS, () => this.preview());

  static override styles = [base, panel, buttons, css`
    :host { height: 100%; padding: var(--gap); }
    .all { height: 100%; display: grid; gap: var(--gap); grid-template-columns: minmax(0, 1fr) minmax(26rem, 32rem); }
    .chart { position: relative; min-height: 0; }
    fh-route-guide { position: absolute; left: 0.5rem; right: 5.5rem; top: 0.5rem; z-index: 2; }
    aside { display: grid; gap: var(--gap); align-content: start; overflow-y: auto; min-height: 0; scrollbar-width: thin; }
    .panel { display: grid; gap: 0.5rem; }
    .line { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; }
    .line input, .line select { flex: 1; min-width: 5rem; }
    label { display: grid; gap: 0.125rem; font-size: max(0.75rem, 10.5px); color: var(--quiet); flex: 1; }
    .file { display: inline-grid; place-items: center; min-height: max(2.75rem, 32px); padding: 0 0.875rem; border-radius: 0.375rem; border: 1px solid var(--border-outline-color); cursor: pointer; font-weight: 600; font-size: max(0.875rem, 11px); color: var(--on-normal-active-color); flex: 0 0 auto; }
    .file:focus-within { outline: 2px solid var(--border-focus-color); }
    .file input { position: absolute; width: 1px; height: 1px; opacity: 0; min-height: 0; }
    ol { margin: 0; padding: 0; list-style: none; display: grid; gap: 0.25rem; font-size: max(0.875rem, 11px); line-height: 1.35; }
    .fault { color: var(--base-red-500); } .good { color: var(--instrument-starboard-primary-color); } .note { color: var(--quiet); font-size: max(0.8125rem, 10.5px); }
    .kept { width: 100%; text-align: left; font-weight: 400; white-space: normal; padding: 0.375rem 0.75rem; }
    .kept b { font-weight: 600; }
    select { font: inherit; min-height: max(2.75rem, 32px); border-radius: 0.375rem; background: var(--container-section-color); color: var(--element-active-color); border: 1px solid var(--border-divider-color); }
    @media (max-width: 1199px) { .all { grid-template-columns: minmax(0, 1fr); overflow: auto; } .chart { height: 24rem; } }
  `];

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("vessel")) this.vessel.routes.hear(-Infinity); // whoever opens the view sees what is so now
  }

  override render() {
    void this.watch;
    const { vessel } = this;
    vessel.routes.ask(() => page.store.changed());
    return html`<div class="all" data-testid="route-view">
      <div class="chart"><fh-chart .own=${vessel} .routes=${this.drawn()} .placed=${this.drawing ? this.place : null}></fh-chart><fh-route-guide .vessel=${vessel}></fh-route-guide></div>
      <aside>${this.aboard()}${this.fresh()}${this.sent()}</aside>
    </div>`;
  }

  private drawn(): DrawnRoute[] {
    const { routes } = this.vessel;
    const active = routes.active(this.vessel);
    const looked = routes.list.find((route) => route.hash === this.chosen) ?? null;
    const draft = this.draft.checked?.passage ?? this.sketch();
    return [
      ...(active ? [{ passage: active.route.passage, isActive: true, next: active.leg }] : []),
      ...(draft ? [{ passage: draft, isActive: !active, next: null }] : looked && looked !== active?.route ? [{ passage: looked.passage, isActive: false, next: null }] : []),
    ];
  }

  /** What has been drawn and not been looked at yet. */
  private sketch(): Passage | null {
    if (!this.draft.points.length) return null;
    return { name: "", revision: 0, marks: this.draft.points.map((at) => ({ name: "", at, radiusM: this.radiusM, portXtdM: 0, starboardXtdM: 0, speedMaxKn: 0 })) };
  }

  private aboard() {
    const text = words().route;
    const { routes } = this.vessel;
    const aboard = routes.aboard();
    if (!aboard) return html`<section class="panel"><h2>${text.aboard}</h2><div class="note" data-testid="route-aboard">${routes.said ? text.aboardUnknown : text.aboardNone}</div></section>`;
    const active = routes.active(this.vessel);
    const { marks } = aboard.passage;
    return html`<section class="panel" data-testid="route-aboard" data-hash=${aboard.hash} data-active=${active !== null}>
      <h2>${text.aboard}</h2>
      <div><b>${aboard.passage.name}</b> · ${active ? text.following(active.leg, marks.length - 1) : text.loaded} <span class="note">${routes.said?.why ?? ""}</span></div>
      ${active ? html`<div class="note">${text.suspend}</div><fh-two-step name="route-suspend" .vessel=${this.vessel} .kind=${"route.suspend"} .args=${{}}></fh-two-step>` : html`
        <label>${text.fromLeg}<select data-testid="route-leg" @change=${(event: Event) => { this.leg = Number((event.target as HTMLSelectElement).value); this.preview(); }}>
          ${marks.slice(1).map((_mark, at) => html`<option value=${at + 1} ?selected=${this.leg === at + 1}>${text.leg(at + 1, marks.length - 1)}</option>`)}</select></label>
        <div class="note">${text.activate}</div>
        <fh-two-step name="route-activate" .vessel=${this.vessel} .kind=${"route.activate"} .args=${this.activation(aboard)} .typed=${() => this.preview()}></fh-two-step>`}
    </section>`;
  }

  private activation(route: KeptRoute) {
    return { route_hash: route.hash, leg: Math.min(this.leg, route.passage.marks.length - 1) };
  }

  private fresh() {
    const text = words().route;
    const { draft } = this;
    const begun = draft.points.length > 0 || draft.rtz !== null;
    return html`<section class="panel">
      <h2>${text.fresh}</h2>
      <div class="line">
        <button data-testid="route-draw" class=${this.drawing ? "on" : ""} @click=${() => { this.drawing = !this.drawing; }}>${this.drawing ? text.drawEnd : text.draw}</button>
        <label class="file">${text.file}<input type="file" accept=".rtz,.xml" data-testid="route-file" @change=${this.open} /></label>
        <button data-testid="route-undo" ?disabled=${!draft.points.length || draft.rtz !== null} @click=${() => this.change({ points: draft.points.slice(0, -1) })}>${text.undo}</button>
        <button data-testid="route-clear" ?disabled=${!begun && !draft.problem} @click=${() => { this.draft = emptyDraft(); }}>${text.clear}</button>
      </div>
      ${draft.rtz === null ? html`<div class="line">
        <label>${text.name}<input data-testid="route-name" maxlength="40" .value=${draft.name} @change=${(event: Event) => this.change({ name: (event.target as HTMLInputElement).value })} /></label>
        <label>${text.radius}<input data-testid="route-radius" inputmode="numeric" .value=${String(this.radiusM)} @change=${(event: Event) => { this.radiusM = amount(event, this.radiusM); this.change({}); }} /></label>
        <label>${text.width}<input data-testid="route-width" inputmode="numeric" .value=${String(this.xtdM)} @change=${(event: Event) => { this.xtdM = amount(event, this.xtdM); this.change({}); }} /></label>
      </div>
      <label>${text.byHand}<input data-testid="route-place" placeholder="34 57.4N 129 12.1E" @keydown=${this.typed} /></label>` : nothing}
      ${this.found()}
    </section>`;
  }

  private found() {
    const text = words().route;
    const { checked, problem } = this.draft;
    if (problem) return html`<div class="fault" role="alert" data-testid="route-problem">${problem}</div>`;
    if (!checked) return this.draft.points.length ? html`<div class="note">${text.more}</div>` : nothing;
    const { faults, notes } = checked.answer;
    const state = page.operator ? gate("route.load", this.vessel, page.store, page.operator, words()) : null;
    const reasons = [...(faults.length || !checked.bytes ? [text.faulty] : []), ...(this.vessel.routes.active(this.vessel) ? [text.suspendFirst] : []), ...(state && !state.open ? state.reasons : [])];
    return html`
      ${checked.passage ? html`<div><b>${checked.passage.name}</b> · ${text.size(checked.passage.marks.length, lengthNm(checked.passage))}</div>` : nothing}
      <ol data-testid="route-faults" data-count=${faults.length}>
        ${faults.length ? faults.map((fault) => html`<li class="fault">${reasonText(fault, words())}</li>`) : html`<li class="good">${text.noFault}</li>`}
        ${notes.map((note) => html`<li class="note">${note}</li>`)}
      </ol>
      <fh-sure name="route-send" .text=${text.send} .reasons=${reasons} .act=${() => this.send(checked.bytes)}></fh-sure>
      ${reasons.length ? html`<div class="note" data-testid="route-send-why">${reasons.join(" · ")}</div>` : nothing}`;
  }

  private sent() {
    const text = words().route;
    const { list } = this.vessel.routes;
    return html`<section class="panel"><h2>${text.sent}</h2>
      <ol data-testid="route-list" data-count=${list.length}>
        ${list.length ? list.map((route) => html`<li><button class="kept ${this.chosen === route.hash ? "on" : ""}" data-testid="route-kept" data-hash=${route.hash}
            @click=${() => { this.chosen = this.chosen === route.hash ? "" : route.hash; }}>
            <b>${route.passage.name}</b> · ${text.size(route.passage.marks.length, lengthNm(route.passage))}<br />
            <span class="note">${stampText(route.utcMs)} · ${words().log.by(route.person)} · ${words().log.states[route.state] ?? route.state}</span></button>
          ${this.chosen === route.hash ? html`<fh-sure name="route-again" .text=${text.again} .reasons=${this.againReasons()} .act=${() => this.send(route.bytes)}></fh-sure>` : nothing}</li>`)
          : html`<li class="note">${text.sentNone}</li>`}
      </ol></section>`;
  }

  private againReasons(): string[] {
    const state = page.operator ? gate("route.load", this.vessel, page.store, page.operator, words()) : null;
    return [...(this.vessel.routes.active(this.vessel) ? [words().route.suspendFirst] : []), ...(state && !state.open ? state.reasons : [])];
  }

  private readonly place = (at: [number, number]): void => {
    if (this.draft.rtz === null) this.change({ points: [...this.draft.points, at as LonLat] });
  };

  private readonly typed = (event: KeyboardEvent): void => {
    if (event.key !== "Enter") return;
    const field = event.target as HTMLInputElement;
    const at = placeOf(field.value);
    if (at) this.place(at);
    field.setCustomValidity(at ? "" : words().route.badPlace);
    field.reportValidity();
    if (at) field.value = "";
  };

  private readonly open = async (event: Event): Promise<void> => {
    const field = event.target as HTMLInputElement;
    const file = field.files?.[0];
    field.value = "";
    if (!file) return;
    this.drawing = false;
    if (file.size > FILE_BYTES_MAX) this.draft = { ...emptyDraft(), problem: words().route.tooLong };
    else await this.look({ ...emptyDraft(), rtz: await file.text() });
  };

  private change(changes: Partial<Draft>): void {
    const draft = { ...this.draft, ...changes, checked: null, problem: "" };
    this.draft = draft;
    if (draft.points.length > 1) void this.look(draft);
  }

  private async look(draft: Draft): Promise<void> {
    const smallestM = this.vessel.particulars?.limits["turn_radius_m"] ?? 0;
    if (!this.radiusM) this.radiusM = Math.ceil(smallestM / 10) * 10;
    this.draft = draft;
    const named = draft.name ? draft : { ...draft, name: words().route.unnamed };
    await check(this.vessel.id, named, { radiusM: this.radiusM, xtdM: this.xtdM });
    if (this.draft === draft) this.draft = named; // nothing was changed meanwhile
  }

  private send(bytes: Uint8Array | null): void {
    if (!bytes) return;
    void page.operator?.order(this.vessel, "route.load", {}, { route: bytes });
    this.vessel.routes.hear();
    this.draft = emptyDraft();
    this.drawing = false;
    this.leg = 1;
  }

  private preview(): void {
    const { operator } = page;
    const aboard = this.vessel.routes.aboard();
    if (!operator || !aboard || !holds(this.vessel, operator.session)) return;
    operator.preview(this.vessel, "route.activate", withReason("route.activate", this.activation(aboard), operator.draftsOf(this.vessel.id)));
    operator.preview(this.vessel, "route.suspend", {});
  }
}

function amount(event: Event, former: number): number {
  const value = Number((event.target as HTMLInputElement).value);
  return Number.isFinite(value) && value >= 0 ? value : former;
}
