import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import { bearing, secondsText, sided } from "../components/format";
import { base, buttons } from "../components/style";
import type { Vessel } from "../link/store";
import { shipOf } from "../map/features";
import { METRES_PER_NM } from "../map/geometry";
import { gate } from "../orders/gates";
import { clockOf, distanceText } from "../trial/manoeuvre";
import { words } from "../words";
import type { Guidance } from "./passage";
import type { Active } from "./routes";

const COURSE_CHANGE = "course-change"; // id of the ship's alert (control/alerttable.py)

/** The leg she follows: how far off, how far to go, when she turns, and the word that the turn was seen. */
@customElement("fh-route-guide")
export class RouteGuide extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  private readonly watch = new Watch(this);

  static override styles = [base, buttons, css`
    .guide { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 1.25rem; padding: 0.375rem 0.875rem; border-radius: 0.375rem; border: 1px solid var(--border-outline-color); background: var(--container-background-color); font-size: max(0.8125rem, 10.5px); box-shadow: 0 1px 4px rgb(0 0 0 / 30%); }
    b { font-size: 1.0625rem; font-variant-numeric: tabular-nums; }
    .off b { color: var(--base-red-500); }
    .turn { border-color: var(--alert-warning-color); }
  `];

  override render() {
    void this.watch;
    this.vessel.routes.ask(() => page.store.changed());
    const active = this.vessel.routes.active(this.vessel);
    const guide = this.vessel.routes.guidance(this.vessel, shipOf(this.vessel)?.at ?? null, this.vessel.particulars?.limits["wheel_reach_m"]);
    if (!active || !guide) return nothing;
    const alert = this.vessel.alerts.find((each) => each.alert_id === COURSE_CHANGE && each.state === "unacknowledged");
    return html`<div class="guide ${alert ? "turn" : ""}" data-testid="route-guide" data-leg=${active.leg}>
      ${this.facts(active, guide)}
      ${alert ? this.confirm() : nothing}
    </div>`;
  }

  private facts(active: Active, guide: Guidance) {
    const text = words().route;
    const speedMps = (this.vessel.number("NAV_SOG") ?? 0) * METRES_PER_NM / 3600;
    const time = (metres: number): string => (speedMps > 0.2 ? ` · ${clockOf(Math.max(0, metres) / speedMps)}` : "");
    const off = Math.abs(guide.crossM) > guide.widthM;
    return html`
      <span>${active.route.passage.name} <b>${text.leg(active.leg, active.route.passage.marks.length - 1)}</b> ${bearing(guide.courseDeg, 0)}°</span>
      <span class=${off ? "off" : ""} data-testid="cross-track">${text.crossTrack} <b>${sided(guide.crossM, 0)} m</b> / ${guide.widthM.toFixed(0)} m</span>
      <span data-testid="next-waypoint">${text.next(active.leg + 1)} <b>${distanceText(Math.max(0, guide.toMarkM))}</b>${time(guide.toMarkM)}</span>
      ${guide.turnDeg ? html`<span data-testid="wheel-over">${text.wheelOver} <b>${distanceText(Math.max(0, guide.toWheelOverM))}</b>${time(guide.toWheelOverM)}, ${sided(guide.turnDeg, 0)}°</span>` : html`<span>${text.last}</span>`}`;
  }

  /** Until the turn is confirmed, or an alarm aboard. */
  private confirm() {
    const text = words().route;
    const { operator } = page;
    if (!operator) return nothing;
    const state = gate("alert.acknowledge", this.vessel, page.store, operator, words());
    const left = this.vessel.routes.confirmLeftS(page.store.clock.nowUtcMs(), this.vessel.particulars?.limits["confirm_s"]);
    return html`<button class="go" data-testid="turn-confirm" ?disabled=${!state.open} title=${state.reasons.join("\n")}
      @click=${() => void operator.order(this.vessel, "alert.acknowledge", { alert_id: COURSE_CHANGE })}>${text.confirmTurn}${left === null ? "" : ` ${secondsText(left)}`}</button>`;
  }
}
