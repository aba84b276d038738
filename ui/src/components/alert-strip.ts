import "@oicl/openbridge-webcomponents/dist/components/alert-icon/alert-icon.js";
import { AlertType } from "@oicl/openbridge-webcomponents/dist/types.js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import type { Vessel } from "../link/store";
import { gate } from "../orders/gates";
import type { AlertJson } from "../protocols.gen";
import { words } from "../words";
import { clockText } from "./format";
import { base, buttons } from "./style";

/** IEC 62923-1: emergency alarm before alarm before warning before caution; unacknowledged before acknowledged. */
const PRIORITY: Record<AlertJson["priority"], number> = { "emergency alarm": 0, alarm: 1, warning: 2, caution: 3 };
const ICON: Record<AlertJson["priority"], AlertType> = {
  "emergency alarm": AlertType.Alarm, alarm: AlertType.Alarm, warning: AlertType.Warning, caution: AlertType.Caution,
};

/** Return alerts in the order in which they are to be shown. */
export function ordered(alerts: AlertJson[]): AlertJson[] {
  const open = (alert: AlertJson): number => (alert.state === "acknowledged" ? 1 : 0);
  return alerts
    .filter((alert) => alert.state !== "normal")
    .sort((a, b) => PRIORITY[a.priority] - PRIORITY[b.priority] || open(a) - open(b) || b.since_utc_ms - a.since_utc_ms);
}

/** The alerts of a vessel in one strip that scrolls sideways; acknowledged with one press. */
@customElement("fh-alert-strip")
export class AlertStrip extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  private readonly watch = new Watch(this);

  static override styles = [base, buttons, css`
    .strip { display: flex; gap: 0.5rem; align-items: stretch; height: 4.25rem; overflow-x: auto; scrollbar-width: thin; background: var(--container-background-color); border: 1px solid var(--border-outline-color); border-radius: 0.375rem; padding: 0.375rem; }
    .none { align-self: center; padding: 0 0.75rem; color: var(--faint); font-size: max(0.875rem, 11px); }
    article { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 0 0.625rem; align-items: center; min-width: 24rem; max-width: 34rem; padding: 0 0.5rem; border-radius: 0.25rem; border: 1px solid transparent; }
    .alarm, .emergency { background: var(--alert-alarm-container-background-color); border-color: var(--alert-alarm-container-border-color); }
    .warning { background: var(--alert-warning-container-background-color); border-color: var(--alert-warning-container-border-color); }
    .caution { background: var(--alert-caution-container-background-color); border-color: var(--alert-caution-container-border-color); }
    obc-alert-icon { display: block; width: 2rem; height: 2rem; --obc-font-size: 2rem; }
    .text { font-weight: 600; font-size: max(0.9375rem, 11px); white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    .acked .text { font-weight: 400; }
    .sub { font-size: max(0.75rem, 10px); color: var(--quiet); white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    button { min-height: max(2.25rem, 26px); }
    @media (prefers-reduced-motion: no-preference) {
      article.open obc-alert-icon { animation: flash 1s steps(2, jump-none) infinite; } /* IEC 62923: flashing until acknowledged */
      @keyframes flash { from { opacity: 1; } to { opacity: 0.25; } }
    }
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
    const acked = alert.state === "acknowledged";
    const kind = alert.priority === "emergency alarm" ? "emergency" : alert.priority;
    return html`
      <article class="${kind} ${acked ? "acked" : "open"}" data-testid="alert-${alert.alert_id}" data-state=${alert.state} title=${alert.text}>
        <obc-alert-icon .type=${ICON[alert.priority]} .acknowledged=${acked} .active=${true}></obc-alert-icon>
        <div>
          <div class="text">${alert.text}</div>
          <div class="sub">${text.priorities[alert.priority]} ${alert.category} · ${text.states[alert.state]} · ${clockText(alert.since_utc_ms)} · ${text[alert.source]}</div>
        </div>
        ${acked || alert.source === "shore" ? nothing : this.button(alert)}
      </article>`;
  }

  /** Ship's alerts only: the shore's own go by themselves when what they tell of is over. */
  private button(alert: AlertJson) {
    const { operator } = page;
    if (!operator) return nothing;
    const state = gate("alert.acknowledge", this.vessel, page.store, operator, words());
    return html`<button data-testid="alert-ack-${alert.alert_id}" ?disabled=${!state.open} title=${state.reasons.join("\n")}
      @click=${() => this.acknowledge(alert)}>${words().alerts.ack}</button>`;
  }

  private acknowledge(alert: AlertJson): void {
    void page.operator?.order(this.vessel, "alert.acknowledge", { alert_id: alert.alert_id });
  }
}
