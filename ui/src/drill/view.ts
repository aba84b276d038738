import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import "../components/authority-bar";
import "../components/banner";
import "../components/estop";
import { Every } from "../components/every";
import { DASHES, stampText } from "../components/format";
import { lastOrderLine } from "../components/last-order";
import "../components/link-meter";
import { base, buttons, panel } from "../components/style";
import "../components/sure";
import "../components/two-step";
import type { Vessel } from "../link/store";
import { gate } from "../orders/gates";
import type { DrillJson } from "../protocols.gen";
import { words } from "../words";
import { drills, EXERCISES, LIMIT_S, running, runsS, type Exercise } from "./request";

const PREVIEW_MS = 2000;
const RENEW_MS = 5000;

/** Drills of a ship whose actuators are simulated: begun here, done with the real buttons, timed and scored by the ship herself. */
@customElement("fh-drill")
export class DrillView extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  @state() private past: DrillJson[] | null = null;
  @state() private problem = "";
  private readonly watch = new Watch(this);
  private asking = new AbortController();
  protected readonly previewing = new Every(this, PREVIEW_MS, () => this.preview());
  protected readonly renewing = new Every(this, RENEW_MS, () => { if (document.visibilityState === "visible") this.ask(); });

  static override styles = [base, panel, buttons, css`
    :host { height: 100%; padding: var(--gap); overflow: auto; display: grid; gap: var(--gap); align-content: start; }
    .top { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: var(--gap); }
    .mid { display: grid; grid-template-columns: minmax(0, 2fr) minmax(24rem, 1fr); gap: var(--gap); }
    .three { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: var(--gap); }
    .card { display: grid; gap: 0.5rem; align-content: start; } .card.on { border: 2px solid var(--accent); } .card fh-two-step { --why-height: auto; --why-lines: 6; }
    .name { font-size: 1.25rem; font-weight: 700; } p { margin: 0; font-size: max(0.875rem, 11px); line-height: 1.4; } .quiet { color: var(--quiet); }
    .on-now { display: flex; gap: 1.5rem; align-items: center; border-left: 0.5rem solid var(--accent); } .on-now b { font-size: 1.5rem; font-variant-numeric: tabular-nums; } .on-now span { flex: 1; }
    .list { overflow: auto; } table { width: 100%; border-collapse: collapse; font-size: max(0.9375rem, 11px); font-variant-numeric: tabular-nums; }
    th { text-align: left; color: var(--quiet); font-weight: 600; padding: 0.25rem 0.5rem; } td { padding: 0.375rem 0.5rem; border-top: 1px solid var(--border-outline-color); }
    .passed { color: var(--instrument-starboard-primary-color); font-weight: 600; } .failed { color: var(--base-red-500); font-weight: 600; } .wrong { color: var(--alert-warning-text-color); }
  `];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.asking.abort();
  }

  override firstUpdated(): void {
    this.ask();
  }

  override render() {
    void this.watch;
    const text = words().drill;
    const { vessel } = this;
    const now = running(vessel.status?.drill, page.store.clock.nowUtcMs());
    const isSimulated = vessel.particulars?.actuators === "simulated";
    return html`
      ${vessel.takesOrders ? html`<div class="top"><fh-authority-bar .vessel=${vessel}></fh-authority-bar><fh-estop .vessel=${vessel}></fh-estop></div>` : nothing}
      <fh-banner .vessel=${vessel}></fh-banner>
      ${now ? this.onNow(now) : nothing}
      <div class="mid">
        <section class="panel card" data-testid="drills" data-actuators=${vessel.particulars?.actuators ?? ""}>
          <h2>${text.title}</h2><p class="quiet">${text.hint}</p>
          ${isSimulated ? nothing : html`<p class="wrong" role="status" data-testid="drill-real">${vessel.takesOrders ? text.real : text.watched}</p>`}
          <div class="three">${EXERCISES.map((each) => this.card(each, now))}</div>
          ${lastOrderLine("drill-order-state", vessel.orders.list().find((entry) => entry.kind.startsWith("drill.")))}
        </section>
        ${vessel.takesOrders ? html`<fh-link-meter .vessel=${vessel}></fh-link-meter>` : nothing}
      </div>
      ${this.listed()}`;
  }

  private card(exercise: Exercise, now: DrillJson | null) {
    const text = words().drill.exercises[exercise];
    return html`<section class="panel card ${now?.exercise === exercise ? "on" : ""}" data-testid="drill-${exercise}">
      <div class="name">${text.name}</div><p>${text.happens}</p><p><b>${text.you}</b></p><p class="quiet">${words().drill.limit(LIMIT_S[exercise])}</p>
      <fh-two-step name="drill-${exercise}" .vessel=${this.vessel} .kind=${"drill.begin"} .subject=${exercise} .args=${{ exercise }} .label=${words().drill.begin}></fh-two-step>
    </section>`;
  }

  private onNow(drill: DrillJson) {
    const text = words().drill;
    const seconds = runsS(drill, page.store.clock.nowUtcMs());
    return html`<section class="panel on-now" role="status" data-testid="drill-now" data-state=${drill.state} data-exercise=${drill.exercise}>
      <b>${text.exercises[drill.exercise].name}</b><span>${seconds === null ? text.wait(drill.person) : `${text.turn(drill.person)} ${text.exercises[drill.exercise].you}`}</span>
      ${seconds === null ? nothing : html`<b data-testid="drill-seconds">${seconds.toFixed(0)} / ${drill.limit_s.toFixed(0)} s</b>`}
      <fh-sure name="drill-end" .text=${text.end} .reasons=${page.operator ? gate("drill.end", this.vessel, page.store, page.operator, words()).reasons : []} .act=${() => void page.operator?.order(this.vessel, "drill.end")}></fh-sure></section>`;
  }

  private listed() {
    const text = words().drill;
    const { past } = this;
    return html`<section class="panel list" data-testid="drill-list" data-count=${past?.length ?? ""}>
      <h2>${text.past}</h2>
      ${this.problem ? html`<p class="wrong" role="status">${this.problem}</p>` : past === null ? html`<p class="quiet">${words().history.asking}</p>` : past.length === 0 ? html`<p class="quiet">${text.nonePast}</p>`
        : html`<table><thead><tr>${text.columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead><tbody>${past.map((drill) => this.row(drill))}</tbody></table>`}
    </section>`;
  }

  private row(drill: DrillJson) {
    const text = words().drill;
    return html`<tr data-testid="drill-row" data-exercise=${drill.exercise} data-passed=${drill.passed}>
      <td>${stampText(drill.utc_ms)}</td><td>${text.exercises[drill.exercise]?.name ?? drill.exercise}</td><td>${drill.person}</td><td>${drill.by}</td>
      <td>${drill.took_s === null ? DASHES : `${drill.took_s.toFixed(1)} s`}</td><td>${drill.limit_s.toFixed(0)} s</td><td class=${drill.passed ? "passed" : "failed"}>${drill.passed ? text.passed : text.failed}</td><td>${drill.why}</td></tr>`;
  }

  private preview(): void {
    const { operator } = page;
    if (!operator || !this.vessel.status?.heard) return;
    for (const exercise of EXERCISES) operator.preview(this.vessel, "drill.begin", { exercise });
  }

  private ask(): void {
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    void drills(this.vessel.id, page.store.clock.nowUtcMs(), signal).then((found) => {
      [this.past, this.problem] = [found, ""];
    }).catch((error: unknown) => {
      if (!signal.aborted) this.problem = `${words().history.failed} ${error instanceof Error ? error.message : String(error)}`;
    });
  }
}
