import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import "../components/authority-bar";
import "../components/banner";
import "../components/estop";
import { Every } from "../components/every";
import { lastOrderLine } from "../components/last-order";
import { base, panel } from "../components/style";
import "../components/two-step";
import type { Vessel } from "../link/store";
import { holds } from "../orders/gates";
import type { PhaseJson } from "../protocols.gen";
import { words } from "../words";
import { ROWS } from "./rows";

const PREVIEW_MS = 2000;

/** The phase of the voyage that is in force, each phase with its own limits and what she does alone, and the order to change it. */
@customElement("fh-phase")
export class PhaseView extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  private readonly watch = new Watch(this);
  protected readonly previewing = new Every(this, PREVIEW_MS, () => this.preview());

  static override styles = [base, panel, css`
    :host { height: 100%; padding: var(--gap); overflow: auto; display: grid; gap: var(--gap); align-content: start; }
    .top { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: var(--gap); }
    table { width: 100%; border-collapse: collapse; table-layout: fixed; font-variant-numeric: tabular-nums; }
    th, td { padding: 0.375rem 0.75rem; text-align: left; border-top: 1px solid var(--border-outline-color); vertical-align: top; font-weight: 400; }
    tbody th { color: var(--quiet); font-size: max(0.875rem, 11px); width: 22rem; } thead th:first-child { width: 22rem; }
    td { font-size: 1.0625rem; font-weight: 600; } thead th { border-top: 0; }
    .name { font-size: 1.375rem; font-weight: 700; } .now { background: var(--amplified-enabled-background-color); color: var(--on-amplified-active-color); }
    .force { font-size: max(0.8125rem, 11px); font-weight: 600; min-height: 1.3em; }
    td fh-two-step { --why-height: auto; --why-lines: 8; font-weight: 400; }
    p { margin: 0.25rem 0 0.5rem; font-size: max(0.875rem, 11px); color: var(--quiet); }
  `];

  override render() {
    void this.watch;
    const text = words().phase;
    const phases = this.vessel.particulars?.phases ?? [];
    const last = this.vessel.orders.list().find((entry) => entry.kind === "conn.phase");
    return html`
      ${this.vessel.takesOrders ? html`<div class="top"><fh-authority-bar .vessel=${this.vessel}></fh-authority-bar><fh-estop .vessel=${this.vessel}></fh-estop></div>` : nothing}
      <fh-banner .vessel=${this.vessel}></fh-banner>
      <section class="panel" data-testid="phases" data-phase=${this.vessel.status?.phase ?? ""}>
        <h2>${text.title}</h2>
        <p>${phases.length ? text.hint : text.none}</p>
        ${phases.length ? this.table(phases) : nothing}
        ${lastOrderLine("phase-order-state", last)}
      </section>`;
  }

  private table(phases: readonly PhaseJson[]) {
    const text = words().phase;
    const now = this.vessel.status?.phase;
    return html`<table>
      <thead><tr><th scope="col">${text.phase}</th>${phases.map((each) => html`<th scope="col" class=${each.name === now ? "now" : ""} data-testid="phase-${each.name}" data-in-force=${each.name === now}>
        <div class="name">${text.names[each.name] ?? each.name}</div><div class="force">${each.name === now ? text.inForce : ""}</div></th>`)}</tr></thead>
      <tbody>
        ${ROWS.map((row) => html`<tr><th scope="row">${text.rows[row.name]}</th>${phases.map((each) => html`<td class=${each.name === now ? "now" : ""}>${row.shown(each, words())}</td>`)}</tr>`)}
        ${this.vessel.takesOrders ? html`<tr><th scope="row">${text.change}</th>${phases.map((each) => html`<td>${each.name === now ? nothing : html`
          <fh-two-step name="phase-${each.name}" .vessel=${this.vessel} .kind=${"conn.phase"} .subject=${each.name} .args=${{ phase: each.name }}></fh-two-step>`}</td>`)}</tr>` : nothing}
      </tbody></table>`;
  }

  private preview(): void {
    const { operator } = page;
    if (!operator || !this.vessel.status?.heard) return;
    if (!holds(this.vessel, operator.session)) return operator.preview(this.vessel, "authority.request", { level: "setpoint" });
    for (const { name } of this.vessel.particulars?.phases ?? []) {
      if (name !== this.vessel.status.phase) operator.preview(this.vessel, "conn.phase", { phase: name });
    }
  }
}
