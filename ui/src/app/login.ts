import { css, html, LitElement } from "lit";
import { customElement, state } from "lit/decorators.js";
import { base, buttons } from "../components/style";
import { Problem } from "../link/http";
import { words } from "../words";
import { page } from "./console";

/** The first page: who sits here. */
@customElement("fh-login")
export class LoginPage extends LitElement {
  @state() private problem = "";
  @state() private busy = false;

  static override styles = [base, buttons, css`
    :host { height: 100%; display: grid; place-items: center; background:
      radial-gradient(120% 90% at 70% 110%, var(--base-cyan-050), transparent 60%), var(--container-backdrop-color); }
    form { width: 26rem; padding: 2.5rem; border-radius: 0.75rem; background: var(--container-background-color);
      border: 1px solid var(--border-outline-color); display: grid; gap: 1rem; box-shadow: 0 1rem 3rem rgb(0 0 0 / 25%); }
    header { display: flex; gap: 0.875rem; align-items: center; margin-bottom: 0.5rem; }
    img { width: 2.75rem; }
    h1 { margin: 0; font-size: 1.75rem; line-height: 1.1; font-weight: 700; }
    p { margin: 0; color: var(--quiet); font-size: max(0.8125rem, 11px); line-height: 1.45; }
    label { display: grid; gap: 0.25rem; font-size: max(0.8125rem, 11px); color: var(--quiet); }
    input { font-size: 1rem; }
    .problem { color: var(--base-red-500); min-height: 1.45em; }
  `];

  override render() {
    const text = words().login;
    return html`
      <form @submit=${this.submit}>
        <header><img src="/farhelm.svg" alt="" /><div><h1>${words().product}</h1><p>${words().tagline}</p></div></header>
        <label>${text.person}<input data-testid="login-person" name="person" autocomplete="username" required autofocus /></label>
        <label>${text.password}<input data-testid="login-password" name="password" type="password" autocomplete="current-password" required /></label>
        <button class="go" data-testid="login-submit" ?disabled=${this.busy}>${this.busy ? text.busy : text.submit}</button>
        <p class="problem" role="alert" data-testid="login-problem">${this.problem}</p>
        <p>${text.keyNote}</p>
      </form>
    `;
  }

  private readonly submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.target as HTMLFormElement);
    this.busy = true;
    this.problem = "";
    try {
      await page.login(String(fields.get("person")), String(fields.get("password")));
    } catch (error) {
      this.problem = this.sentence(error);
    } finally {
      this.busy = false;
    }
  };

  private sentence(error: unknown): string {
    if (!(error instanceof Problem)) return words().login.unreachable;
    return error.status === 401 ? words().login.wrong : error.message;
  }
}
