/** Good, amber or red: the shore decides with hysteresis, only the age, which goes on growing here, is judged here too. Pure. */
import { SILENT_MS } from "../orders/gates";
import type { GradeJson } from "../protocols.gen";

export type Grade = GradeJson;

const RISING: readonly Grade[] = [null, "good", "amber", "red"];
export const LATE_MS = 2000; // as shoreside/live/linkgrades.py: a beat is missing

/** Return the grade of a heartbeat's age as it is now, less what her own period explains; red before the first. */
export function ageGrade(ageMs: number | null): Grade {
  return ageMs === null || ageMs > SILENT_MS ? "red" : ageMs > LATE_MS ? "amber" : "good";
}

/** Return the worse of two grades; one that is not known says nothing. */
export function worst(one: Grade, other: Grade): Grade {
  return RISING.indexOf(one) > RISING.indexOf(other) ? one : other;
}
