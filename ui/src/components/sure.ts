import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Watch } from "../app/console";
import { ARMED_MS } from "../orders/drafts";
import { words } from "../words";
import { base, buttons } from "./style";

/** One act in two steps in place: pressed, it asks to be confirmed, and falls back by itself. Grey with its reasons. */
@customElement("fh-sure")
export class Sure extends LitElement {
  /** Prefix of the test ids: stop-reset, stop-reset-confirm. */
  @property() name = "";
  @property() text = "";
  /** Why it cannot be done; empty where it can. */
  @property({ attribute: false }) reasons: string[] = [];
  @property({ attribute: false }) act: () => void = () => undefined;
  @state() private armedMs = -Infinity;
  private readonly watch = new Watch(this);

  static override styles = [base, buttons, css`
    :host { display: inline-flex; gap: 0.375rem; }
  `];

  override render() {
    void this.watch;
    const armed = performance.now() - this.armedMs < ARMED_MS && !this.reasons.length;
    return html`
      <button data-testid=${this.name} class=${armed ? "on" : ""} ?disabled=${this.reasons.length > 0} title=${this.reasons.join("\n")}
        @click=${() => { this.armedMs = armed ? -Infinity : performance.now(); }}>${armed ? words().order.cancel : this.text}</button>
      ${armed ? html`<button data-testid="${this.name}-confirm" class="go" @click=${this.confirm}>${words().order.confirm}</button>` : nothing}`;
  }

  private readonly confirm = (): void => {
    this.armedMs = -Infinity;
    this.act();
  };
}
