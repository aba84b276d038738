/** What the cards of the order panel share: their look, the row of facts, and the choice between two ways of one order. */
import { css, html } from "lit";
import type { Power, Steering } from "../orders/drafts";
import { words } from "../words";

export const card = css`
  .card { display: grid; gap: 0.375rem; }
  .head { display: flex; align-items: center; gap: 0.75rem; min-height: max(1.75rem, 24px); }
  .head h2, .head .ways { flex: 1; }
  .fact { font-size: max(0.75rem, 10.5px); color: var(--quiet); white-space: nowrap; }
  .fact b { font-variant-numeric: tabular-nums; font-size: 1rem; color: var(--fresh); font-weight: 600; }
  .fact.ordered b { color: var(--accent); }
  .row { display: grid; gap: 0.375rem; align-items: center; }
  .row button { padding: 0; }
  .ways { display: flex; gap: 0.25rem; }
  .ways button { min-height: max(1.75rem, 24px); padding: 0 0.625rem; font-size: max(0.75rem, 10.5px); }
  button.inforce { box-shadow: inset 0 -3px 0 var(--accent); }
  button.on.inforce { box-shadow: inset 0 -3px 0 currentColor; }
  input[type="range"] { width: 100%; accent-color: var(--accent); padding: 0; min-height: max(1.75rem, 24px); background: transparent; border: 0; }
  .ends { display: flex; justify-content: space-between; gap: 0.5rem; }
  .ends b { color: var(--accent); font-weight: 600; white-space: nowrap; }
`;

export interface Way<W extends Steering | Power> {
  way: W;
  name: string;
  /** Ordered so now. */
  isInForce: boolean;
}

/** Return the choice between the ways of one order; the one in force is underlined, and says so. */
export function ways<W extends Steering | Power>(label: string, of: Way<W>[], chosen: W, choose: (way: W) => void) {
  return html`<div class="ways" role="group" aria-label=${label}>${of.map(({ way, name, isInForce }) => html`<button data-testid="way-${way.slice(5)}"
    class="${way === chosen ? "on" : ""} ${isInForce ? "inforce" : ""}" aria-pressed=${way === chosen} title=${isInForce ? words().order.inForce : ""} @click=${() => choose(way)}>${name}</button>`)}</div>`;
}

/** Return what is, beside what is ordered. */
export function facts(name: string, actual: string, ordered: string) {
  const text = words().order;
  return html`<span class="fact">${text.actual} <b>${actual}</b></span><span class="fact ordered">${text.ordered} <b data-testid="${name}-ordered">${ordered}</b></span>`;
}
