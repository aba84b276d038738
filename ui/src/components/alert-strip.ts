import "@oicl/openbridge-webcomponents/dist/components/alert-icon/alert-icon.js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { answer, objections } from "../alerts/answers";
import { isOpen, ordered, stateText, toneOf } from "../alerts/order";
import { ICON, tones } from "../alerts/style";
import { page, Watch } from "../app/console";
import type { Vessel } from "../link/store";
import type { AlertJson } from "../protocols.gen";
import { words } from "../words";
import { adviceText, alertText } from "../words/told";
import { clockText } from "./format";
import { base, buttons } from "./style";

/** The alerts of a vessel in one strip that scrolls sideways; acknowledged with one press. */
@customElement("fh-alert-strip")
export class AlertStrip extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  private readonly watch = new Watch(this);

  static override styles = [base, buttons, tones, css`
    .strip { display: flex; gap: 0.5rem; align-items: stretch; height: 4.25rem; overflow-x: auto; scrollbar-width: thin; background: var(--container-background-color); border: 1px solid var(--border-outline-color); border-radius: 0.375rem; padding: 0.375rem; }
    .none { align-self: center; padding: 0 0.75rem; color: var(--faint); font-size: max(0.875rem, 11px); }
    article { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 0 0.625rem; align-items: center; min-width: 24rem; max-width: 34rem; padding: 0 0.5rem; border-radius: 0.25rem; border: 1px solid transparent; }
    .text { font-weight: 600; font-size: max(0.9375rem, 11px); white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    .acked .text { font-weight: 400; }
    .sub { font-size: max(0.75rem, 10px); color: var(--quiet); white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    button { min-height: max(2.25rem, 26px); }
  `];

  override render() {
    void this.watch;
    const alerts = ordered(this.vessel.alerts);
    return html`<div class="strip" role="log" data-testid="alert-strip" data-count=${alerts.length}>
      ${alerts.length ? alerts.map((alert) => this.row(alert)) : html`<span class="none">${words().alerts.none}</span>`}
    </div>`;
  }

  private row(alert: AlertJson) {
    const text = words().alerts;
    const acked = !isOpen(alert);
    const kind = toneOf(alert.priority);
    return html`
      <article class="${kind} ${acked ? "acked" : "open"}" data-testid="alert-${alert.alert_id}" data-state=${alert.state} title=${[alert.text, adviceText(alert, words())].filter(Boolean).join("\n")}>
        <obc-alert-icon .type=${ICON[alert.priority]} .acknowledged=${acked} .active=${true}></obc-alert-icon>
        <div>
          <div class="text">${alertText(alert, words())}</div>
          <div class="sub">${text.priorities[alert.priority]} ${alert.category} · ${stateText(alert, text)} · ${clockText(alert.since_utc_ms)} · ${text[alert.source]}</div>
        </div>
        ${acked ? nothing : this.button(alert)}
      </article>`;
  }

  private button(alert: AlertJson) {
    const { operator } = page;
    if (!operator) return nothing;
    const reasons = objections("acknowledge", alert, this.vessel, page.store, operator, words());
    return html`<button data-testid="alert-ack-${alert.alert_id}" ?disabled=${reasons.length > 0} title=${reasons.join("\n")}
      @click=${() => answer("acknowledge", alert, this.vessel, page.store, operator)}>${words().alerts.ack}</button>`;
  }
}
