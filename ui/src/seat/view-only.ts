import { css, html, LitElement, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import { base, buttons } from "../components/style";
import { Problem } from "../link/http";
import { words } from "../words";

/** Over every view: nobody has acted here for long, so this console only shows; the password makes it act again. */
@customElement("fh-view-only")
export class ViewOnlyLine extends LitElement {
  private readonly watch = new Watch(this);
  @state() private refused = "";

  static override styles = [base, buttons, css`
    form { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem; padding: 0.25rem 1rem; background: var(--alert-warning-color); color: var(--on-warning-active-color); font-weight: 600; font-size: max(0.9375rem, 11px); }
    .said { flex: 1; min-width: 16rem; } button, input { min-height: max(2.25rem, 28px); } input { width: 14rem; }
  `];

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("focus", this.again);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("focus", this.again);
  }

  override render() {
    void this.watch;
    if (!page.store.viewOnly) return nothing;
    const text = words().seat.viewOnly;
    return html`<form data-testid="view-only" role="alert" @submit=${this.wake}>
      <div class="said">${text.said}${this.refused ? html` <span data-testid="view-only-refused">${this.refused}</span>` : nothing}</div>
      <input type="password" name="password" required autocomplete="current-password" aria-label=${text.password} placeholder=${text.password} data-testid="view-only-password" />
      <button data-testid="view-only-wake">${text.wake}</button></form>`;
  }

  /** Another tab of this browser may have been woken meanwhile. */
  private readonly again = (): void => {
    if (page.store.viewOnly) void page.askWhetherAwake();
  };

  private readonly wake = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const password = String(new FormData(form).get("password") ?? "");
    form.reset();
    this.refused = await page.wake(password).then(() => "", (error: unknown) => (error instanceof Problem ? error.message : words().seat.viewOnly.unsaid));
  };
}
