import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import { ageText } from "../link/ages";
import type { Vessel } from "../link/store";
import { words } from "../words";
import { DASHES, shown, unitOf } from "./format";
import { sourceText } from "./source";
import { base, looks } from "./style";

/** One value with its name, unit and age; never a number where there is none to trust. */
@customElement("fh-value")
export class ValueField extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  @property() channel = "";
  @property() label = "";
  @property({ reflect: true }) size: "l" | "m" | "s" = "m";
  private readonly watch = new Watch(this);

  static override styles = [base, looks, css`
    :host { min-width: 0; }
    .name { display: flex; justify-content: space-between; gap: 0.5rem; font-size: max(0.75rem, 10.5px); color: var(--quiet); white-space: nowrap; }
    .age { font-variant-numeric: tabular-nums; color: var(--faint); }
    .late .age { color: var(--alert-warning-text-color); }
    .stale .age, .invalid .age { color: var(--base-red-500); }
    .value { font-variant-numeric: tabular-nums; font-weight: 600; line-height: 1.1; font-size: 1.5rem; white-space: nowrap; }
    .value.fresh { color: var(--fresh); }
    .unit { font-size: max(0.75rem, 10.5px); font-weight: 400; color: var(--quiet); margin-left: 0.25em; }
    :host([size="l"]) .value { font-size: 2.5rem; }
    :host([size="s"]) .value { font-size: 1.125rem; }
  `];

  override render() {
    void this.watch;
    const { look, ageS } = page.store.aged(this.vessel, this.channel);
    const hidden = look === "invalid" || look === "absent";
    const value = this.vessel.values.get(this.channel)?.value ?? null;
    const text = hidden ? DASHES : shown(this.channel, value);
    return html`
      <div class=${look}>
        <div class="name">
          <span>${this.label || (words().values[this.channel] ?? this.channel)}</span>
          <span class="age">${look === "fresh" ? "" : ageText(ageS)}</span>
        </div>
        <div class="value ${look}" data-testid="value-${this.channel}" data-look=${look} data-age-s=${ageS?.toFixed(1) ?? ""}
          data-source=${this.vessel.sources.get(this.channel) ?? ""} title="${words().age} ${ageText(ageS)}
${sourceText(this.vessel, this.channel, words())}"
          >${text}<span class="unit">${unitOf(this.channel, this.vessel)}</span></div>
      </div>
    `;
  }
}
