import { css, html, LitElement } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { base, buttons } from "./style";

const KEYS: Record<string, number> = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };

/** A number that a person sets: typed, or stepped with the arrow keys by one and the page keys by ten. */
@customElement("fh-set")
export class SetField extends LitElement {
  /** What is set now, as it is written; empty where nothing is. */
  @property() text = "";
  @property() name = "";
  @property() label = "";
  /** Called with the number typed. */
  @property({ attribute: false }) typed: (value: number) => void = () => undefined;
  /** Called with a step to add. */
  @property({ attribute: false }) stepped: (by: number) => void = () => undefined;
  /** What is being typed: it stays as it is while values come in underneath. */
  @state() private typing: string | null = null;

  static override styles = [base, buttons, css`
    input { font-size: 1.375rem; font-weight: 600; text-align: center; width: 100%; color: var(--accent); padding: 0 0.25rem; }
    input:disabled { color: var(--element-disabled-color); }
  `];

  override render() {
    return html`<input inputmode="decimal" autocomplete="off" data-testid=${this.name} aria-label=${this.label} .value=${this.typing ?? this.text}
      ?disabled=${this.text === "" && this.typing === null}
      @focus=${(event: FocusEvent) => (event.target as HTMLInputElement).select()}
      @input=${this.input} @keydown=${this.keydown} @change=${this.end} @blur=${this.end} />`;
  }

  private readonly input = (event: Event): void => {
    this.typing = (event.target as HTMLInputElement).value;
    const value = Number(this.typing.replace(",", "."));
    if (this.typing.trim() !== "" && Number.isFinite(value)) this.typed(value);
  };

  private readonly end = (): void => {
    this.typing = null;
  };

  private readonly keydown = (event: KeyboardEvent): void => {
    const by = KEYS[event.key];
    if (by === undefined || (event.key.startsWith("Arrow") && event.shiftKey)) return;
    event.preventDefault();
    this.typing = null;
    this.stepped(by);
  };
}
