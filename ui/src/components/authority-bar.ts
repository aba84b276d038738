import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import { accessLeftS, lapseLeftS } from "../authority/notices";
import type { Vessel } from "../link/store";
import { gate, grantedTo, holds, restReason } from "../orders/gates";
import type { AuthorityJson } from "../protocols.gen";
import type { Args, KindName } from "../orders/kinds";
import type { Operator } from "../orders/operator";
import { PRESENCE_LIMIT_S, PRESENCE_WARN_S } from "../orders/presence";
import { words } from "../words";
import { doingText, reasonSentence } from "../words/told";
import { DASHES, secondsText } from "./format";
import { base, buttons, panel } from "./style";

/** Who has the conn: the largest fact on the screen, and the ways to get it or give it. */
@customElement("fh-authority-bar")
export class AuthorityBar extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  /** Reason of a takeover as it is typed; null where none is begun. */
  @state() private forcing: string | null = null;
  /** To whom the conn is to be offered; empty: the first who is here. */
  @state() private to = "";
  @state() private level: "setpoint" | "direct" = "setpoint";
  private readonly watch = new Watch(this);

  static override styles = [base, panel, buttons, css`
    .panel { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; align-items: center; gap: 1.75rem; height: 6.25rem; padding: 0 1.25rem; border-left: 0.5rem solid var(--border-divider-color); }
    .panel.mine { border-left-color: var(--accent); background: var(--amplified-enabled-background-color); }
    .panel.local { border-left-color: var(--alert-running-color); }
    .panel.none { border-left-color: var(--alert-caution-color); }
    .holder { font-size: 3.25rem; line-height: 1.2; margin-bottom: -0.1em; font-weight: 700; letter-spacing: -0.01em; max-width: 38rem; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    .mine .holder { color: var(--on-amplified-active-color); }
    .facts { display: flex; flex-wrap: wrap; gap: 0.25rem 1.75rem; align-items: end; }
    .fact { white-space: nowrap; }
    .fact b { display: block; font-weight: 600; font-size: 1.125rem; font-variant-numeric: tabular-nums; }
    .says { flex-basis: 100%; color: var(--quiet); font-size: max(0.875rem, 11px); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .says.urgent { color: var(--alert-warning-text-color); font-weight: 600; }
    .acts { display: grid; grid-template-columns: repeat(3, 8.5rem); gap: 0.25rem 0.5rem; align-items: center; }
    .acts > button { padding: 0; }
    .under { grid-column: 1 / -1; display: flex; gap: 0.5rem; align-items: center; height: 2.25rem; min-width: 0; }
    .under .why { flex: 1; min-width: 0; display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden; color: var(--alert-warning-text-color); }
    .under button { min-height: max(2rem, 26px); }
    .under .reason { flex: 1; min-height: max(2rem, 26px); width: 8rem; }
    .under select { font: inherit; font-size: max(0.875rem, 11px); min-height: max(2rem, 26px); min-width: 0; flex: 1; border-radius: 0.375rem; border: 1px solid var(--border-divider-color); background: var(--container-section-color); color: var(--element-active-color); }
    @media (max-width: 1199px) { .panel { height: auto; min-height: 6.25rem; } } /* facts in two rows: the sentence below them is what must not be cut */
    .levels { display: flex; }
    .levels button { min-width: 5rem; border-radius: 0; font-weight: 400; }
    .levels button:first-child { border-radius: 0.375rem 0 0 0.375rem; }
    .levels button:last-child { border-radius: 0 0.375rem 0.375rem 0; }
  `];

  override render() {
    void this.watch;
    const text = words().conn;
    if (!this.vessel.takesOrders) return this.watched();
    const { status } = this.vessel;
    const authority = status?.heard ? status.authority : null;
    const mine = page.operator !== null && holds(this.vessel, page.operator.session);
    const silent = (this.vessel.silenceMs() ?? Infinity) > 10_000;
    const tone = mine ? "mine" : (authority?.station ?? "none");
    return html`
      <section class="panel ${tone}" aria-live="polite">
        <div>
          <h2>${text.title}</h2>
          <div class="holder" data-testid="conn-holder" data-station=${authority?.station ?? ""} data-mine=${mine} data-fencing=${authority?.fencing ?? ""}
            style=${silent ? "opacity: 0.55" : ""}>${this.holder(mine)}</div>
        </div>
        <div class="facts">
          ${this.fact(text.roc, authority?.roc, "conn-roc")}${this.fact(text.role, authority?.role)}${this.fact(text.level, authority?.level)}
          ${this.fact(text.fencing, authority ? String(authority.fencing) : "", "conn-fencing")}
          ${this.fact(text.lease, this.leaseText(), "conn-lease")}
          ${status?.engineering ? this.fact(text.engineering, this.engineer(status.engineering), "conn-engineering") : nothing}
          <div class="says ${this.urgent() ? "urgent" : ""}" data-testid="conn-says">${this.says(mine)}</div>
        </div>
        ${this.acts(mine)}
      </section>`;
  }

  /** Who has the other function group (AUT-02). */
  private engineer(authority: AuthorityJson): string {
    const text = words().conn;
    return authority.station === "local" ? text.bridge : authority.person || text.nobody;
  }

  private watched() {
    const text = words().conn;
    return html`
      <section class="panel">
        <div><h2>${text.title}</h2><div class="holder" data-testid="conn-holder" data-station="">${text.watched}</div></div>
        <div class="facts"><div class="says" data-testid="conn-says">${text.watchedWhy}</div></div>
      </section>`;
  }

  private holder(mine: boolean): string {
    const text = words().conn;
    const authority = this.vessel.status?.heard ? this.vessel.status.authority : null;
    if (authority === null) return text.unknown;
    if (authority.station === "local") return text.bridge;
    if (authority.station === "none") return text.nobody;
    return mine ? `${text.you} · ${authority.person}` : authority.person;
  }

  private leaseText(): string {
    const authority = this.vessel.status?.authority;
    if (authority?.lease_age_s === null || authority?.lease_age_s === undefined) return DASHES;
    const since = (performance.now() - this.vessel.statusAtMs) / 1000;
    return `${(authority.lease_age_s + since).toFixed(1)} s`;
  }

  private fact(label: string, value: string | undefined, testId = "") {
    return html`<div class="fact"><span class="label">${label}</span><b data-testid=${testId || nothing}>${value || DASHES}</b></div>`;
  }

  private urgent(): boolean {
    const authority = this.vessel.status?.authority;
    return authority !== undefined && (authority.phase !== "held" || this.lapseLeft() !== null || this.ending() !== "" || (page.operator?.presence.idleS() ?? 0) > PRESENCE_WARN_S);
  }

  private says(mine: boolean): string {
    const text = words().conn;
    const { status } = this.vessel;
    if (!status?.heard) return text.never;
    const { authority } = status;
    const since = (performance.now() - this.vessel.statusAtMs) / 1000;
    const left = secondsText(authority.pending_left_s === null ? null : authority.pending_left_s - since);
    if (authority.phase === "granted") return this.granted() ? text.granted(left) : text.grantedOther(authority.pending_person, left);
    if (authority.phase === "requested") {
      return authority.pending_console === page.operator?.consoleName ? text.asking(left) : text.requested(authority.pending_person, left);
    }
    const lapse = this.lapseLeft();
    if (!mine && lapse !== null) return lapse === 0 ? text.lapsed(authority.person) : text.lapsing(authority.person, secondsText(lapse));
    const ending = this.ending();
    if (ending !== "") return ending;
    if (mine) return this.presence();
    return authority.station === "local" ? text.local : authority.station === "none" ? text.none : text.heldOther;
  }

  /** The end of the Master's remote-access grant: coming while somebody ashore has her, or come. Empty: neither. */
  private ending(): string {
    const text = words().conn;
    const { status } = this.vessel;
    if (!status?.heard) return "";
    if (status.no_access.length) return text.noAccess(status.no_access.map((reason) => reasonSentence(reason, words())).join(" "));
    const leftS = accessLeftS(status, (performance.now() - this.vessel.statusAtMs) / 1000);
    return leftS === null ? "" : text.accessEnds(leftS < 120 ? secondsText(leftS) : text.minutes(Math.floor(leftS / 60)));
  }

  private lapseLeft(): number | null {
    const authority = this.vessel.status?.authority;
    const since = (performance.now() - this.vessel.statusAtMs) / 1000;
    return authority ? lapseLeftS(authority, this.vessel.status?.lease_s ?? null, since) : null;
  }

  private presence(): string {
    const text = words().conn;
    const lapse = this.lapseLeft();
    const presence = page.operator?.presence;
    if (lapse === 0) return text.ownLapsed;
    if (lapse !== null && presence?.at(this.vessel.id)) return text.ownLapsing(secondsText(lapse));
    if (!presence?.at(this.vessel.id)) return text.away;
    if (presence.idleS() > PRESENCE_WARN_S) return text.idle(secondsText(PRESENCE_LIMIT_S - presence.idleS()));
    const step = this.vessel.status?.step ?? "L0";
    return step === "L0" ? text.held : words().banner.ladder(step, doingText(this.vessel.status?.action ?? "", words()) || (words().link.steps[step] ?? ""));
  }

  private granted(): boolean {
    return page.operator !== null && grantedTo(this.vessel, page.store, page.operator.consoleName);
  }

  private acts(mine: boolean) {
    const { operator } = page;
    if (!operator) return nothing;
    const text = words().conn;
    const authority = this.vessel.status?.authority;
    const offered = mine && authority?.phase === "requested";
    const request = gate("authority.request", this.vessel, page.store, operator, words());
    const give = (answer: string) => this.send("authority.answer", { request_id: authority?.pending_id ?? "", answer });
    const rests = restReason(page.store, words());
    return html`
      <div class="acts">
        ${offered ? html`
          <button class="go" data-testid="conn-grant" ?disabled=${!!rests} title=${rests} @click=${() => give("grant")}>${text.grant}</button>
          <button data-testid="conn-deny" ?disabled=${!!rests} title=${rests} @click=${() => give("deny")}>${text.deny}</button>` : html`
          <button data-testid="conn-request" class=${this.granted() || mine ? "" : "go"} ?disabled=${!request.open} title=${request.reasons.join("\n")}
            @click=${() => this.send("authority.request", { level: this.level })}>${text.request}</button>
          <button data-testid="conn-confirm" class="go" ?disabled=${!this.granted() || !!rests} title=${rests} @click=${() => this.send("authority.confirm", {})}>${text.confirm}</button>`}
        <button data-testid="conn-release" ?disabled=${!mine || !!rests} title=${rests} @click=${() => this.send("authority.release", {})}>${text.release}</button>
        <div class="under">
        <div class="levels" role="group" aria-label=${text.level} ?hidden=${mine || this.forcing !== null}>
          ${(["setpoint", "direct"] as const).map((level) => html`<button data-testid="level-${level}" class=${this.level === level ? "on" : ""}
            @click=${() => { this.level = level; }}>${text[`level_${level}`]}</button>`)}
        </div>
        ${this.force(mine)}${mine ? this.offer(operator) : nothing}
        <div class="why" data-testid="conn-why" title=${request.reasons.join(" · ")}>${mine || this.granted() || this.forcing !== null ? "" : request.reasons.join(" · ")}</div>
        </div>
      </div>`;
  }

  /** Who has the conn may offer it to one person who is here; the offer itself is told on every console. */
  private offer(operator: Operator) {
    const text = words().offer;
    const { list, people } = page.store.offers;
    const open = list.find((each) => each.vessel === this.vessel.id && (each.state === "open" || each.state === "accepted"));
    const rests = restReason(page.store, words());
    if (open) return html`<button data-testid="offer-withdraw" ?disabled=${!!rests} title=${rests} @click=${() => page.offering.withdraw(this.vessel.id, operator)}>${text.withdraw}</button>`;
    const others = people.filter((person) => person !== page.store.welcome?.person);
    const to = others.includes(this.to) ? this.to : (others[0] ?? "");
    return html`<select data-testid="offer-to" aria-label=${text.to} title=${text.to} ?disabled=${!others.length} @change=${(event: Event) => { this.to = (event.target as HTMLSelectElement).value; }}>
        ${others.length ? others.map((person) => html`<option ?selected=${person === to}>${person}</option>`) : html`<option>${text.nobodyElse}</option>`}</select>
      <button data-testid="offer-make" ?disabled=${!others.length || this.vessel.status?.authority.phase !== "held" || !!rests} title=${rests} @click=${() => page.offering.offer(this.vessel, to, operator)}>${text.offer}</button>`;
  }

  /** A supervisor may take it from another operator, with a reason that the ledger keeps (AUT-09). */
  private force(mine: boolean) {
    const may = page.store.welcome?.roles.includes("supervisor") && this.vessel.status?.authority.station === "remote" && !mine;
    if (!may) return nothing;
    const text = words().conn;
    if (this.forcing === null) return html`<button data-testid="conn-force" @click=${() => { this.forcing = ""; }}>${text.force}</button>`;
    const reason = this.forcing.trim();
    return html`
      <input class="reason" data-testid="conn-force-reason" maxlength="200" placeholder=${text.forceReason} aria-label=${text.forceReason} .value=${this.forcing}
        @input=${(event: Event) => { this.forcing = (event.target as HTMLInputElement).value; }} @keydown=${(event: KeyboardEvent) => { if (event.key === "Escape") this.forcing = null; }} />
      <button data-testid="conn-force-confirm" class="go" ?disabled=${!reason || page.store.viewOnly} title=${restReason(page.store, words())} @click=${() => { this.forcing = null; this.send("authority.force", { level: this.level, reason }); }}>${text.force}</button>
      <button data-testid="conn-force-cancel" @click=${() => { this.forcing = null; }}>${words().order.cancel}</button>`;
  }

  private send(kind: KindName, args: Args): void {
    void page.operator?.order(this.vessel, kind, args);
  }
}
