import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import { bearing } from "../components/format";
import { base } from "../components/style";
import type { Vessel } from "../link/store";
import { carriedOn } from "../trial/cpa";
import { clockOf, distanceText } from "../trial/manoeuvre";
import { words } from "../words";
import { shipOf } from "./features";
import { METRES_PER_NM } from "./geometry";
import { saidOf, typed, type Marker } from "./marker";

/** The read-out of the bearing line and range marker, in words, and the fields by which both are set without a pointer. */
@customElement("fh-marker")
export class MarkerPanel extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  @property({ attribute: false }) marker!: Marker;
  @property({ attribute: false }) set!: (marker: Marker) => void;
  private readonly watch = new Watch(this);

  static override styles = [base, css`
    section { display: grid; grid-template-columns: auto auto; gap: 0.25rem 0.75rem; align-items: center; max-width: 22rem; border-radius: 0.375rem; border: 1px solid var(--border-outline-color); background: var(--container-background-color); padding: 0.375rem 0.625rem; font-size: max(0.8125rem, 10.5px); box-shadow: 0 1px 4px rgb(0 0 0 / 30%); }
    label { display: grid; gap: 0.125rem; color: var(--quiet); }
    input { font: inherit; font-size: 1.125rem; font-weight: 600; font-variant-numeric: tabular-nums; width: 100%; min-width: 5rem; min-height: max(2.25rem, 28px); border-radius: 0.25rem; border: 1px solid var(--border-divider-color); background: var(--container-section-color); color: var(--element-active-color); padding: 0 0.5rem; }
    p { margin: 0; grid-column: 1 / -1; line-height: 1.35; }
    .hint { color: var(--quiet); }
  `];

  override render() {
    void this.watch;
    const text = words().chart.marker;
    const { marker } = this;
    return html`<section data-testid="marker" aria-label=${text.title}>
      <label>${text.bearing}<input data-testid="marker-bearing" inputmode="decimal" .value=${bearing(marker.bearingDeg)} @change=${this.type} /></label>
      <label>${text.range}<input data-testid="marker-range" inputmode="decimal" .value=${(marker.rangeM / METRES_PER_NM).toFixed(2)} @change=${this.type} /></label>
      <p role="status" data-testid="marker-said">${this.said()}</p>
      <p class="hint">${text.hint}</p>
    </section>`;
  }

  /** The marker in a sentence: where it lies seen from the bow, how long to there, at whom it points. */
  private said(): string {
    const text = words().chart.marker;
    const ship = shipOf(this.vessel);
    if (!ship) return text.noPosition;
    const nowUtcMs = page.store.clock.nowUtcMs();
    const others = [...this.vessel.targets.values()].map((target) => ({ name: target.name ?? String(target.mmsi), at: carriedOn(target, nowUtcMs) }));
    const { relativeDeg, inS, near } = saidOf(this.marker, ship, others);
    return [
      `${bearing(this.marker.bearingDeg)}°`, distanceText(this.marker.rangeM), relativeDeg === null ? text.noHeading : relativeText(relativeDeg),
      inS === null ? "" : text.at(clockOf(inS)), near ? text.near(near.name, distanceText(near.offM)) : "",
    ].filter(Boolean).join(", ");
  }

  private readonly type = (): void => {
    const of = (name: string): HTMLInputElement => this.renderRoot.querySelector(`[data-testid=marker-${name}]`) as HTMLInputElement;
    this.set(typed(this.marker, of("bearing").value, of("range").value));
    this.requestUpdate(); // what was no number stands as it was
  };
}

function relativeText(deg: number): string {
  const text = words().chart.marker;
  const size = Math.abs(deg);
  if (size < 0.5) return text.ahead;
  if (size > 179.5) return text.astern;
  return (deg < 0 ? text.port : text.starboard)(`${size.toFixed(0)}°`);
}
