import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { page, Watch } from "../app/console";
import { base, buttons } from "../components/style";
import { words } from "../words";
import { isOffered } from "./exercise";
import { current, hint, STEP_NAMES, type Progress, type Seen, type StepName } from "./steps";

/** The guided exercise: its steps in words, each ticked when it has happened, and what to press next. */
@customElement("fh-exercise")
export class ExercisePanel extends LitElement {
  /** True where it stands in the conning view's chart; else in the corner of the window. */
  @property({ type: Boolean, reflect: true }) docked = false;
  private readonly watch = new Watch(this);

  static override styles = [base, buttons, css`
    :host { position: fixed; right: 0.75rem; bottom: 0.75rem; z-index: 5; width: 23rem; max-width: 60vw; }
    :host([docked]) { position: absolute; right: 6.5rem; bottom: 2.25rem; z-index: 2; }
    section { display: grid; gap: 0.25rem; max-height: 24rem; border: 2px solid var(--accent); border-radius: 0.375rem; background: var(--container-background-color); padding: 0.375rem 0.625rem 0.5rem; font-size: max(0.8125rem, 11px); line-height: 1.35; box-shadow: 0 0.25rem 1rem rgb(0 0 0 / 35%); grid-template-rows: auto minmax(0, 1fr); }
    header { display: flex; align-items: center; gap: 0.375rem; } h2 { flex: 1; margin: 0; font-size: max(0.875rem, 11px); font-weight: 700; color: var(--accent); }
    header button { min-height: max(1.75rem, 24px); min-width: 0; padding: 0 0.5rem; font-size: max(0.75rem, 10.5px); }
    ol { list-style: none; margin: 0; padding: 0; overflow-y: auto; scrollbar-width: thin; } li { display: grid; grid-template-columns: 1.5rem minmax(0, 1fr); padding: 0.0625rem 0; }
    .done { color: var(--quiet); } .done .mark { color: var(--instrument-starboard-primary-color); font-weight: 700; } .later { color: var(--quiet); }
    .now { padding: 0.25rem 0; } .now b { font-weight: 700; } .now .mark { color: var(--accent); }
    p { margin: 0.125rem 0 0; } .why { color: var(--quiet); } .hint { color: var(--alert-warning-text-color); font-weight: 600; }
  `];

  override willUpdate(): void {
    const seen = seenNow();
    if (seen) page.exercise.look(seen);
  }

  override updated(): void {
    const [list, now] = [this.renderRoot.querySelector("ol"), this.renderRoot.querySelector<HTMLElement>("li.now")];
    if (list && now && now.dataset["name"] !== this.shownStep) {
      this.shownStep = now.dataset["name"] ?? "";
      list.scrollTop = now.offsetTop - list.offsetTop - now.offsetHeight; // the step before stays in sight
    }
  }
  private shownStep = "";

  override render() {
    void this.watch;
    const { exercise, store } = page;
    const progress = exercise.of(store.welcome?.person ?? "");
    const seen = seenNow();
    if (!isOffered(store) || !exercise.isOpen || progress === null || seen === null) return nothing;
    const text = words().exercise;
    const name = current(progress);
    return html`
      <section role="region" aria-label=${text.title} data-testid="exercise" data-step=${name ?? "all"} data-done=${progress.done}>
        <header>
          <h2>${text.title} · ${text.progress(progress.done, STEP_NAMES.length)}${exercise.isFolded && name ? html` · ${text.steps[name].title}` : nothing}</h2>
          <button data-testid="exercise-fold" aria-expanded=${!exercise.isFolded} @click=${() => this.act(() => { exercise.isFolded = !exercise.isFolded; })}>${exercise.isFolded ? text.unfold : text.fold}</button>
          <button data-testid="exercise-leave" @click=${() => this.act(() => exercise.leave())}>${name ? text.leave : text.close}</button>
        </header>
        ${exercise.isFolded ? nothing : html`<ol tabindex="0" aria-label=${text.title}>${STEP_NAMES.map((each, at) => this.step(each, at, progress, seen))}</ol>`}
        ${name ? nothing : html`<p role="status" data-testid="exercise-end">${text.end} <button data-testid="exercise-again" @click=${() => this.act(() => exercise.begin(progress.person, store.clock.nowUtcMs()))}>${text.again}</button></p>`}
      </section>`;
  }

  private step(name: StepName, at: number, progress: Progress, seen: Seen) {
    const text = words().exercise;
    const { title, how, why } = text.steps[name];
    const state = at < progress.done ? "done" : at === progress.done ? "now" : "later";
    const mark = { done: "✓", now: "▶", later: "○" }[state];
    if (state !== "now") return html`<li class=${state} data-testid="exercise-step" data-name=${name} data-state=${state}>${this.mark(mark, text.states[state])}<span>${title}</span></li>`;
    const said = hint(progress, seen);
    const ship = seen.ship?.name ?? "";
    return html`<li class="now" data-testid="exercise-step" data-name=${name} data-state="now" aria-current="step">${this.mark(mark, text.states[state])}
      <div role="status"><b>${title}</b><p>${how}</p><p class="why">${why}</p>
        ${said ? html`<p class="hint" data-testid="exercise-hint" data-hint=${said}>${text.hints[said](ship)}
          ${said === "drillOver" ? html`<button @click=${() => this.act(() => page.exercise.loseAgain())}>${text.once}</button>` : nothing}</p>` : nothing}</div></li>`;
  }

  private mark(sign: string, said: string) {
    return html`<span class="mark" role="img" aria-label=${said}>${sign}</span>`;
  }

  private act(change: () => void): void {
    change();
    page.store.changed();
  }
}

/** A button that begins the exercise, or takes it up where it was left; nothing where it is not offered or open already. */
@customElement("fh-exercise-offer")
export class ExerciseOffer extends LitElement {
  /** Test id, where it stands in several places. */
  @property() name = "exercise-offer";
  private readonly watch = new Watch(this);
  static override styles = [base, buttons, css`:host { display: inline-block; } button { min-height: max(2rem, 28px); }`];

  override render() {
    void this.watch;
    const { exercise, store } = page;
    const person = store.welcome?.person ?? "";
    if (!isOffered(store) || exercise.isOpen) return nothing;
    const text = words().exercise;
    const done = exercise.of(person)?.done ?? 0;
    const isBegun = done > 0 && done < STEP_NAMES.length;
    return html`<button data-testid=${this.name} title=${text.offerWhy} @click=${() => {
      exercise.resume(person, store.clock.nowUtcMs());
      this.dispatchEvent(new Event("begun", { bubbles: true, composed: true }));
      store.changed();
    }}>${isBegun ? text.resume(done, STEP_NAMES.length) : text.offer}</button>`;
  }
}

/** What the page has received, for the exercise; null before anybody is logged in. */
function seenNow(): Seen | null {
  const { exercise, operator, store, view } = page;
  const person = store.welcome?.person;
  if (!operator || person === undefined) return null;
  const vessel = exercise.of(person)?.vessel ?? "";
  return {
    open: page.openVessel(), view, ship: vessel ? store.vessel(vessel) : null, session: operator.session, console: operator.consoleName, person, read: exercise.read,
  };
}
