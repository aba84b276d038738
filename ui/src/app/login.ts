import { css, html, LitElement, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { base, buttons } from "../components/style";
import { canUsePasskeys, usePasskey } from "../account/passkey";
import { sentence } from "../account/sentence";
import { Problem, secondFactor, type SecondFactor } from "../link/http";
import { words } from "../words";
import { page } from "./console";

/** The first page: who sits here. */
@customElement("fh-login")
export class LoginPage extends LitElement {
  @state() private problem = "";
  @state() private busy = false;
  /** What the shore asks for beside the password. */
  @state() private asked: SecondFactor | null = null;

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
        ${this.asked ? this.second(this.asked) : nothing}
        <button class="go" data-testid="login-submit" ?disabled=${this.busy}>${this.busy ? text.busy : text.submit}</button>
        <p class="problem" role="alert" data-testid="login-problem">${this.problem}</p>
        <p>${text.keyNote}</p>
      </form>
    `;
  }

  private second(asked: SecondFactor) {
    const text = words().login;
    return html`<p>${text.second}</p>
      ${asked.needs.includes("code") ? html`<label>${text.code}<input data-testid="login-code" name="code" inputmode="numeric"
        autocomplete="one-time-code" maxlength="8" ?required=${!asked.passkey} /></label>` : nothing}
      ${asked.passkey ? html`<button name="passkey" value="use" formnovalidate data-testid="login-passkey"
        ?disabled=${this.busy || !canUsePasskeys()}>${canUsePasskeys() ? text.passkey : words().account.noPasskeys}</button>` : nothing}`;
  }

  private readonly submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.target as HTMLFormElement, event.submitter);
    this.busy = true;
    this.problem = "";
    try {
      await page.login(String(fields.get("person")), String(fields.get("password")), await this.proof(fields));
    } catch (error) {
      const asked = secondFactor(error);
      this.problem = asked && !this.asked ? "" : this.sentence(error);
      this.asked = asked ?? (error instanceof Problem && fields.get("passkey") ? null : this.asked); // a challenge is good once
    } finally {
      this.busy = false;
    }
  };

  /** Return what goes with the password: a code, or a passkey's answer. */
  private async proof(fields: FormData): Promise<{ code?: string; passkey?: object }> {
    if (fields.get("passkey") && this.asked?.passkey) return { passkey: await usePasskey(this.asked.passkey) };
    const code = String(fields.get("code") ?? "").trim();
    return code ? { code } : {};
  }

  private sentence(error: unknown): string {
    if (!(error instanceof Problem) || error.status !== 401) return sentence(error);
    return this.asked ? words().login.wrongSecond : words().login.wrong;
  }
}
