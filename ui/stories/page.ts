/** `npm run dev`, then /stories/: every component in its states, in four palettes, without a shore. For development only. */
import "@oicl/openbridge-webcomponents/dist/openbridge.css";
import "../src/app/page.css";
import { css, html, LitElement } from "lit";
import { customElement, state } from "lit/decorators.js";
import { page } from "../src/app/console";
import { PALETTES, wearPalette } from "../src/app/palette";
import { base, buttons } from "../src/components/style";
import { LANGUAGES, setLanguage } from "../src/words";
import { STORIES } from "./stories";
import { enter, vesselIn } from "./vessels";

const TOLD_MS = 500; // ages stay what the state says

/** The page of stories: `?only=fh-estop` shows one component, `?palette=night` begins with that palette. */
@customElement("fh-stories")
export class Stories extends LitElement {
  @state() private isIn = false;
  private readonly asked = new URLSearchParams(location.search);

  static override styles = [base, buttons, css`
    :host { padding: 1rem; color: var(--element-active-color); background: var(--container-backdrop-color); min-height: 100vh; }
    nav { display: flex; gap: 0.5rem; flex-wrap: wrap; }
    .states { display: flex; flex-wrap: wrap; gap: 1rem; align-items: start; }
    figure { margin: 0; display: grid; gap: 0.25rem; }
    .shown { position: relative; display: grid; }
    h2 { margin: 1.5rem 0 0.5rem; }
  `];

  override connectedCallback(): void {
    super.connectedCallback();
    wearPalette(this.asked.get("palette") ?? "day");
    void enter().then(() => { this.isIn = true; });
    window.setInterval(() => { for (const name of new Set(this.rows().flatMap(([, story]) => story.states))) vesselIn(name); }, TOLD_MS);
  }

  override render() {
    if (!this.isIn) return "";
    return html`<main>
      <h1>Components in their states</h1>
      <nav aria-label="Palette and language">
        ${PALETTES.map((palette) => html`<button data-testid="palette-${palette}" @click=${() => wearPalette(palette)}>${palette}</button>`)}
        ${Object.keys(LANGUAGES).map((name) => html`<button @click=${() => { setLanguage(name as keyof typeof LANGUAGES); page.store.changed(); this.requestUpdate(); }}>${name}</button>`)}
      </nav>
      ${this.rows().map(([name, story]) => html`<h2>${name}</h2><div class="states">
        ${story.states.map((told) => html`<figure data-story=${name} data-state=${told}><figcaption>${told || "as it is"}</figcaption>
          <div class="shown" style="width: ${story.width}rem; ${story.height ? `height: ${story.height}rem` : ""}">${story.show(vesselIn(told), told)}</div></figure>`)}</div>`)}
    </main>`;
  }

  private rows(): [string, (typeof STORIES)[string]][] {
    const only = this.asked.get("only");
    return Object.entries(STORIES).filter(([name]) => only === null || name === only);
  }
}
