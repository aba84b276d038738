/** What is told of a voyage phase, row by row, from the ship's own numbers. Pure. */
import { DASHES } from "../components/format";
import type { PhaseJson } from "../protocols.gen";
import type { Words } from "../words";

export interface Row {
  name: keyof Words["phase"]["rows"];
  shown(phase: PhaseJson, words: Words): string;
}

/** Return some limits of a phase, the unit behind the last; dashes for one she does not name. */
function limits(unit: string, ...names: string[]): (phase: PhaseJson) => string {
  return (phase) => `${names.map((name) => phase.limits[name] ?? DASHES).join(" / ")} ${unit}`;
}

/** Return a state and the share of power that goes with it. */
function state(kind: "hold" | "fallback", pct?: string): (phase: PhaseJson, words: Words) => string {
  return (phase, words) => {
    const share = pct === undefined ? undefined : phase.limits[pct];
    return `${words.phase.states[phase[kind]] ?? phase[kind]}${share === undefined || phase[kind] === "station_keep" ? "" : `, ${share} %`}`;
  };
}

export const ROWS: readonly Row[] = [
  { name: "rudder", shown: limits("deg", "rudder_deg_max", "rudder_slow_deg_max") },
  { name: "propulsion", shown: limits("%", "ahead_pct_max", "astern_pct_max") },
  { name: "rate", shown: limits("deg/min", "heading_rate_deg_min_max") },
  { name: "lookAhead", shown: (phase) => `${((phase.limits["look_ahead_s"] ?? NaN) / 60).toFixed(1)} min` },
  { name: "margin", shown: limits("m", "margin_m") },
  { name: "passing", shown: (phase) => `${phase.limits["cpa_m"] ?? DASHES} m, ${((phase.limits["tcpa_s"] ?? NaN) / 60).toFixed(1)} min` },
  { name: "envelope", shown: envelope },
  { name: "hold", shown: state("hold", "hold_pct") },
  { name: "fallback", shown: state("fallback") },
  { name: "neutral", shown: limits("%", "neutral_pct") },
  { name: "stop", shown: limits("%", "stop_pct") },
];

/** Return the conditions of remote operation, and what she has no measure for. */
function envelope(phase: PhaseJson, words: Words): string {
  const text = words.phase;
  const judged = phase.envelope.map((row) => `${text.conditions[row.what] ?? row.what} ${row.low ?? ""}…${row.high ?? ""}`);
  const not = phase.not_judged.map((what) => text.conditions[what] ?? what).join(", ");
  return [...judged, not ? text.notJudged(not) : ""].filter(Boolean).join("; ");
}
