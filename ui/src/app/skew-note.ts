import { css, html, LitElement, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { base, buttons } from "../components/style";
import { ageText } from "../link/ages";
import { ServerClock } from "../link/clock";
import { words } from "../words";
import { page, Watch } from "./console";

const AGAIN_MS = 60_000; // read at five minutes, it is said again when it has become six

/** A line over the view while this computer's clock is wrong: nothing shown goes by it, but whoever compares must know. */
@customElement("fh-skew-note")
export class SkewNote extends LitElement {
  @state() private readMs = 0;
  private readonly watch = new Watch(this);

  static override styles = [base, buttons, css`
    div { display: flex; align-items: center; gap: 1rem; padding: 0.25rem 0.75rem; background: var(--alert-caution-color); color: var(--on-caution-active-color); font-size: max(0.875rem, 11px); font-weight: 600; }
    span { flex: 1; }
    button { min-height: max(2rem, 24px); }
  `];

  override render() {
    void this.watch;
    const { clock } = page.store;
    const skewMs = clock instanceof ServerClock ? clock.skewMs() : 0;
    if (skewMs === 0 || Math.abs(skewMs - this.readMs) < AGAIN_MS) return nothing;
    const text = words().time;
    return html`<div role="status" data-testid="clock-skew"><span>${text.skew(ageText(Math.abs(skewMs) / 1000), skewMs > 0)}</span>
      <button data-testid="clock-skew-read" @click=${() => { this.readMs = skewMs; }}>${text.read}</button></div>`;
  }
}
