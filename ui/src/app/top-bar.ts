import { css, html, LitElement, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { clockText } from "../components/format";
import { shipTime } from "../components/ship-time";
import { sourceText } from "../components/source";
import { base, buttons } from "../components/style";
import { ADMINS } from "../admin/judge";
import { currentLanguage, LANGUAGES, setLanguage, words, type Language } from "../words";
import { page, Watch } from "./console";
import { VIEWS } from "./places";
import "./help";
import { currentPalette, PALETTES, setPalette } from "./palette";

/** Where one is, who one is, what time it is, and the palette. */
@customElement("fh-top-bar")
export class TopBar extends LitElement {
  private readonly watch = new Watch(this);

  static override styles = [base, buttons, css`
    header { display: flex; align-items: center; gap: 0.75rem; height: 3rem; padding: 0 0.75rem; background: var(--container-global-color);
      border-bottom: 1px solid var(--border-outline-color); font-size: max(0.875rem, 11px); white-space: nowrap; }
    .brand { display: flex; gap: 0.5rem; align-items: center; font-weight: 700; font-size: 1.0625rem; }
    .brand img { width: 1.5rem; }
    header > nav { display: flex; align-items: center; gap: 0.375rem; flex: 1 1 auto; min-width: 0; }
    button { min-height: max(2rem, 24px); min-width: 0; padding: 0 0.625rem; border-color: transparent; background: transparent; font-weight: 400; color: var(--quiet); }
    button:hover:not(:disabled) { color: var(--element-active-color); }
    button.on { color: var(--on-selected-active-color); background: var(--selected-enabled-background-color); }
    button.on:hover:not(:disabled) { color: var(--on-selected-active-color); background: var(--selected-enabled-background-color); }
    .where { font-weight: 600; overflow: hidden; text-overflow: ellipsis; }
    .sep { color: var(--faint); }
    .group { display: flex; border: 1px solid var(--border-outline-color); border-radius: 0.375rem; overflow: hidden; }
    .group button { border-radius: 0; }
    .dot { display: inline-block; width: 0.625rem; height: 0.625rem; border-radius: 50%; margin-right: 0.4rem; background: var(--alert-running-color); }
    .dot.lost { background: var(--alert-alarm-color); }
    .clock { font-variant-numeric: tabular-nums; font-weight: 600; line-height: 1.2; text-align: right; }
    .clock small { display: block; font-size: max(0.75rem, 10.5px); font-weight: 400; color: var(--quiet); }
    .who { color: var(--quiet); }
    .who b { color: var(--element-active-color); font-weight: 600; }
    .who.on b { color: inherit; }
    header > *, nav > * { flex: none; } nav > .where { flex: 0 1 auto; min-width: 3rem; }
    header > .who { flex: 0 9999 auto; min-width: 4rem; overflow: hidden; text-overflow: ellipsis; } /* of the views none is cut: role and centre give way first, they stand in the title, then the ship's name */
    @media (max-width: 1500px) { header { gap: 0.5rem; } }
    @media (max-width: 1340px) { header { flex-wrap: wrap; height: auto; } header > nav { order: 1; flex: 1 0 100%; padding-bottom: 0.25rem; } header > .brand { flex: 1; } } /* views in a row of their own, before they lie on each other */
  `];

  override render() {
    void this.watch;
    const { top } = words();
    const { store } = page;
    const vessel = page.openVessel();
    return html`
      <header>
        <span class="brand"><img src="/farhelm.svg" alt="" />${words().product}</span>
        <nav>
          <button data-testid="to-fleet" class=${vessel || page.aside ? "" : "on"} @click=${() => page.go(null)}>${top.fleet}</button>
          ${!vessel && store.welcome?.roles.some((role) => ADMINS.has(role)) ? html`<button data-testid="to-admin" class=${page.aside === "admin" ? "on" : ""}
            @click=${() => page.goTo("admin")}>${words().admin.title}</button>` : nothing}
          ${vessel ? html`<span class="sep">/</span><span class="where">${vessel.name}</span>
            ${VIEWS.map((view) => html`<button data-testid="to-${view}" class=${page.view === view ? "on" : ""}
              @click=${() => page.go(vessel.id, view)}>${top.views[view]}</button>`)}` : nothing}
        </nav>
        <span data-testid="shore-link" data-connected=${store.connected}>
          <span class="dot ${store.connected ? "" : "lost"}"></span>${store.connected ? top.connected : top.lost}
        </span>
        <button class="who ${page.aside === "account" ? "on" : ""}" title=${`${words().account.title}: ${[store.welcome?.person, ...(store.welcome?.roles ?? []), store.welcome?.roc].filter(Boolean).join(" · ")}`} data-testid="whoami" data-key-state=${store.welcome?.key_state ?? ""}
          @click=${() => page.goTo("account")}>
          <b>${store.welcome?.person ?? ""}</b> ${(store.welcome?.roles ?? []).join(", ")} · ${store.welcome?.roc ?? ""}
        </button>
        <span class="group" role="group" aria-label=${top.paletteLabel}>
          ${PALETTES.map((palette) => html`<button data-testid="palette-${palette}" class=${palette === currentPalette() ? "on" : ""}
            @click=${() => this.choose(() => setPalette(palette))}>${top.palette[palette]}</button>`)}
        </span>
        <span class="group" role="group" aria-label="Language">
          ${(Object.keys(LANGUAGES) as Language[]).map((language) => html`<button data-testid="language-${language}"
            class=${language === currentLanguage() ? "on" : ""} @click=${() => this.choose(() => setLanguage(language))}>${language.toUpperCase()}</button>`)}
        </span>
        <span class="clock" data-testid="clock">${clockText(store.clock.nowUtcMs())} ${top.utc}${this.aboard()}</span>
        <fh-help></fh-help>
        <button data-testid="logout" @click=${() => void page.logout()}>${top.logout}</button>
      </header>
    `;
  }

  /** The clock aboard of the vessel that is open, where she tells one. */
  private aboard() {
    const text = words().time;
    const vessel = page.openVessel();
    const aboard = shipTime(page.store.clock.nowUtcMs(), vessel?.particulars?.ship_time_offset_h);
    return vessel && aboard ? html`<small title=${[text.shipTitle, words().source.utc(sourceText(vessel, "NAV_UTC", words()))].join("\n")} data-testid="ship-time">${text.ship} ${aboard}</small>` : nothing;
  }

  private choose(change: () => void): void {
    change();
    page.store.changed();
  }
}
