import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import { base, buttons } from "../components/style";
import type { Vessel } from "../link/store";
import { words } from "../words";
import { isShown, LOSSES } from "./notices";

const SAME_MS = 8_000; // the ship's own word on a change comes within a round trip of it

/** The last change of the conn in words, with the ship's own cause; a loss stays until it is read. */
@customElement("fh-conn-notice")
export class ConnNotice extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  private readonly watch = new Watch(this);

  static override styles = [base, buttons, css`
    .notice { display: flex; align-items: center; gap: 1rem; padding: 0.375rem 0.875rem; border-radius: 0.375rem; background: var(--container-background-color); border: 2px solid var(--accent); box-shadow: 0 0.25rem 1rem rgb(0 0 0 / 35%); }
    .loss { border-color: var(--alert-warning-color); }
    .said { flex: 1; font-weight: 600; font-size: max(1rem, 12px); }
    small { display: block; font-weight: 400; color: var(--quiet); font-size: max(0.8125rem, 10.5px); }
  `];

  override render() {
    void this.watch;
    const { notice } = this.vessel;
    if (!notice || !isShown(notice)) return nothing;
    const text = words().notice;
    const loss = LOSSES.has(notice.kind);
    return html`<div class="notice ${loss ? "loss" : ""}" role=${loss ? "alert" : "status"} data-testid="conn-notice" data-kind=${notice.kind}>
      <div class="said">${text[notice.kind](notice.who || words().conn.bridge)}<small data-testid="conn-cause">${this.cause(notice.atMs)}</small></div>
      <button data-testid="conn-notice-read" @click=${this.read}>${text.read}</button>
    </div>`;
  }

  /** The ship's own sentence on why, as the ledger has it. */
  private cause(atMs: number): string {
    const since = page.store.clock.nowUtcMs() - (performance.now() - atMs) - SAME_MS;
    return this.vessel.events.findLast((event) => event.kind === "authority" && event.utc_ms > since && !event.text.startsWith("Engineering"))?.text ?? "";
  }

  private readonly read = (): void => {
    this.vessel.notice = null;
    page.store.changed();
  };
}
