import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import type { Vessel } from "../link/store";
import { holds } from "../orders/gates";
import { powerWish, rudderDeg, steeringWish } from "../orders/setting";
import { withReason } from "../trial/reason";
import { words } from "../words";
import { Every } from "./every";
import { RUDDER_FULL_DEG } from "./engine";
import { DASHES, sided } from "./format";
import { card } from "./order-style";
import { base, buttons, panel } from "./style";
import "./power-order";
import "./set-field";
import "./steer-order";
import "./two-step";

const PREVIEW_MS = 2000;
const SETTLE_MS = 250;

/** Steering, propulsion, rudder, controlled stop: set, order, confirm. */
@customElement("fh-order-panel")
export class OrderPanel extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  private readonly watch = new Watch(this);
  protected readonly previewing = new Every(this, PREVIEW_MS, () => this.preview());
  private soon = 0;
  private held = false;

  static override styles = [base, panel, buttons, card, css`
    :host { display: grid; gap: var(--gap); grid-auto-rows: min-content; }
    .row { grid-template-columns: 1fr 4rem; }
    .pair { display: grid; grid-template-columns: 1fr 1fr; gap: var(--gap); }
  `];

  override render() {
    void this.watch;
    const { operator } = page;
    if (!operator) return nothing;
    this.followHolder(holds(this.vessel, operator.session));
    return html`<fh-steer-order .vessel=${this.vessel} .ask=${this.askSoon}></fh-steer-order><fh-power-order .vessel=${this.vessel} .ask=${this.askSoon}></fh-power-order>
      <div class="pair">${this.rudder()}${this.stop()}</div>`;
  }

  private get drafts() {
    return page.operator?.draftsOf(this.vessel.id) ?? null;
  }

  private limit(name: string): number {
    return this.vessel.particulars?.limits[name] ?? 0;
  }

  private rudder() {
    const text = words().order;
    const limit = Math.max(this.limit("rudder_deg_max"), this.limit("rudder_slow_deg_max")) || RUDDER_FULL_DEG;
    const deg = rudderDeg(this.vessel, this.drafts);
    const set = (value: number): void => {
      this.drafts?.setRudder(value, limit);
      page.store.changed();
      this.askSoon();
    };
    return html`
      <section class="panel card">
        <div class="head"><h2>${text.rudder} <span class="label">${text.direct}</span></h2><span class="fact ordered"><b>${deg === null ? DASHES : sided(deg, 0)}</b></span></div>
        <div class="row"><input type="range" aria-label=${text.rudder} min=${-limit} max=${limit} step="1" .value=${String(deg ?? 0)}
          @input=${(event: Event) => set(Number((event.target as HTMLInputElement).value))} />
        <fh-set name="rudder-set" label="${text.rudder} ${text.set}" .text=${deg === null ? "" : String(deg)} .typed=${set}
          .stepped=${(by: number) => set((rudderDeg(this.vessel, this.drafts) ?? 0) + by)}></fh-set></div>
        <fh-two-step name="rudder" .vessel=${this.vessel} .kind=${"conn.rudder"} .args=${deg === null ? null : { rudder_deg: deg }}></fh-two-step>
      </section>`;
  }

  private stop() {
    const text = words().order;
    return html`
      <section class="panel card" style="align-content: space-between">
        <div class="head"><h2>${text.stop}</h2></div>
        <div class="why">${text.stopText}</div>
        <fh-two-step name="stop" .vessel=${this.vessel} .kind=${"conn.controlled_stop"} .args=${{}}></fh-two-step>
      </section>`;
  }

  private readonly askSoon = (): void => {
    clearTimeout(this.soon); // a slider moves 60 times a second; the shore is asked once it rests
    this.soon = window.setTimeout(() => this.preview(), SETTLE_MS);
  };

  /** Taking or losing the conn throws away what was set: setpoints start from the actual values (AUT-04). */
  private followHolder(held: boolean): void {
    if (held !== this.held) this.drafts?.clear();
    this.held = held;
  }

  private preview(): void {
    const { operator } = page;
    if (!operator || !this.vessel.status?.heard) return;
    if (!this.held) {
      operator.preview(this.vessel, "authority.request", { level: "setpoint" });
      return;
    }
    for (const { kind, args } of [steeringWish(this.vessel, this.drafts), powerWish(this.vessel, this.drafts)]) {
      if (args !== null) operator.preview(this.vessel, kind, withReason(kind, args, operator.draftsOf(this.vessel.id)));
    }
    const deg = rudderDeg(this.vessel, this.drafts);
    if (deg !== null) operator.preview(this.vessel, "conn.rudder", { rudder_deg: deg });
    operator.preview(this.vessel, "conn.controlled_stop", {});
  }
}
