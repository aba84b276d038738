import { css, html, LitElement, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Watch } from "../app/console";
import { stampText } from "../components/format";
import { base, buttons, panel } from "../components/style";
import { words } from "../words";
import { sentence } from "./sentence";
import { canUsePasskeys, makePasskey } from "./passkey";
import {
  account, beginAuthenticator, beginPasskey, confirmAuthenticator, dropAuthenticator, dropPasskey, endSession, keepPasskey,
  setPassword, shortDevice, type Account, type Setup,
} from "./requests";

/** One's own account: password, second factor, and where one is logged in. */
@customElement("fh-account")
export class AccountView extends LitElement {
  @state() private known: Account | null = null;
  @state() private setup: Setup | null = null;
  @state() private said = "";
  @state() private isWrong = false;
  private readonly watch = new Watch(this);

  static override styles = [base, panel, buttons, css`
    :host { height: 100%; overflow: auto; padding: var(--gap); }
    .all { display: grid; gap: var(--gap); grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); align-items: start; max-width: 84rem; margin: 0 auto; }
    section { display: grid; gap: 0.75rem; }
    form { display: grid; gap: 0.5rem; }
    label { display: grid; gap: 0.25rem; font-size: max(0.8125rem, 11px); color: var(--quiet); }
    p { margin: 0; font-size: max(0.8125rem, 11px); line-height: 1.45; color: var(--quiet); }
    ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.5rem; }
    li { display: flex; gap: 0.75rem; align-items: center; } li span { flex: 1; min-width: 0; }
    .wide { grid-column: 1 / -1; min-height: 1.5em; } .wide.wrong { color: var(--alert-warning-text-color, var(--element-active-color)); font-weight: 600; }
    .secret { font-family: monospace; color: var(--element-active-color); overflow-wrap: anywhere; }
    img { width: 12rem; background: #fff; justify-self: start; }
  `];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.read();
  }

  override render() {
    void this.watch;
    const text = words().account;
    const { known } = this;
    return html`<div class="all" data-testid="account">
      <p class="wide ${this.isWrong ? "wrong" : ""}" role="status" data-testid="account-said">${this.said}</p>
      ${known ? html`${this.password(known)}${this.authenticator(known)}${this.passkeys(known)}${this.places(known)}` : text.reading}
    </div>`;
  }

  private password(known: Account) {
    const text = words().account;
    return html`<section class="panel"><h2>${text.password}</h2>
      <p>${text.passwordNote(known.password_length_min)}</p>
      <form data-testid="account-password" @submit=${this.sent(async (fields) => {
        await setPassword(fields("present"), fields("new"));
        return text.passwordSet;
      })}>
        ${field(text.present, "present", "current-password")}${field(text.new, "new", "new-password")}
        <button class="go">${text.change}</button>
      </form></section>`;
  }

  private authenticator(known: Account) {
    const text = words().account;
    const { setup } = this;
    if (setup) {
      return html`<section class="panel"><h2>${text.authenticator}</h2>
        <p>${text.scan}</p><img src=${setup.picture} alt=${text.authenticator} /><p class="secret" data-testid="account-secret">${setup.secret}</p>
        <form data-testid="account-code" @submit=${this.sent(async (fields) => {
          this.setup = null; // a wrong code ends the setting up, here as ashore
          await confirmAuthenticator(setup.setup, fields("code"));
          return text.authenticatorOn;
        })}>
          <label>${text.code}<input name="code" inputmode="numeric" autocomplete="one-time-code" required maxlength="8" /></label>
          <button class="go">${text.confirm}</button>
          <button type="button" @click=${() => { this.setup = null; }}>${text.cancel}</button>
        </form></section>`;
    }
    return html`<section class="panel"><h2>${text.authenticator}</h2>
      <p data-testid="account-authenticator" data-on=${known.authenticator}>${known.authenticator ? text.isOn : text.isOff}</p>
      <form data-testid="account-authenticator-form" @submit=${this.sent(async (fields) => {
        if (known.authenticator) {
          await dropAuthenticator(fields("present"));
          return text.authenticatorOff;
        }
        this.setup = await beginAuthenticator(fields("present"));
        return "";
      })}>
        ${field(text.present, "present", "current-password")}
        <button class=${known.authenticator ? "" : "go"}>${known.authenticator ? text.turnOff : text.setUp}</button>
      </form></section>`;
  }

  private passkeys(known: Account) {
    const text = words().account;
    return html`<section class="panel"><h2>${text.passkeys}</h2>
      <p>${canUsePasskeys() ? text.passkeyNote(known.passkeys_max) : text.noPasskeys}</p>
      <form data-testid="account-passkey" @submit=${this.sent(async (fields) => {
        const dropped = fields("drop");
        if (dropped) {
          await dropPasskey(dropped, fields("present"));
          return text.passkeyGone;
        }
        await keepPasskey(fields("name"), await makePasskey(await beginPasskey(fields("present"))));
        return text.passkeyMade;
      })}>
        ${field(text.present, "present", "current-password")}
        <ul>${known.passkeys.map((one) => html`<li><span data-testid="passkey">${one.name}</span><button name="drop" value=${one.id}>${text.forget}</button></li>`)}</ul>
        <label>${text.device}<input name="name" maxlength="64" .value=${shortDevice(navigator.userAgent)} required /></label>
        <button class="go" ?disabled=${!canUsePasskeys()}>${text.makePasskey}</button>
      </form></section>`;
  }

  private places(known: Account) {
    const text = words().account;
    return html`<section class="panel"><h2>${text.sessions}</h2><ul>${known.sessions.map((one) => html`<li data-testid="session" data-this=${one.this}>
        <span><b>${shortDevice(one.device) || text.unknownDevice}</b> ${one.this ? `(${text.here})` : ""}<br />
          <span class="label">${one.address} · ${text.since(utc(one.created_utc_ms))} · ${text.seen(utc(one.seen_utc_ms))}</span></span>
        ${one.this ? nothing : html`<button @click=${() => this.end(one.id)}>${text.end}</button>`}</li>`)}</ul>
      ${known.sessions.length > 1 ? html`<button data-testid="end-others" @click=${() => this.end("others")}>${text.endOthers}</button>` : nothing}
      </section>`;
  }

  private readonly end = (id: string) => this.tell(async () => {
    await endSession(id);
    return words().account.ended;
  });

  /** Return what a form does when it is sent; it says how that went, and is empty after. */
  private sent(act: (field: (name: string) => string) => Promise<string>) {
    return (event: SubmitEvent) => {
      event.preventDefault();
      const form = event.target as HTMLFormElement;
      const fields = new FormData(form, event.submitter);
      void this.tell(() => act((name) => String(fields.get(name) ?? ""))).then(() => form.reset());
    };
  }

  private async tell(act: () => Promise<string>): Promise<void> {
    try {
      this.said = await act();
      this.isWrong = false;
    } catch (error) {
      this.said = sentence(error);
      this.isWrong = true;
    }
    await this.read();
  }

  private async read(): Promise<void> {
    try {
      this.known = await account();
    } catch (error) {
      this.said = sentence(error);
      this.isWrong = true;
    }
  }
}

function utc(ms: number): string {
  return `${stampText(ms)} ${words().top.utc}`;
}

function field(label: string, name: string, autocomplete: "current-password" | "new-password") {
  return html`<label>${label}<input name=${name} type="password" autocomplete=${autocomplete} required maxlength="256" /></label>`;
}
