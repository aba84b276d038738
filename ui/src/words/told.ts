/**
 * What ships and shore tell in English, in the language of the console: by the name of the reason or the id of the alert. What no table
 * has stands as it was told.
 */
import { alertsKo, doingKo, ladderKo, reasonsKo } from "./told-ko";

interface Told {
  alerts: Record<string, readonly [text: string, advice: string]>;
  reasons: Record<string, string>;
  ladder: Record<string, string>;
  doing: Record<string, string>;
}

const TOLD: Partial<Record<string, Told>> = { "한국어": { alerts: alertsKo, reasons: reasonsKo, ladder: ladderKo, doing: doingKo } };

/** Return the text of an alert in the language of `words`. */
export function alertText(alert: { alert_id: string; text: string }, words: { language: string }): string {
  return TOLD[words.language]?.alerts[alert.alert_id]?.[0] ?? alert.text;
}

/** Return what to do about an alert in the language of `words`. */
export function adviceText(alert: { alert_id: string; advice: string }, words: { language: string }): string {
  return alert.advice ? (TOLD[words.language]?.alerts[alert.alert_id]?.[1] ?? alert.advice) : "";
}

/** Return a reason as a sentence; behind a translation stands the ship's own, which names the area, ship or channel. */
export function reasonSentence(reason: { name: string; text: string }, words: { language: string }): string {
  const told = TOLD[words.language]?.reasons[reason.name];
  return told ? [told, reason.text].filter(Boolean).join(" · ") : reason.text || reason.name;
}

/** Return why a ship is on her step of the ladder; a sentence of its own stands for all of hers. */
export function ladderSentence(reason: { name: string; text: string }, words: { language: string }): string {
  return TOLD[words.language]?.ladder[reason.name] ?? (reason.text || reason.name);
}

/** Return what a ship does on her step, her phrases one by one. */
export function doingText(action: string, words: { language: string }): string {
  return Object.entries(TOLD[words.language]?.doing ?? {}).reduce((said, [hers, ours]) => said.replace(hers, ours), action);
}
