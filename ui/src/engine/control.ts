import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import { isShown, LOSSES } from "../authority/notices";
import { Every } from "../components/every";
import { DASHES, secondsText } from "../components/format";
import { lastOrderLine } from "../components/last-order";
import { base, buttons, looks, panel } from "../components/style";
import "../components/two-step";
import { ageText } from "../link/ages";
import type { Vessel } from "../link/store";
import { authorityOf, gate, grantedTo, holds, restReason } from "../orders/gates";
import type { Args, KindName } from "../orders/kinds";
import type { AuthorityJson, MachineJson } from "../protocols.gen";
import { words } from "../words";
import { kindFor, lastOrder, orderedOf, runningOf } from "./machines";

const PREVIEW_MS = 2000;
const GROUP = "engineering";

/** Who has the function group `engineering`, and what may be ordered of her machines: ordered beside actual, two steps. */
@customElement("fh-machines")
export class Machines extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  @state() private forcing: string | null = null;
  private readonly watch = new Watch(this);
  protected readonly previewing = new Every(this, PREVIEW_MS, () => this.preview());

  static override styles = [base, panel, buttons, looks, css`
    .panel { display: grid; gap: 0.5rem; border-left: 0.5rem solid var(--border-divider-color); }
    .panel.mine { border-left-color: var(--accent); } .panel.local { border-left-color: var(--alert-running-color); } .panel.none { border-left-color: var(--alert-caution-color); }
    .who { display: flex; flex-wrap: wrap; gap: 0.5rem 1.25rem; align-items: center; }
    .holder { font-size: 1.75rem; font-weight: 700; line-height: 1.15; }
    .says { flex: 1; min-width: 16rem; font-size: max(0.875rem, 11px); color: var(--quiet); }
    .loss { color: var(--alert-warning-text-color); font-weight: 600; }
    .acts { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; }
    .rows { display: grid; gap: 0.5rem; grid-template-columns: repeat(auto-fill, minmax(30rem, 1fr)); }
    .machine { display: grid; grid-template-columns: minmax(0, 1fr) 17rem; gap: 0.25rem 1rem; padding-top: 0.5rem; border-top: 1px solid var(--border-outline-color); align-content: start; }
    fh-two-step { --why-height: auto; --why-lines: 6; }
    .facts { display: flex; gap: 1.5rem; } .name { font-weight: 600; font-size: 1.0625rem; }
    .fact b { display: block; font-size: 1.25rem; font-weight: 600; } .fact.ordered b { color: var(--accent); }
    .last { grid-column: 1 / -1; font-size: max(0.8125rem, 11px); color: var(--quiet); }
  `];

  override render() {
    void this.watch;
    const { operator } = page;
    const machinery = this.vessel.particulars?.machinery ?? [];
    if (!operator || machinery.length === 0) return nothing;
    const mine = holds(this.vessel, operator.session, GROUP);
    const authority = authorityOf(this.vessel, GROUP);
    return html`
      <section class="panel ${mine ? "mine" : (authority?.station ?? "none")}" data-testid="machines">
        <h2>${words().machines.title}</h2>
        <div class="who" aria-live="polite">
          <span class="holder" data-testid="engine-holder" data-station=${authority?.station ?? ""} data-mine=${mine}>${this.holder(authority, mine)}</span>
          ${this.says(authority, mine)}${this.acts(authority, mine)}
        </div>
        <div class="rows">${machinery.map((machine) => this.machine(machine))}</div>
      </section>`;
  }

  private holder(authority: AuthorityJson | null, mine: boolean): string {
    const text = words().conn;
    if (authority === null) return text.unknown;
    if (authority.station === "local") return text.bridge;
    return authority.station === "none" ? text.nobody : mine ? `${text.you} · ${authority.person}` : authority.person;
  }

  private says(authority: AuthorityJson | null, mine: boolean) {
    const text = words().machines;
    const notice = this.vessel.engineNotice;
    if (notice && isShown(notice) && (LOSSES.has(notice.kind) || notice.kind === "denied")) {
      return html`<span class="says loss" role="alert" data-testid="engine-notice" data-kind=${notice.kind}>${text.lost[notice.kind] ?? text.lost["lapsed"]}
        <button @click=${() => { this.vessel.engineNotice = null; page.store.changed(); }}>${words().notice.read}</button></span>`;
    }
    return html`<span class="says" data-testid="engine-says">${this.sentence(authority, mine)}</span>`;
  }

  private sentence(authority: AuthorityJson | null, mine: boolean): string {
    const text = words().machines;
    if (authority === null) return text.nothing;
    const since = (performance.now() - this.vessel.statusAtMs) / 1000;
    const left = secondsText(authority.pending_left_s === null ? null : Math.max(0, authority.pending_left_s - since));
    if (authority.phase === "granted") return this.granted() ? words().conn.granted(left) : words().conn.grantedOther(authority.pending_person, left);
    if (authority.phase === "requested") {
      return authority.pending_console === page.operator?.consoleName ? words().conn.asking(left) : text.requested(authority.pending_person, left);
    }
    if (mine) return page.operator?.presence.at(this.vessel.id) ? text.held : words().conn.away;
    return authority.station === "local" ? text.local : authority.station === "none" ? text.none : words().conn.heldOther;
  }

  private granted(): boolean {
    return page.operator !== null && grantedTo(this.vessel, page.store, page.operator.consoleName, GROUP);
  }

  private acts(authority: AuthorityJson | null, mine: boolean) {
    const { operator } = page;
    if (!operator) return nothing;
    const text = words().conn;
    const rests = restReason(page.store, words());
    if (mine && authority?.phase === "requested") {
      const give = (answer: string) => this.send("authority.answer", { request_id: authority.pending_id, answer });
      return html`<span class="acts">
        <button class="go" data-testid="engine-grant" ?disabled=${!!rests} title=${rests} @click=${() => give("grant")}>${text.grant}</button>
        <button data-testid="engine-deny" ?disabled=${!!rests} title=${rests} @click=${() => give("deny")}>${text.deny}</button></span>`;
    }
    const request = gate("authority.request", this.vessel, page.store, operator, words(), { group: GROUP });
    return html`<span class="acts">
      ${mine ? nothing : html`<button data-testid="engine-request" class=${this.granted() ? "" : "go"} ?disabled=${!request.open} title=${request.reasons.join("\n")}
        @click=${() => this.send("authority.request", { level: "setpoint" })}>${words().machines.request}</button>
      <button data-testid="engine-confirm" class="go" ?disabled=${!this.granted() || !!rests} title=${rests} @click=${() => this.send("authority.confirm", {})}>${text.confirm}</button>`}
      ${mine ? html`<button data-testid="engine-release" ?disabled=${!!rests} title=${rests} @click=${() => this.send("authority.release", {})}>${text.release}</button>` : this.force(authority)}
      ${request.reasons.length && !mine && !this.granted() ? html`<span class="why" data-testid="engine-why">${request.reasons.join(" · ")}</span>` : nothing}</span>`;
  }

  /** A supervisor may take it from another operator, with a reason that the ledger keeps (AUT-09). */
  private force(authority: AuthorityJson | null) {
    const text = words().conn;
    if (!page.store.welcome?.roles.includes("supervisor") || authority?.station !== "remote") return nothing;
    if (this.forcing === null) return html`<button data-testid="engine-force" @click=${() => { this.forcing = ""; }}>${text.force}</button>`;
    const reason = this.forcing.trim();
    return html`<input data-testid="engine-force-reason" maxlength="200" placeholder=${text.forceReason} aria-label=${text.forceReason} .value=${this.forcing}
        @input=${(event: Event) => { this.forcing = (event.target as HTMLInputElement).value; }} />
      <button class="go" data-testid="engine-force-confirm" ?disabled=${!reason || page.store.viewOnly} title=${restReason(page.store, words())} @click=${() => { this.forcing = null; this.send("authority.force", { level: "setpoint", reason }); }}>${text.force}</button>
      <button @click=${() => { this.forcing = null; }}>${words().order.cancel}</button>`;
  }

  private machine(machine: MachineJson) {
    const text = words().machines;
    const { look, ageS } = page.store.aged(this.vessel, machine.channel);
    const running = runningOf(this.vessel, machine, look);
    const last = lastOrder(this.vessel, machine);
    const ordered = orderedOf(last);
    const kind = kindFor(machine, running);
    return html`
      <div class="machine" data-testid="machine-${machine.channel}" data-running=${running}>
        <div>
          <div class="name" title=${machine.channel}>${text.names[machine.name] ?? machine.name}</div>
          <div class="facts">
            <span class="fact"><span class="label">${words().order.actual}</span><b class=${look}>${running === "unknown" ? DASHES : text[running]}</b>
              ${running === "unknown" ? html`<span class="label ${look}">${ageText(ageS)}</span>` : nothing}</span>
            <span class="fact ordered"><span class="label">${words().order.ordered}</span><b data-testid="machine-ordered-${machine.channel}">${ordered ? text[ordered] : DASHES}</b></span>
          </div>
        </div>
        <fh-two-step name="machine-${machine.channel}" .vessel=${this.vessel} .kind=${kind} .subject=${machine.name} .args=${{ machine: machine.name }}
          .label=${kind.endsWith(".stop") ? text.stop : text.start}></fh-two-step>
        <div class="last">${lastOrderLine(`machine-order-${machine.channel}`, last)}</div>
        ${kind === "generator.stop" ? html`<div class="last">${text.critical}</div>` : nothing}
      </div>`;
  }

  private send(kind: KindName, args: Args): void {
    void page.operator?.order(this.vessel, kind, args, {}, GROUP);
  }

  private preview(): void {
    const { operator } = page;
    if (!operator || !holds(this.vessel, operator.session, GROUP)) return;
    for (const machine of this.vessel.particulars?.machinery ?? []) {
      const running = runningOf(this.vessel, machine, page.store.aged(this.vessel, machine.channel).look);
      operator.preview(this.vessel, kindFor(machine, running), { machine: machine.name });
    }
  }
}
