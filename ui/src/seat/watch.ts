import { css, html, LitElement, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import { secondsText } from "../components/format";
import { base } from "../components/style";
import { holds } from "../orders/gates";
import { words } from "../words";
import { nextInS, stageOf } from "./chain";

/** Asks whoever has a conn for a sign of life, over every view; any movement or key is the answer. */
@customElement("fh-seat-watch")
export class SeatWatch extends LitElement {
  private readonly watch = new Watch(this);

  static override styles = [base, css`
    .ask { position: absolute; left: 50%; top: 35%; transform: translate(-50%, -50%); z-index: 20; width: min(48rem, 90%); padding: 1.5rem 2rem; text-align: center; border-radius: 0.5rem;
      background: var(--alert-warning-color); color: var(--on-warning-active-color); box-shadow: 0 0.5rem 3rem rgb(0 0 0 / 60%); }
    .ask.loud { background: var(--alert-alarm-color); color: var(--on-alarm-active-color); }
    b { display: block; font-size: 2rem; line-height: 1.2; } p { margin: 0.5rem 0 0; font-size: 1.125rem; }
  `];

  override render() {
    void this.watch;
    const { operator } = page;
    const vessel = operator ? [...page.store.vessels.values()].find((each) => holds(each, operator.session)) : undefined;
    const idleS = operator?.presence.idleS() ?? 0;
    const stage = stageOf(idleS);
    if (!vessel || stage === "quiet") return nothing;
    const text = words().seat;
    const left = secondsText(nextInS(idleS));
    return html`<div class="ask ${stage === "asks" ? "" : "loud"}" role="alertdialog" aria-label=${text.title} data-testid="seat-watch" data-stage=${stage}>
      <b>${text.title}</b><p>${text.act(vessel.name)}</p><p>${stage === "over" ? text.over : text.next[stage]!(left)}</p></div>`;
  }
}
