import { css, html, LitElement } from "lit";
import { customElement, query } from "lit/decorators.js";
import { base, buttons } from "../components/style";
import { words } from "../words";
import { Watch } from "./console";

/** A `?` that opens what each instrument shows and what to do about each refusal; the page below goes on. */
@customElement("fh-help")
export class Help extends LitElement {
  @query("dialog") private readonly dialog!: HTMLDialogElement;
  private readonly watch = new Watch(this);

  static override styles = [base, buttons, css`
    button.ask { min-height: max(2rem, 24px); min-width: max(2rem, 24px); padding: 0; border-radius: 50%; font-weight: 700; }
    dialog { width: min(60rem, 94vw); max-height: 90vh; overflow: auto; border-radius: 0.5rem; border: 1px solid var(--border-outline-color); background: var(--container-background-color); color: var(--element-active-color); padding: 1rem 1.5rem; white-space: normal; font-size: max(0.875rem, 11px); line-height: 1.4; }
    dialog::backdrop { background: rgb(0 0 0 / 40%); }
    header { display: flex; align-items: center; } h2 { flex: 1; margin: 0; font-size: 1.25rem; } h3 { margin: 1rem 0 0.25rem; font-size: 1rem; }
    dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.375rem 1rem; margin: 0; } dt { font-weight: 600; } dd { margin: 0; }
  `];

  override render() {
    void this.watch;
    const { help, rules } = words();
    return html`
      <button class="ask" data-testid="help" title=${help.open} aria-label=${help.open} @click=${() => this.dialog.showModal()}>?</button>
      <dialog data-testid="help-text" aria-label=${help.title}>
        <header><h2>${help.title}</h2><button data-testid="help-close" @click=${() => this.dialog.close()}>${help.close}</button></header>
        <h3>${help.instrumentsTitle}</h3>
        <dl>${Object.values(help.instruments).map(([name, text]) => html`<dt>${name}</dt><dd>${text}</dd>`)}</dl>
        <h3>${help.rulesTitle}</h3>
        <dl>${Object.entries(help.rules).map(([rule, text]) => html`<dt>${rule} ${rules[rule] ?? ""}</dt><dd>${text}</dd>`)}</dl>
      </dialog>`;
  }
}
