import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import type { Vessel } from "../link/store";
import type { Steering } from "../orders/drafts";
import { courseDeg, headingDeg, inForce, steeringWay, steeringWish } from "../orders/setting";
import { words } from "../words";
import { bearing, DASHES } from "./format";
import { card, facts, ways } from "./order-style";
import { base, buttons, panel } from "./style";
import "./set-field";
import "./two-step";

/** Where she is to go: a heading, or a course over ground that she makes good against the drift; how fast she may turn. */
@customElement("fh-steer-order")
export class SteerOrder extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  /** Called when something was set: the shore is to be asked anew. */
  @property({ attribute: false }) ask: () => void = () => undefined;
  private readonly watch = new Watch(this);

  static override styles = [base, panel, buttons, card, css`
    .row { grid-template-columns: 1fr 1fr minmax(5.5rem, 1.6fr) 1fr 1fr minmax(4.25rem, 1.1fr); }
    .rate { width: 100%; text-align: center; padding: 0 0.25rem; font-size: max(0.875rem, 11px); }
  `];

  override render() {
    void this.watch;
    const text = words().order;
    const isCourse = steeringWay(this.vessel, this.drafts) === "conn.course";
    const [name, actual, ordered] = isCourse ? ["course", "NAV_COG", inForce(this.vessel, "course_deg")] as const : ["heading", "NAV_HDG", inForce(this.vessel, "heading_deg")] as const;
    const deg = this.deg;
    const step = (by: number, id: string, label: string) => html`<button data-testid="${name}-${id}" ?disabled=${deg === null} @click=${() => this.turn(by)}>${label}</button>`;
    const wish = steeringWish(this.vessel, this.drafts);
    return html`
      <section class="panel card">
        <div class="head">${this.choice()}${facts(name, bearing(this.vessel.number(actual)), ordered === null ? DASHES : bearing(ordered))}</div>
        <div class="row">
          ${step(-10, "minus10", "−10")}${step(-1, "minus1", "−1")}
          <fh-set name="${name}-set" label="${text[name]} ${text.set}" .text=${deg === null ? "" : bearing(deg, 0)} .typed=${(value: number) => this.set(value)} .stepped=${(by: number) => this.turn(by)}></fh-set>
          ${step(1, "plus1", "+1")}${step(10, "plus10", "+10")}
          <input class="rate" inputmode="numeric" autocomplete="off" data-testid="turn-rate" aria-label=${text.rate} title=${text.rate} placeholder="°/min" .value=${this.rate} @change=${this.setRate} />
        </div>
        <fh-two-step name=${name} .vessel=${this.vessel} .kind=${wish.kind} .args=${wish.args} .typed=${this.ask}></fh-two-step>
      </section>`;
  }

  private get drafts() {
    return page.operator?.draftsOf(this.vessel.id) ?? null;
  }

  private get deg(): number | null {
    return (steeringWay(this.vessel, this.drafts) === "conn.course" ? courseDeg : headingDeg)(this.vessel, this.drafts);
  }

  private get rate(): string {
    return this.drafts?.rateDegMin?.toFixed(0) ?? "";
  }

  private choice() {
    const text = words().order;
    const course = inForce(this.vessel, "course_deg");
    const isHeading = course === null && inForce(this.vessel, "heading_deg") !== null;
    return ways<Steering>(text.steering, [
      { way: "conn.heading", name: text.heading, isInForce: isHeading }, { way: "conn.course", name: text.course, isInForce: course !== null },
    ], steeringWay(this.vessel, this.drafts), (way) => this.changed(() => this.drafts?.choose(way)));
  }

  private turn(by: number): void {
    this.set(Math.round((this.deg ?? 0) + by));
  }

  private set(deg: number): void {
    this.changed(() => (steeringWay(this.vessel, this.drafts) === "conn.course" ? this.drafts?.setCourse(deg) : this.drafts?.setHeading(deg)));
  }

  private readonly setRate = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    const rate = Number(field.value.replace(",", "."));
    this.changed(() => this.drafts?.setRate(field.value.trim() !== "" && Number.isFinite(rate) && rate > 0 ? rate : null));
    field.value = this.rate; // what was no number is taken away
  };

  private changed(change: () => void): void {
    change();
    page.store.changed();
    this.ask();
  }
}
