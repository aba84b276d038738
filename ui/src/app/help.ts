import { css, html, LitElement } from "lit";
import { customElement, query } from "lit/decorators.js";
import { base, buttons } from "../components/style";
import "../exercise/panel";
import { words } from "../words";
import { page, Watch } from "./console";

/** A `?` that opens what each instrument shows and what to do about each refusal; the page below goes on. */
@customElement("fh-help")
export class Help extends LitElement {
  @query("dialog") private readonly dialog!: HTMLDialogElement;
  private readonly watch = new Watch(this);

  static override styles = [base, buttons, css`
    button.ask { min-height: max(2rem, 24px); min-width: max(2rem, 24px); padding: 0; border-radius: 50%; font-weight: 700; }
    dialog { width: min(60rem, 94vw); max-height: 90vh; overflow: auto; border-radius: 0.5rem; border: 1px solid var(--border-outline-color); background: var(--container-background-color); color: var(--element-active-color); padding: 1rem 1.5rem; white-space: normal; font-size: max(0.875rem, 11px); line-height: 1.4; }
    dialog::backdrop { background: rgb(0 0 0 / 40%); }
    header { display: flex; align-items: center; gap: 0.5rem; } h2 { flex: 1; margin: 0; font-size: 1.25rem; } h3 { margin: 1rem 0 0.25rem; font-size: 1rem; }
    dl { display: grid; grid-template-columns: minmax(8rem, 14rem) minmax(0, 1fr); gap: 0.375rem 1rem; margin: 0; } dt { font-weight: 600; } dd { margin: 0; }
    summary { cursor: pointer; padding: 0.25rem 0; font-weight: 600; }
  `];

  override render() {
    void this.watch;
    const { account, admin, fleet, help, refusals, top } = words();
    const here = page.openVessel() ? page.view : (page.aside ?? "fleet");
    const others = Object.keys(help.views).filter((view) => view !== here);
    const titles: Record<string, string> = { ...top.views, fleet: fleet.title, account: account.title, admin: admin.title };
    return html`
      <button class="ask" data-testid="help" title=${help.open} aria-label=${help.open} @click=${() => this.dialog.showModal()}>?</button>
      <dialog data-testid="help-text" aria-label=${help.title}>
        <header><h2>${help.title}</h2><fh-exercise-offer name="help-exercise" @begun=${() => this.dialog.close()}></fh-exercise-offer><button data-testid="help-close" @click=${() => this.dialog.close()}>${help.close}</button></header>
        <h3>${help.instrumentsTitle}: ${titles[here]}</h3>
        ${this.told(Object.values(help.views[here] ?? {}))}
        <h3>${help.rulesTitle}</h3>
        ${this.told(Object.entries(refusals.rules).map(([rule, [name, advice]]) => [`${rule} ${name}`, advice] as const))}
        <h3>${help.othersTitle}</h3>
        ${others.map((view) => html`<details data-testid="help-${view}"><summary>${titles[view]}</summary>${this.told(Object.values(help.views[view] ?? {}))}</details>`)}
      </dialog>`;
  }

  private told(rows: (readonly [string, string])[]) {
    return html`<dl>${rows.map(([name, text]) => html`<dt>${name}</dt><dd>${text}</dd>`)}</dl>`;
  }
}
