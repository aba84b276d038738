import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import "../approval/desk";
import "../authority/away";
import "../authority/notice";
import "../offer/view";
import "../seat/others-view";
import "../seat/view-only";
import "../seat/watch";
import { base } from "../components/style";
import type { Vessel } from "../link/store";
import { mayOrder } from "../orders/gates";
import { words } from "../words";
import "../exercise/panel";
import "./conning";
import { page, Watch } from "./console";
import type { View } from "./places";
import "./fleet";
import "./login";
import "./skew-note";
import "./top-bar";

/** Every view of a vessel but the bridge: its part of the program is fetched, then drawn. */
const OTHERS: Record<Exclude<View, "conning">, (vessel: Vessel) => TemplateResult> = {
  route: (vessel) => { void import("../route/view"); return html`<fh-route .vessel=${vessel}></fh-route>`; },
  alerts: (vessel) => { void import("../alerts/view"); return html`<fh-alerts .vessel=${vessel}></fh-alerts>`; },
  engine: (vessel) => { void import("../engine/view"); return html`<fh-engine .vessel=${vessel}></fh-engine>`; },
  phase: (vessel) => { void import("../phase/view"); return html`<fh-phase .vessel=${vessel}></fh-phase>`; },
  drill: (vessel) => { void import("../drill/view"); return html`<fh-drill .vessel=${vessel}></fh-drill>`; },
  history: (vessel) => { void import("../history/view"); return html`<fh-history .vessel=${vessel}></fh-history>`; },
  report: (vessel) => { void import("../voyages/report"); return html`<fh-report .vessel=${vessel}></fh-report>`; },
  replay: (vessel) => { void import("../replay/view"); return html`<fh-replay .vessel=${vessel}></fh-replay>`; },
  ledger: (vessel) => { void import("../ledger/view"); return html`<fh-ledger .vessel=${vessel}></fh-ledger>`; },
};

const WITH_HERS: ReadonlySet<View> = new Set<View>(["conning", "phase", "drill", "replay"]); // a replay orders nothing

const WITH_NOTICE: ReadonlySet<View> = new Set<View>(["conning", "replay"]); // over its chart; a replay is told of no change of now

/** The whole page: log-in, fleet, or the view of one vessel. */
@customElement("farhelm-console")
export class Shell extends LitElement {
  private readonly watch = new Watch(this);

  static override styles = [base, css`
    :host { height: 100vh; height: 100dvh; }
    .in { position: relative; height: 100%; display: flex; flex-direction: column; } /* however many lines stand over the view, it has the rest */
    .in > * { flex: none; }
    .key { position: absolute; left: 13rem; top: 0.5rem; z-index: 5; max-width: 50rem; padding: 0.375rem 1rem; border-radius: 0.375rem; font-size: max(0.8125rem, 11px); line-height: 1.3; box-shadow: 0 0.25rem 1rem rgb(0 0 0 / 35%); background: var(--raised-enabled-background-color); color: var(--on-raised-active-color); }
    .in > .view { flex: 1; min-height: 0; }
    .hers { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: var(--gap); padding: var(--gap) var(--gap) 0; }
    @media print { :host, .in { height: auto; display: block; } fh-top-bar, .key, .hers { display: none; } } /* a report is printed without the console round it */
  `];

  override connectedCallback(): void {
    super.connectedCallback();
    void page.start();
  }

  override render() {
    void this.watch;
    if (page.phase === "starting") return nothing;
    if (page.phase === "login") return html`<fh-login></fh-login>`;
    const vessel = page.openVessel();
    return html`
      <div class="in">
        <fh-top-bar></fh-top-bar>
        <fh-skew-note></fh-skew-note>
        ${this.keyNote()}
        <fh-unanswered></fh-unanswered>
        <fh-away></fh-away>
        <fh-view-only></fh-view-only>
        <fh-offers></fh-offers>
        <fh-approvals></fh-approvals>
        <fh-seat-watch></fh-seat-watch>
        ${vessel && this.lacksHers(vessel) ? html`<div class="hers"><fh-authority-bar .vessel=${vessel}></fh-authority-bar><fh-estop .vessel=${vessel}></fh-estop></div>` : nothing}
        ${vessel && page.aside === null && !WITH_NOTICE.has(page.view) ? html`<fh-conn-notice .vessel=${vessel}></fh-conn-notice>` : nothing}
        <div class="view">${this.view(vessel)}</div>
        ${vessel && page.view === "conning" ? nothing : html`<fh-exercise></fh-exercise>`}
      </div>
    `;
  }

  /** Who has her, and the emergency stop, stand over every view of a vessel that takes orders; these views have them among their own. */
  private lacksHers(vessel: Vessel): boolean {
    return vessel.takesOrders && page.aside === null && !WITH_HERS.has(page.view);
  }

  private view(vessel: Vessel | null) {
    if (page.aside === "account") {
      void import("../account/view");
      return html`<fh-account></fh-account>`;
    }
    if (page.aside === "admin") {
      void import("../admin/view");
      return html`<fh-admin></fh-admin>`;
    }
    if (!vessel) return html`<fh-fleet></fh-fleet>`;
    if (page.view === "conning") return html`<fh-conning .vessel=${vessel}></fh-conning>`;
    return keyed(`${vessel.id} ${page.view}`, OTHERS[page.view](vessel)); // what is not needed to steer comes when it is asked for
  }

  private keyNote() {
    const { welcome } = page.store;
    const text = words().key;
    const sentence = page.store.lastProblem() ? page.store.lastProblem() : page.keyProblem ? `${words().login.noKeys} (${page.keyProblem})`
      : !mayOrder(page.store) ? ""
      : welcome?.key_state === "pending" ? (welcome.demo ? text.pendingDemo : text.pending)
      : welcome?.key_state === "revoked" ? text.revoked : "";
    return sentence ? html`<div class="key" role="status" data-testid="key-note">${sentence}</div>` : nothing;
  }
}
