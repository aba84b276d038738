import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { page } from "../app/console";
import { DASHES, stampText } from "../components/format";
import { rowsAbove } from "../components/rows";
import { base, buttons, panel } from "../components/style";
import type { Vessel } from "../link/store";
import { listText } from "../replay/look";
import { words } from "../words";
import { entries, KINDS, sentence, standing, verdict, type Entry, type Kind, type Verdict } from "./request";

/** Who ordered what, when, why, what came of it, and whether the chain is whole (LED-01, LED-03). */
@customElement("fh-ledger")
export class LedgerView extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  @state() private rows: Entry[] = [];
  @state() private next: number | null = null;
  @state() private kind: Kind = "all";
  @state() private judged: Verdict | null = null;
  @state() private problem = "";
  @state() private isBusy = false;
  private asking = new AbortController();

  static override styles = [base, panel, buttons, css`
    :host { height: 100%; padding: var(--gap); }
    .all { height: 100%; display: grid; gap: var(--gap); grid-template-rows: auto auto minmax(0, 1fr); }
    .verdict { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.25rem 1rem; align-items: center; border-left: 0.5rem solid var(--border-divider-color); }
    .verdict.whole { border-left-color: var(--alert-running-color); } .verdict.broken { border-left-color: var(--alert-alarm-color); background: var(--alert-alarm-container-background-color); }
    .verdict b { font-size: 1.25rem; } .verdict ul { grid-column: 1 / -1; margin: 0; padding-left: 1.25rem; font-size: max(0.875rem, 11px); }
    .bar { display: flex; flex-wrap: wrap; gap: 0.375rem; align-items: center; }
    .list { overflow: auto; scrollbar-width: thin; }
    table { width: 100%; border-collapse: collapse; font-size: max(0.875rem, 11px); }
    th { position: sticky; top: 0; background: var(--container-background-color); text-align: left; color: var(--quiet); font-weight: 600; padding: 0.375rem 0.5rem; z-index: 1; }
    td { padding: 0.375rem 0.5rem; border-top: 1px solid var(--border-outline-color); vertical-align: top; } td.n, td.t { font-variant-numeric: tabular-nums; white-space: nowrap; }
    td.hash { font-family: ui-monospace, monospace; color: var(--faint); white-space: nowrap; }
    tr.broken td { background: var(--alert-alarm-container-background-color); } tr.after td { background: var(--alert-caution-container-background-color); }
    .reasons { color: var(--quiet); } .wrong { color: var(--alert-warning-text-color); }
  `];

  override firstUpdated(): void {
    this.look("all");
    this.judge();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.asking.abort();
    page.exercise.read = [];
  }

  override render() {
    const text = words().ledger;
    return html`
      <div class="all" data-testid="ledger" data-vessel=${this.vessel.id}>
        ${this.head()}
        <div class="bar">${KINDS.map((kind) => html`<button data-testid="ledger-kind-${kind}" class=${this.kind === kind ? "on" : ""} @click=${() => this.look(kind)}>${text.kinds[kind]}</button>`)}</div>
        <section class="panel list" tabindex="0" aria-label=${text.title} @scroll=${this.scrolled}>
          ${this.problem ? html`<p class="wrong" role="status">${this.problem}</p>` : nothing}
          <table>
            <thead><tr>${text.columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
            <tbody>${this.rows.map((row) => this.row(row))}</tbody>
          </table>
          ${this.rows.length || this.isBusy || this.problem ? nothing : html`<p class="label">${text.none}</p>`}
          ${this.next === null ? nothing : html`<button data-testid="ledger-older" ?disabled=${this.isBusy} @click=${() => this.more()}>${text.older}</button>`}
        </section>
      </div>`;
  }

  private head() {
    const text = words().ledger;
    const { judged } = this;
    const tone = judged === null ? "" : judged.is_whole ? "whole" : "broken";
    const agreed = judged?.agreed_count ?? null;
    return html`
      <section class="panel verdict ${tone}" role=${tone === "broken" ? "alert" : "status"} data-testid="ledger-verdict" data-whole=${judged === null ? "" : String(judged.is_whole)}>
        <b>${sentence(judged, words())}</b>
        <button data-testid="ledger-verify" @click=${() => this.judge()}>${text.verify}</button>
        ${judged === null ? nothing : html`<span class="label">${text.range(judged.first, judged.last, judged.hash)} · ${agreed === null || judged.agreed_utc_ms === null ? text.notAgreed : text.agreed(agreed, stampText(judged.agreed_utc_ms))}</span>`}
        ${judged?.faults.length ? html`<ul>${judged.faults.map((fault) => html`<li data-testid="ledger-fault" data-number=${fault.number}>${fault.text}</li>`)}</ul>` : nothing}
      </section>`;
  }

  private row(entry: Entry) {
    const text = words();
    const stands = standing(entry.number, this.judged);
    return html`
      <tr class=${stands} data-testid="ledger-entry" data-number=${entry.number} data-kind=${entry.kind} data-standing=${stands}>
        <td class="n">${entry.number}${stands === "broken" ? " ✗" : stands === "after" ? " ?" : ""}</td>
        <td class="t">${entry.utc_ms === null ? DASHES : stampText(entry.utc_ms)}</td>
        <td>${text.ledger.sources[entry.source]}</td>
        <td>${entry.person || DASHES}</td>
        <td>${entry.kind === "order" ? `${text.log.kinds[entry.what.split(" ")[0] ?? ""] ?? entry.what.split(" ")[0]} ${entry.what.split(" ").slice(1).join(" ")}` : entry.what}</td>
        <td>${text.log.states[entry.result] ?? entry.result}${entry.reasons.length ? html`<div class="reasons">${entry.reasons.join(" · ")}</div>` : nothing}</td>
        <td>${entry.why}</td>
        <td class="hash">${entry.hash}</td>
      </tr>`;
  }

  /** Entries keep their numbers, whatever comes behind them: so it is told which one is the first in sight. */
  private readonly scrolled = (event: Event): void => {
    const list = event.currentTarget as Element;
    const rows = list.querySelectorAll<HTMLElement>("tbody tr");
    const above = list.scrollTop > 0 ? rowsAbove(list, rows, list.querySelector("thead")?.clientHeight) : 0;
    page.stands("list", above ? listText({ of: "entry", at: Number(rows[above]?.dataset["number"]) }) : "");
  };

  private look(kind: Kind): void {
    this.kind = kind;
    this.rows = [];
    this.next = null;
    this.ask(null);
  }

  private more(): void {
    this.ask(this.next);
  }

  private ask(before: number | null): void {
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    this.isBusy = true;
    void entries(this.vessel.id, this.kind, before, signal).then((found) => {
      if (signal.aborted) return;
      this.rows = before === null ? found.entries : [...this.rows, ...found.entries];
      page.exercise.read = this.rows;
      this.next = found.next_before;
      this.problem = "";
      this.isBusy = false;
    }).catch(this.fail);
  }

  private judge(): void {
    this.judged = null;
    void verdict(this.vessel.id, new AbortController().signal).then((found) => { this.judged = found; }).catch(this.fail);
  }

  private readonly fail = (error: unknown): void => {
    if (error instanceof DOMException && error.name === "AbortError") return;
    this.isBusy = false;
    this.problem = `${words().history.failed} ${error instanceof Error ? error.message : String(error)}`;
  };
}
