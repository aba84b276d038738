import { css, html, LitElement, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import { base, buttons, overView } from "../components/style";
import { words } from "../words";
import { adviceText, alertText } from "../words/told";
import { unanswered } from "./others";

/** Over every view: whose seat gives no sign of life, of which ship, what to do, and the way to her. */
@customElement("fh-unanswered")
export class UnansweredLines extends LitElement {
  private readonly watch = new Watch(this);

  static override styles = [base, buttons, overView, css`
    .line { background: var(--alert-alarm-color); color: var(--on-alarm-active-color); }
  `];

  override render() {
    void this.watch;
    const { operator, store } = page;
    if (!operator) return nothing; // a replay tells what was
    return unanswered(store.vessels.values(), operator.session).map(({ vessel, alert }) => html`
      <div class="line" role="alert" data-testid="unanswered" data-vessel=${vessel.id} title=${alert.text}>
        <div class="said">${vessel.name}: ${alertText(alert, words())} · ${adviceText(alert, words())}</div>
        ${store.open === vessel.id ? nothing : html`<button data-testid="unanswered-look" @click=${() => page.go(vessel.id)}>${words().offer.look}</button>`}</div>`);
  }
}
