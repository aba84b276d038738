/** A refusal as a sentence with its value, limit and age (CMD-07). */
import { ageText } from "../link/ages";
import type { ReasonJson } from "../protocols.gen";
import type { Words } from "./en";
import { reasonSentence } from "./told";

/** Return one reason as an operator reads it: the ship's sentence, then value, limit, age where it has them. */
export function reasonText(reason: ReasonJson, words: Words): string {
  const facts = [
    reason.value === null ? "" : amount(reason.value, reason.unit),
    reason.limit === null ? "" : `${words.log.limit} ${amount(reason.limit, reason.unit)}`,
    reason.age_s === null ? "" : `${words.log.age} ${ageText(reason.age_s)}`,
  ].filter(Boolean);
  const sentence = reasonSentence(reason, words);
  return facts.length ? `${sentence} (${facts.join(", ")})` : sentence;
}

/** Return the rule of a reason in words, e.g. `INT-06 Geofence`. */
export function ruleText(reason: ReasonJson, words: Words): string {
  return [reason.rule, words.refusals.rules[reason.rule]?.[0] ?? ""].filter(Boolean).join(" ");
}

/** Return what to do about a refusal: by its rule, or by its name where it names none; empty where a later ship names another. */
export function doText(reason: Pick<ReasonJson, "name" | "rule">, words: Words): string {
  return words.refusals.rules[reason.rule]?.[1] ?? words.refusals.unruled[reason.name] ?? "";
}

/** Return an order's arguments in words, e.g. `095.0 deg`. */
export function argsText(args: Record<string, number | string>, words: Words): string {
  return Object.entries(args)
    .filter(([name]) => name !== "request_id" && name !== "order_id" && name !== "route")
    .map(([name, value]) => name === "route_hash" ? `#${String(value).slice(0, 8)}` : name === "step" ? (words.order.steps[String(value)] ?? String(value)) : amount(value, UNITS.find(([end]) => name.endsWith(end))?.[1] ?? ""))
    .join(", ");
}

const UNITS = [["_deg_min", "deg/min"], ["_deg", "deg"], ["_pct", "%"], ["_kn", "kn"], ["_m", "m"]] as const;

function amount(value: number | string, unit: string): string {
  const shown = typeof value === "number" ? String(Math.round(value * 100) / 100) : value;
  return unit && typeof value === "number" ? `${shown} ${unit}` : shown; // a limit may be words: "clear for the time"
}
