import { css, html, LitElement, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import { secondsText } from "../components/format";
import { base, buttons, overView } from "../components/style";
import { words } from "../words";
import { leftBehind } from "./notices";

/** Over every other view: this console has a ship at whose view nobody is, how long her lease still runs, and the way back to her. */
@customElement("fh-away")
export class AwayLine extends LitElement {
  private readonly watch = new Watch(this);

  static override styles = [base, buttons, overView, css`
    .line { background: var(--alert-warning-color); color: var(--on-warning-active-color); }
  `];

  override render() {
    void this.watch;
    const { operator, store } = page;
    const vessel = operator ? leftBehind([...store.vessels.values()], operator.session, (id) => operator.presence.shows(id)) : undefined;
    if (!vessel) return nothing;
    const text = words().conn;
    const { leftS } = vessel;
    return html`<div class="line" role="alert" data-testid="away" data-vessel=${vessel.id} data-lapsed=${leftS === 0}>
      <div class="said">${leftS === 0 ? text.elsewhereLapsed(vessel.name) : text.elsewhere(vessel.name, secondsText(leftS))}</div>
      <button data-testid="away-back" @click=${() => page.go(vessel.id)}>${text.toHer}</button></div>`;
  }
}
