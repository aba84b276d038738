/** What the chart says of the water it shows: whose depths, what counts as shallow, or that there are none. */
import { html, nothing, type TemplateResult } from "lit";
import { words } from "../words";
import type { Safety, SheetJson, Sheets } from "./sheets";

/** Return one line about the charts that are in view; `here` is null where the view is too wide for any. */
export function waterWords(sheets: Sheets, here: SheetJson[] | null, safety: Safety): TemplateResult {
  const text = words().chart.water;
  const made = here?.some((sheet) => sheet.made_up) ?? false;
  const faults = sheets.faults.length ? html` · ${text.fault(sheets.faults.join("; "))}` : nothing;
  return html`${made ? html`<b data-testid="chart-made-up">${text.madeUp}</b> · ` : nothing}${waterText(sheets, here, safety)}${made ? nothing : ` · ${text.notForNavigation}`}${faults}`;
}

/** Return the sentence without its warnings. */
export function waterText(sheets: Pick<Sheets, "list">, here: SheetJson[] | null, safety: Safety): string {
  const text = words().chart.water;
  if (sheets.list === null) return text.asked;
  if (!sheets.list.length) return text.none;
  if (!here) return text.wide;
  if (!here.length) return text.notHere;
  const coarsest = Math.max(...here.map((sheet) => sheet.tolerance_m));
  return [
    text.depths(here.map((sheet) => sheet.source).join(", ")), text.shallow(String(Math.round(safety.m * 10) / 10), safety.whose),
    ...(coarsest > 0 ? [text.coarser(String(coarsest))] : []),
  ].join(", ");
}
