import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import { ageText } from "../link/ages";
import type { Vessel } from "../link/store";
import { proposalOf } from "../orders/approval";
import { gate, holds } from "../orders/gates";
import { words } from "../words";
import { doingText, ladderSentence, reasonSentence } from "../words/told";
import { foremostOf } from "./foremost";
import { base, buttons } from "./style";
import "./sure";

/** Why she is on her step where it was the link (control/ladder.py); any other reason is told in its own words. */
const LINK_REASONS: ReadonlySet<string> = new Set(["link_degraded", "link_silent", "link_lost", "grace", "fallback"]);

/** The one thing that must be known before anything else is done; nothing where all is well. It lies over the chart. */
@customElement("fh-banner")
export class Banner extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  private readonly watch = new Watch(this);

  static override styles = [base, buttons, css`
    .banner { display: flex; align-items: center; gap: 1rem; padding: 0.5rem 0.875rem; border-radius: 0.375rem; font-weight: 600; font-size: max(1rem, 12px); box-shadow: 0 0.25rem 1rem rgb(0 0 0 / 35%); }
    .alarm { background: var(--alert-alarm-color); color: var(--on-alarm-active-color); }
    .warning { background: var(--alert-warning-color); color: var(--on-warning-active-color); }
    .back { background: var(--raised-enabled-background-color); color: var(--on-raised-active-color); }
    span { flex: 1; }
  `];

  override render() {
    void this.watch;
    const text = words().banner;
    const { status } = this.vessel;
    const foremost = foremostOf(this.vessel, page.store.connected);
    if (foremost === "offline") return this.bar("alarm", text.offline);
    if (foremost === "silent") return this.bar("alarm", text.silent(ageText((this.vessel.heartbeatAgeMs() ?? 0) / 1000)));
    if (foremost === null || status === null) return nothing;
    if (foremost === "stop") return this.bar("alarm", text.stop, this.reset());
    if (foremost === "noAccess") return this.bar("warning", text.noAccess(status.no_access.map((reason) => reasonSentence(reason, words())).join(" ")));
    if (foremost === "back") return this.back(status.step);
    return this.bar("warning", text.ladder(status.step, doingText(status.action, words()) || words().link.steps[status.step] || ""));
  }

  /** The ship waits in its step until somebody takes the conn and confirms the mode; it never resumes by itself. */
  private back(step: string) {
    const { operator } = page;
    if (!operator) return nothing;
    const text = words().banner;
    const mine = holds(this.vessel, operator.session);
    const request = gate("authority.request", this.vessel, page.store, operator, words());
    const resume = gate("authority.resume", this.vessel, page.store, operator, words());
    const button = mine
      ? html`<button data-testid="resume" ?disabled=${!resume.open} title=${resume.reasons.join("\n")} @click=${() => void operator.order(this.vessel, "authority.resume")}>${text.resume}</button>`
      : html`<button data-testid="take-back" ?disabled=${!request.open} title=${request.reasons.join("\n")}
          @click=${() => void operator.order(this.vessel, "authority.request", { level: "setpoint" })}>${text.take}</button>`;
    const other = this.vessel.status?.reasons.find((reason) => !LINK_REASONS.has(reason.name));
    return this.bar("back", other ? text.envelope(step, ladderSentence(other, words())) : text.linkBack(step), button);
  }

  /** From ashore the stop is reset by two people, one of them the Master (EST-02): this is the first signature. */
  private reset() {
    const { operator } = page;
    if (!operator) return nothing;
    const waits = page.store.approvals.waiting.some((each) => each.vessel === this.vessel.id && proposalOf(each)?.kind === "stop.reset");
    if (waits) return html`<b data-testid="reset-waits">${words().approval.waits}</b>`;
    const state = gate("stop.reset", this.vessel, page.store, operator, words());
    return html`<fh-sure name="stop-reset" .text=${words().approval.reset} .reasons=${state.open ? [] : state.reasons}
      .act=${() => void operator.order(this.vessel, "stop.reset")}></fh-sure>`;
  }

  private bar(tone: string, sentence: string, button: unknown = nothing) {
    return html`<div class="banner ${tone}" role="alert" data-testid="banner" data-tone=${tone}><span>${sentence}</span>${button}</div>`;
  }
}
