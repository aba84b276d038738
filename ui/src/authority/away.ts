import { css, html, LitElement, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import { secondsText } from "../components/format";
import { base, buttons } from "../components/style";
import { words } from "../words";
import { leftBehind } from "./notices";

/** Over every other view: this console has a ship at whose view nobody is, how long her lease still runs, and the way back to her. */
@customElement("fh-away")
export class AwayLine extends LitElement {
  private readonly watch = new Watch(this);

  static override styles = [base, buttons, css`
    .away { display: flex; align-items: center; gap: 0.75rem; padding: 0.25rem 1rem; background: var(--alert-warning-color); color: var(--on-warning-active-color); font-weight: 600; font-size: max(0.9375rem, 11px); }
    .said { flex: 1; min-width: 0; } button { min-height: max(2.25rem, 28px); }
  `];

  override render() {
    void this.watch;
    const { operator, store } = page;
    const vessel = operator ? leftBehind([...store.vessels.values()], operator.session, (id) => operator.presence.shows(id)) : undefined;
    if (!vessel) return nothing;
    const text = words().conn;
    const { leftS } = vessel;
    return html`<div class="away" role="alert" data-testid="away" data-vessel=${vessel.id} data-lapsed=${leftS === 0}>
      <div class="said">${leftS === 0 ? text.elsewhereLapsed(vessel.name) : text.elsewhere(vessel.name, secondsText(leftS))}</div>
      <button data-testid="away-back" @click=${() => page.go(vessel.id)}>${text.toHer}</button></div>`;
  }
}
