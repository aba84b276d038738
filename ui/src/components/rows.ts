/** Where a list stands, by its rows: for the record of what an operator saw, and for showing that again. */

/** Return how many rows lie above what is in sight of `list`; one counts as above when more than half of it is. */
export function rowsAbove(list: Element, rows: ArrayLike<Element>, head = 0): number {
  const top = list.getBoundingClientRect().top + head;
  let above = 0;
  while (above < rows.length && middleOf(rows[above]!) < top) above += 1;
  return Math.min(above, Math.max(0, rows.length - 1));
}

/** Scroll `list` so that the row of that number, from 0, is the first in sight; the last where it has not so many. */
export function scrollToRow(list: Element, rows: ArrayLike<Element>, number: number): void {
  const row = rows[Math.min(number, rows.length - 1)];
  if (row) list.scrollTop += row.getBoundingClientRect().top - list.getBoundingClientRect().top;
}

function middleOf(row: Element): number {
  const { top, bottom } = row.getBoundingClientRect();
  return (top + bottom) / 2;
}
