/** In which order alerts are shown: by state, then priority, then category, the latest first (IEC 62923-1). Pure. */
import type { AlertJson } from "../protocols.gen";
import type { Words } from "../words";

export type Priority = AlertJson["priority"];
export type State = AlertJson["state"];

export const PRIORITIES: readonly Priority[] = ["emergency alarm", "alarm", "warning", "caution"];
const CATEGORIES = "ABC";

/** Open ones first, then those whose cause went before anybody looked, then what somebody has seen; cautions have no such states. */
const STATE_RANK: Record<State, number> = {
  unacknowledged: 0, silenced: 0, "rectified-unacknowledged": 1, "responsibility-transferred": 2, acknowledged: 2, normal: 3,
};
const CAUTION_RANK = 2.5;

function stateRank(alert: AlertJson): number {
  return alert.priority === "caution" && alert.state !== "normal" ? CAUTION_RANK : STATE_RANK[alert.state];
}

/** Return the alerts that are not normal, in the order in which they are to be shown. */
export function ordered(alerts: readonly AlertJson[]): AlertJson[] {
  return alerts
    .filter((alert) => alert.state !== "normal")
    .sort((a, b) =>
      stateRank(a) - stateRank(b) || PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority) ||
      CATEGORIES.indexOf(a.category) - CATEGORIES.indexOf(b.category) || b.since_utc_ms - a.since_utc_ms);
}

/** Return whether somebody has still to acknowledge it: its sign flashes. A caution needs nobody. */
export function isOpen(alert: AlertJson): boolean {
  return alert.priority !== "caution" && alert.state !== "acknowledged" && alert.state !== "responsibility-transferred" && alert.state !== "normal";
}

/** Return the word for how an alert stands: a caution is active or it is gone, and nobody acknowledges it. */
export function stateText(alert: Pick<AlertJson, "priority" | "state">, text: Words["alerts"]): string {
  return alert.priority === "caution" && alert.state !== "normal" ? text.active : text.states[alert.state];
}

/** Return how the row is coloured. */
export function toneOf(priority: Priority): "emergency" | "alarm" | "warning" | "caution" {
  return priority === "emergency alarm" ? "emergency" : priority;
}

/** Return the key of an alert: ship and shore may use one id. */
export function keyOf(alert: Pick<AlertJson, "source" | "alert_id">): string {
  return `${alert.source}/${alert.alert_id}`;
}

/** Return how many there are of each priority, those that are open and all of them. */
export function counts(alerts: readonly AlertJson[]): Record<Priority, { open: number; all: number }> {
  const made = Object.fromEntries(PRIORITIES.map((priority) => [priority, { open: 0, all: 0 }])) as Record<Priority, { open: number; all: number }>;
  for (const alert of alerts) {
    if (alert.state === "normal") continue;
    made[alert.priority].all += 1;
    if (isOpen(alert)) made[alert.priority].open += 1;
  }
  return made;
}
