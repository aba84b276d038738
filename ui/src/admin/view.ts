import { css, html, LitElement, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { sentence } from "../account/sentence";
import { shortDevice } from "../account/requests";
import { page, Watch } from "../app/console";
import { Every } from "../components/every";
import { DASHES, stampText } from "../components/format";
import { base, buttons, panel } from "../components/style";
import { ageText } from "../link/ages";
import { words } from "../words";
import { claimText, grantStanding, grantWindow, losses, processTone, rosterStanding, toldLine, type Standing } from "./judge";
import { administration, endSessionOf, type Administration, type PersonJson, type ProcessJson, type VesselJson } from "./request";

const READ_MS = 10_000; // as often as the station's processes report
const PARTS = ["people", "vessels", "station", "acts"] as const;
type Part = (typeof PARTS)[number];

/** Who may come in and how, what the ships were given, how the station does, and what was done about it; it moves no ship. */
@customElement("fh-admin")
export class AdminView extends LitElement {
  @state() private opened: Part = "people";
  @state() private known: Administration | null = null;
  @state() private said = "";
  @state() private isWrong = false;
  /** The session whose end was asked for once: the second press ends it. */
  @state() private asked = "";
  private readonly watch = new Watch(this);
  protected readonly reading = new Every(this, READ_MS, () => void this.read());
  private asking = new AbortController();

  static override styles = [base, panel, buttons, css`
    :host { height: 100%; padding: var(--gap); }
    .all { height: 100%; display: grid; gap: var(--gap); grid-template-rows: auto minmax(0, 1fr); }
    .bar { display: flex; flex-wrap: wrap; gap: 0.375rem; align-items: center; } .bar p { margin: 0 0 0 0.75rem; flex: 1; min-width: 12rem; font-size: max(0.8125rem, 11px); color: var(--quiet); }
    .bar p.wrong { color: var(--alert-warning-text-color); font-weight: 600; }
    .list { overflow: auto; scrollbar-width: thin; }
    table { width: 100%; border-collapse: collapse; font-size: max(0.875rem, 11px); }
    th { position: sticky; top: -0.625rem; background: var(--container-background-color); text-align: left; color: var(--quiet); font-weight: 600; padding: 0.375rem 0.5rem; z-index: 1; white-space: nowrap; }
    td { padding: 0.375rem 0.5rem; border-top: 1px solid var(--border-outline-color); vertical-align: top; line-height: 1.4; } td.t { font-variant-numeric: tabular-nums; white-space: nowrap; }
    small { display: block; color: var(--quiet); font-size: max(0.75rem, 10.5px); }
    .off { color: var(--quiet); } code { font-family: ui-monospace, monospace; }
    .line { display: flex; gap: 0.5rem; align-items: center; } .line > span { flex: 1; min-width: 0; } .line button { min-height: max(2rem, 26px); }
    .tone { display: inline-block; border-left: 0.375rem solid var(--border-divider-color); padding-left: 0.375rem; white-space: nowrap; }
    .tone.same, .tone.good, .tone.in, .tone.enrolled { border-left-color: var(--alert-running-color); } .tone.waits, .tone.pending, .tone.ending, .tone.before { border-left-color: var(--alert-caution-color); }
    .tone.differs, .tone.degraded, .tone.revoked { border-left-color: var(--alert-warning-color); } .tone.silent, .tone.after { border-left-color: var(--alert-alarm-color); }
  `];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.read();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.asking.abort();
  }

  override render() {
    void this.watch;
    const text = words().admin;
    const { known } = this;
    return html`<div class="all" data-testid="admin" data-read=${known !== null}>
      <div class="bar">
        ${PARTS.map((part) => html`<button data-testid="admin-${part}" class=${this.opened === part ? "on" : ""} @click=${() => { this.opened = part; }}>${text.parts[part]}</button>`)}
        <p class=${this.isWrong ? "wrong" : ""} role="status" data-testid="admin-said">${this.said || text.hints[this.opened]}</p>
      </div>
      <section class="panel list" tabindex="0" aria-label=${text.parts[this.opened]}>${known ? this.shown(known) : text.reading}</section>
    </div>`;
  }

  private shown(known: Administration) {
    const columns = words().admin.columns[this.opened];
    const rows = { people: () => known.people.map((one) => this.person(one)), vessels: () => known.vessels.map((one) => this.vessel(one)),
      station: () => known.processes.map((one) => this.process(one)), acts: () => known.acts.map((one) => this.act(one)) }[this.opened]();
    return html`<table><thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead><tbody>${rows}</tbody></table>
      ${rows.length ? nothing : html`<p class="label">${words().admin.none}</p>`}`;
  }

  private person(one: PersonJson) {
    const text = words().admin;
    const ways = [
      one.has_password ? (one.password_is_own ? text.ownPassword : text.givenPassword) : text.noPassword, one.authenticator ? text.authenticator : "",
      one.passkeys ? text.passkeys(one.passkeys) : "",
    ].filter(Boolean);
    return html`<tr data-testid="admin-person" data-person=${one.person} class=${one.active ? "" : "off"}>
      <td><b>${one.person}</b><small>${one.active ? "" : text.barred} ${one.held.length ? text.has(one.held.join(", ")) : ""}</small></td>
      <td>${one.role}<small>${one.roc}</small></td>
      <td>${ways.map((way) => html`<div>${way}</div>`)}${one.programs.length ? html`<small>${text.programs(one.programs.join(", "))}</small>` : nothing}</td>
      <td>${one.keys.map((key) => html`<div><span class="tone ${key.key_state}" data-testid="admin-key" data-state=${key.key_state}>${key.console}</span> ${text.keyStates[key.key_state]}<small>${stampText(key.requested_utc_ms)}</small></div>`)}${one.keys.length ? nothing : DASHES}</td>
      <td>${one.sessions.map((place) => html`<div class="line" data-testid="admin-session"><span>${shortDevice(place.device) || words().account.unknownDevice} ${place.this ? `(${words().account.here})` : ""}
        <small>${place.address} · ${words().account.since(stampText(place.created_utc_ms))} · ${words().account.seen(stampText(place.seen_utc_ms))}</small></span>
        ${place.this ? nothing : this.ending(one, place.id)}</div>`)}${one.sessions.length ? nothing : DASHES}<small>${text.consoles(one.consoles)}</small></td></tr>`;
  }

  /** Two presses: the first asks, the second ends; who has a ship in hand keeps what he works with. */
  private ending(one: PersonJson, id: string) {
    const text = words().admin;
    const isAsked = this.asked === id;
    return html`<button data-testid="admin-end" class=${isAsked ? "go" : ""} ?disabled=${one.held.length > 0} title=${one.held.length ? text.holds(one.person, one.held.join(", ")) : ""}
      aria-label=${`${text.end} ${one.person}`} @click=${() => (isAsked ? void this.end(one.person, id) : (this.asked = id))}>${isAsked ? text.endSure : text.end}</button>`;
  }

  private vessel(one: VesselJson) {
    const text = words().admin;
    const window = grantWindow(one, page.store.clock.nowUtcMs());
    const { grant, roster } = one;
    return html`<tr data-testid="admin-vessel" data-vessel=${one.vessel}>
      <td><b>${one.name}</b><small>${one.heard_s === null ? text.neverHeard : text.heard(ageText(one.heard_s))}</small>
        ${one.functions.map((claim) => html`<small data-testid="admin-function" title=${`${text.claim} ${claimText(claim, text)}`}><b>${claim.notation}</b> ${claimText(claim, text)}</small>`)}</td>
      <td><code>${one.catalogue_hash?.slice(0, 12) ?? DASHES}</code><small>${text.channels(one.channels)}</small></td>
      <td>${this.standing(rosterStanding(one))}<small>${text.versions(roster.ashore, roster.aboard)} · ${text.keys(roster.keys)}</small><small>${this.told(roster.told)}</small></td>
      <td>${this.standing(grantStanding(one))} ${window ? html`<span class="tone ${window}">${text.windows[window]}</span>` : nothing}
        ${grant.ashore ? html`<small>${text.grant(grant.ashore.version, grant.ashore.master, [...grant.ashore.rocs, ...grant.ashore.groups, ...grant.ashore.levels].join(", "))}</small>
          <small>${stampText(grant.ashore.from_utc_ms)} – ${stampText(grant.ashore.to_utc_ms)}</small>` : nothing}<small>${this.told(grant.told)}</small></td>
      <td>${one.areas.map((area) => html`<div>${area.kind === "no_go" ? words().chart.noGo : words().chart.allowed}: ${area.name}</div>`)}
        <small>${Object.entries(one.limits).sort().map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`).join(" · ")}</small></td>
      <td>${text.lost(one.lost.count)}${one.lost.last_utc_ms === null ? nothing : html`<small>${stampText(one.lost.last_utc_ms)}</small>`}${one.forged ? html`<div class="tone differs">${text.forged(one.forged)}</div>` : nothing}${one.misnamed ? html`<div class="tone differs">${text.misnamed(one.misnamed)}</div>` : nothing}${one.unforeseen ? html`<div class="tone differs">${text.unforeseen(one.unforeseen)}</div>` : nothing}</td></tr>`;
  }

  private standing(standing: Standing) {
    return html`<span class="tone ${standing}" data-standing=${standing}>${words().admin.standings[standing]}</span>`;
  }

  private told(told: VesselJson["grant"]["told"]) {
    return told === null ? words().admin.toldNothing : words().admin.told(toldLine(told), told.utc_ms === null ? DASHES : stampText(told.utc_ms));
  }

  private process(one: ProcessJson) {
    const text = words().admin;
    const tone = processTone(one);
    const { rows, zeros } = losses(one);
    return html`<tr data-testid="admin-process" data-role=${one.role} data-tone=${tone}>
      <td><b>${one.name}</b><small>${one.version}</small></td><td>${one.role}</td>
      <td><span class="tone ${tone}">${text.tones[tone]}</span>${one.faults.map((fault) => html`<small>${fault}</small>`)}</td>
      <td class="t">${stampText(one.started_utc_ms)}<small>${text.spoke(ageText(one.age_s))}</small></td>
      <td>${rows.map(([name, label, value]) => html`<div>${value} ${text.figures[name] ?? name}${label ? html` <code>${label}</code>` : nothing}</div>`)}<small>${text.zeros(zeros)}</small></td></tr>`;
  }

  private act(one: Administration["acts"][number]) {
    const text = words().admin;
    return html`<tr data-testid="admin-act"><td class="t">${stampText(one.utc_ms)}</td><td>${one.person}<small>${one.role === "station" ? text.byHand : one.role}</small></td>
      <td>${text.acts[one.what] ?? one.what}</td><td>${one.whom}</td><td>${one.detail}</td></tr>`;
  }

  private async end(person: string, id: string): Promise<void> {
    this.asked = "";
    try {
      await endSessionOf(person, id);
      this.say(words().account.ended, false);
    } catch (error) {
      this.say(sentence(error), true);
    }
    await this.read();
  }

  private async read(): Promise<void> {
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    try {
      this.known = await administration(signal);
      if (this.isWrong && this.said === words().login.unreachable) this.say("", false);
    } catch (error) {
      if (!signal.aborted) this.say(sentence(error), true);
    }
  }

  private say(said: string, isWrong: boolean): void {
    this.said = said;
    this.isWrong = isWrong;
  }
}
