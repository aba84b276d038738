import "@oicl/openbridge-webcomponents/dist/navigation-instruments/compass/compass.js";
import { CompassDirection, RotType } from "@oicl/openbridge-webcomponents/dist/navigation-instruments/compass/compass.js";
import { InstrumentState, Priority } from "@oicl/openbridge-webcomponents/dist/navigation-instruments/types.js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import type { Vessel } from "../link/store";
import { holds } from "../orders/gates";
import { words } from "../words";
import { bearing, DASHES } from "./format";
import { base, panel } from "./style";
import "./value-field";

const BUG_FROM = 0.5; // of the compass radius: the bug is dragged on the ring, not in the middle
const BEAUFORT_M_S = [0.3, 1.6, 3.4, 5.5, 8, 10.8, 13.9, 17.2, 20.8, 24.5, 28.5, 32.7]; // WMO No. 8
const ROT_FULL_DEG_MIN = 60;
const COMPASS_PX = 512;
const MARGIN = 1.16; // the labels come to the edge

/** Heading, course, rate of turn, wind; ordered heading beside actual; the bug can be dragged. */
@customElement("fh-compass-panel")
export class CompassPanel extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  @query(".dial") private readonly dial!: HTMLElement;
  private readonly watch = new Watch(this);
  private dragging = false;
  /** OpenBridge leaves wide margins round a small compass: it is drawn at its best size and scaled to fit. */
  private readonly fit = new ResizeObserver(([entry]) => {
    const { width = 0, height = 0 } = entry?.contentRect ?? {};
    this.style.setProperty("--fit", String((Math.min(width, height) * MARGIN) / COMPASS_PX));
  });

  static override styles = [base, panel, css`
    .panel { height: 100%; display: grid; grid-template-columns: minmax(0, 1fr) 8.75rem; gap: 0.75rem; }
    .dial { position: relative; min-height: 0; touch-action: none; }
    .dial.mine { cursor: crosshair; }
    obc-compass { display: block; position: absolute; left: 50%; top: 50%; width: 512px; height: 512px; transform: translate(-50%, -50%) scale(var(--fit, 0.5)); pointer-events: none; }
    .stale obc-compass { opacity: 0.35; }
    .invalid obc-compass, .absent obc-compass { opacity: 0.12; }
    .dial .dashes { position: absolute; inset: 0; display: grid; place-items: center; font-size: 3rem; color: var(--base-red-500); }
    .facts { display: grid; align-content: space-between; }
    .ordered { font-size: max(0.75rem, 10.5px); color: var(--quiet); }
    .ordered b { display: block; font-size: 1.5rem; line-height: 1.1; font-weight: 600; color: var(--accent); font-variant-numeric: tabular-nums; }
    .ordered.set b { color: var(--on-amplified-active-color); }
  `];

  override firstUpdated(): void {
    this.fit.observe(this.dial);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.fit.disconnect();
  }

  override render() {
    void this.watch;
    const { vessel } = this;
    const heading = vessel.number("NAV_HDG");
    const course = this.usable("NAV_COG");
    const look = page.store.aged(vessel, "NAV_HDG").look;
    const ordered = vessel.status?.setpoints["heading_deg"];
    const draft = page.operator?.draftsOf(vessel.id).headingDeg ?? undefined;
    const mine = this.mine();
    return html`
      <section class="panel">
        <div class="dial ${mine ? "mine" : ""} ${look}" @pointerdown=${this.grab} @pointermove=${this.drag} @pointerup=${this.drop} @pointercancel=${this.drop}>
          <obc-compass
            .heading=${heading ?? 0} .courseOverGround=${course ?? heading ?? 0} .headingSetpoint=${ordered ?? draft ?? null}
            .newHeadingSetpoint=${ordered === undefined || draft === ordered ? undefined : draft}
            .touching=${this.dragging || (ordered === undefined && draft !== undefined)}
            .rotationsPerMinute=${this.usable("NAV_ROT") ?? 0} .rotType=${RotType.bar} .rotMaxValue=${ROT_FULL_DEG_MIN} .rotPortStarboard=${true}
            .windSpeed=${this.beaufort()} .windFromDirection=${this.windFrom()} .direction=${CompassDirection.NorthUp}
            .state=${this.usable("NAV_HDG") === null ? InstrumentState.off : InstrumentState.active} .priority=${mine ? Priority.enhanced : Priority.regular}
            .showLabels=${true}
          ></obc-compass>
          ${heading === null ? html`<b class="dashes">${DASHES}</b>` : nothing}
        </div>
        <div class="facts">
          <fh-value size="l" channel="NAV_HDG" .vessel=${vessel}></fh-value>
          <div class="ordered">${words().order.ordered}<b data-testid="ordered-heading">${ordered === undefined ? DASHES : bearing(ordered)}</b></div>
          <div class="ordered set">${words().order.set}<b>${draft === undefined || draft === ordered ? DASHES : bearing(draft)}</b></div>
          <fh-value channel="NAV_ROT" .vessel=${vessel}></fh-value>
          <fh-value channel="NAV_COG" .vessel=${vessel}></fh-value>
        </div>
      </section>`;
  }

  /** A number that is fresh enough to be drawn as a needle. */
  private usable(channel: string): number | null {
    const { look } = page.store.aged(this.vessel, channel);
    return look === "fresh" || look === "late" ? this.vessel.number(channel) : null;
  }

  private mine(): boolean {
    return page.operator !== null && holds(this.vessel, page.operator.session);
  }

  private windFrom(): number | null {
    const heading = this.usable("NAV_HDG");
    const relative = this.usable("WND_AWA");
    return this.usable("WND_TWD") ?? (heading !== null && relative !== null ? (heading + relative + 360) % 360 : null);
  }

  private beaufort(): number | null {
    const speed = this.usable("WND_TWS") ?? this.usable("WND_AWS");
    return speed === null || this.windFrom() === null ? null : BEAUFORT_M_S.filter((from) => speed >= from).length;
  }

  private readonly grab = (event: PointerEvent): void => {
    if (!this.mine() || this.at(event).radius < BUG_FROM) return;
    this.dragging = true;
    this.dial.setPointerCapture(event.pointerId);
    this.drag(event);
  };

  private readonly drag = (event: PointerEvent): void => {
    if (!this.dragging) return;
    page.operator?.draftsOf(this.vessel.id).setHeading(Math.round(this.at(event).deg));
    page.store.changed();
  };

  private readonly drop = (): void => {
    this.dragging = false;
  };

  /** Where on the dial a pointer is: bearing from the middle, and distance as a fraction of the radius. */
  private at(event: PointerEvent): { deg: number; radius: number } {
    const box = this.dial.getBoundingClientRect();
    const x = event.clientX - box.left - box.width / 2;
    const y = event.clientY - box.top - box.height / 2;
    const deg = ((Math.atan2(x, -y) * 180) / Math.PI + 360) % 360;
    return { deg, radius: Math.hypot(x, y) / (Math.min(box.width, box.height) / 2) };
  }
}
