/**
 * How a view stood, coarse and as one short text, so that a replay can show it: of a chart place, zoom and what is up, of the history its span, of a
 * list the first row in sight. Pure.
 */
import type { LonLat } from "../map/geometry";
import type { Orientation } from "../map/rings";

/** How a chart stood. */
export interface ChartLook {
  /** Middle of the picture; null: it follows the ship. */
  at: LonLat | null;
  zoom: number;
  up: Orientation;
}

const ZOOM_STEP = 0.5; // a fifth more or less of what is seen is another picture
const WORLD_DEG = 360; // of a picture 512 px wide at zoom 0
const PARTS = 4; // the middle is told to a quarter of 512 px: a ship that is looked at stays in the picture
const CHART = /^(own|(-?\d+\.\d{5}) (-?\d+\.\d{5})) z(\d+(?:\.5)?) (north|head|course)$/;
const SPAN = /^(last|\d{1,14}) (\d{1,14})$/;
const SPAN_PARTS = 50; // the begin is told to two hundredths of the length

/** Return a chart's look as text: steps of half a zoom, and of a quarter of a picture for its middle. */
export function chartText(look: ChartLook): string {
  const zoom = Math.max(0, Math.round(look.zoom / ZOOM_STEP) * ZOOM_STEP);
  const step = WORLD_DEG / 2 ** zoom / PARTS;
  const coarse = (deg: number): string => (Math.round(deg / step) * step).toFixed(5);
  return `${look.at === null ? "own" : `${coarse(look.at[0])} ${coarse(look.at[1])}`} z${zoom} ${look.up}`;
}

/** Return the chart's look in a text; null where it tells none. */
export function chartOf(text: string): ChartLook | null {
  const found = partOf(text, CHART);
  if (!found) return null;
  const [, , longitude, latitude, zoom, up] = found;
  return { at: longitude === undefined ? null : [Number(longitude), Number(latitude)], zoom: Number(zoom), up: up as Orientation };
}

/** Return a span of the history as text: its length, and its begin; `fromMs` null: up to now. */
export function spanText(fromMs: number | null, lengthMs: number): string {
  const step = Math.max(1, lengthMs / SPAN_PARTS);
  return `${fromMs === null ? "last" : Math.round(Math.round(fromMs / step) * step)} ${Math.round(lengthMs)}`;
}

/** Return the span in a text, up to `nowMs` where it was the latest; null where it tells none. */
export function spanOf(text: string, nowMs: number): [fromMs: number, toMs: number] | null {
  const found = partOf(text, SPAN);
  if (!found) return null;
  const lengthMs = Number(found[2]);
  const fromMs = found[1] === "last" ? nowMs - lengthMs : Number(found[1]);
  return [fromMs, fromMs + lengthMs];
}

/** Parts of a view that tell how they stand. */
export type Part = "chart" | "span" | "list";

/** How a list stood: how many rows of it were above what was in sight, of `past` alerts likewise; of the ledger the number of the first entry in sight. */
export interface ListLook {
  of: "row" | "past" | "entry";
  at: number;
}

const LIST = /^(row|past|entry) (\d{1,9})$/;
const BETWEEN = "; ";

/** Return how a list stood as text; empty for one that was never moved. */
export function listText({ of, at }: ListLook): string {
  return of === "row" && at === 0 ? "" : `${of} ${at}`;
}

/** Return how a list stood by a text; null where it tells of none. */
export function listOf(text: string): ListLook | null {
  const found = partOf(text, LIST);
  return found && { of: found[1] as ListLook["of"], at: Number(found[2]) };
}

/** Return the looks of a view's parts as one text. */
export function lookText(parts: Partial<Record<Part, string>>): string {
  return [parts.chart, parts.span, parts.list].filter(Boolean).join(BETWEEN);
}

function partOf(text: string, form: RegExp): RegExpExecArray | null {
  for (const part of text.split(BETWEEN)) {
    const found = form.exec(part);
    if (found) return found;
  }
  return null;
}
