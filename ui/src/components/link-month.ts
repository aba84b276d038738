/** What a vessel's connections have carried this month, as her own kernel counts it, and how much of her budget that is. Pure. */
import { aged, type Look } from "../link/ages";
import type { Vessel } from "../link/store";
import type { Words } from "../words";
import { bytesText, DASHES } from "./format";
import type { Grade } from "./link-grade";

const COUNT = /^LNK_([A-Z]+)_(SAMPLES|AIS|EVENTS|COMMAND|UPKEEP)$/;
const BUDGET = "LNK_BUDGET";
const MB = 1e6;
/** Per cent of the budget from which AIS targets and then history are held back aboard. */
const AMBER_PCT = 80;
const RED_PCT = 95;

/** The month in words: all of it, what there is of a budget, and, at length, by bearer and class. */
export interface MonthText {
  text: string;
  title: string;
  look: Look;
  grade: Grade;
}

/** Return what went this month; null of a ship that tells none of it, dashes where what she told is not to be believed. */
export function monthOf(vessel: Pick<Vessel, "values" | "channels">, nowUtcMs: number, { link }: Words): MonthText | null {
  const told = [...vessel.values].filter(([id]) => COUNT.test(id)).sort(([a], [b]) => (a < b ? -1 : 1));
  const [first] = told;
  if (first === undefined) return null;
  const { look } = aged(first[1], vessel.channels.get(first[0]), nowUtcMs);
  const known = told.flatMap(([id, { value }]) => (typeof value === "number" ? [{ id, bytes: value * MB }] : []));
  if (look === "invalid" || !known.length) return { text: `${link.month} ${DASHES}`, title: link.monthTitle, look: "invalid", grade: null };
  const budget = vessel.values.get(BUDGET)?.value;
  const pct = typeof budget === "number" ? budget : null;
  const all = `${link.month} ${bytesText(known.reduce((sum, { bytes }) => sum + bytes, 0))}`;
  return {
    text: pct === null ? all : `${all}, ${pct.toFixed(0)} % ${link.ofBudget}`,
    title: [link.monthTitle, ...known.filter(({ bytes }) => bytes > 0).map(({ id, bytes }) => `${nameOf(id, link.classes)}: ${bytesText(bytes)}`)].join("\n"),
    look, grade: pct === null ? null : pct >= RED_PCT ? "red" : pct >= AMBER_PCT ? "amber" : "good",
  };
}

function nameOf(id: string, classes: Record<string, string>): string {
  const [, bearer = "", what = ""] = COUNT.exec(id) ?? [];
  return `${bearer.toLowerCase()}, ${classes[what] ?? what.toLowerCase()}`;
}
