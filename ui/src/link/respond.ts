/** The last moment to act for what lies ahead of a ship, beside the time that an operator takes to. Pure. */
import type { StatusMessage } from "../protocols.gen";
import { clockOf } from "../trial/manoeuvre";
import type { Words } from "../words";
import { doingText } from "../words/told";

type Told = Pick<StatusMessage, "heard" | "heartbeat_age_ms" | "respond"> | null;

/** Return the seconds that are left `since` seconds after the status came; null: she tells none. */
export function leftS(status: Told, since: number): number | null {
  if (!status?.heard || !status.respond || status.respond.left_s === null) return null;
  return Math.max(0, status.respond.left_s - status.heartbeat_age_ms / 1000 - since);
}

/** Return whether there is less time than an operator takes. */
export function isTimeShort(status: Told, since: number): boolean {
  const left = leftS(status, since);
  return left !== null && !!status?.respond && left < status.respond.operator_s;
}

/** Return both times in one sentence, and what she would do alone once that is judged; empty for a ship that tells none. */
export function respondText(status: Told, since: number, words: Words): string {
  if (!status?.heard || !status.respond) return "";
  const left = leftS(status, since);
  const operator = clockOf(status.respond.operator_s);
  if (left === null) return words.link.noTimeTold(operator);
  const { what, fallback, barred } = status.respond;
  const times = words.link.actWithin(clockOf(Math.floor(left)), what, operator);
  const alone = fallback ? words.link.leftAlone(doingText(fallback, words)) : "";
  return [times, barred ? `${alone}: ${barred}` : alone].filter(Boolean).join(". ");
}
