/** What the shore is asked for the ledger view, and how its answers are read. */
import { ask, home } from "../link/http";
import type { Words } from "../words";

export interface Entry {
  number: number;
  source: "ship" | "shore";
  kind: string;
  utc_ms: number | null;
  person: string;
  what: string;
  result: string;
  why: string;
  reasons: string[];
  hash: string;
}

export interface Verdict {
  is_whole: boolean;
  first: number;
  last: number;
  hash: string;
  entry_count: number;
  head_count: number;
  faults: { number: number; text: string }[];
  agreed_count: number | null;
  agreed_utc_ms: number | null;
}

/** Kinds that can be asked for by themselves; all: everything but the heads of ledgers. */
export const KINDS = ["all", "order", "authority", "ladder", "alert", "stop", "roster"] as const;
export type Kind = (typeof KINDS)[number];

/** Return a page of entries, the latest first; `before` null: from the end. */
export async function entries(vessel: string, kind: Kind, before: number | null, signal: AbortSignal): Promise<{ entries: Entry[]; next_before: number | null }> {
  const asked = new URLSearchParams({ limit: "100", ...(kind === "all" ? {} : { kinds: kind }), ...(before === null ? {} : { before: String(before) }) });
  return ask(`${home(vessel)}/ledger?${asked.toString()}`, signal);
}

/** Return whether the chain is whole. */
export async function verdict(vessel: string, signal: AbortSignal): Promise<Verdict> {
  return ask(`${home(vessel)}/ledger/verdict`, signal);
}

/** What stands before an entry: whole as far as is known, broken itself, or after the first break. */
export type Standing = "whole" | "broken" | "after" | "unknown";

/** Return how an entry stands by a verdict: what follows a break can no longer be shown to be what was written then. */
export function standing(number: number, judged: Verdict | null): Standing {
  if (judged === null || number < judged.first || number > judged.last) return "unknown";
  if (judged.faults.some((fault) => fault.number === number)) return "broken";
  const breaks = judged.faults.map((fault) => fault.number).filter((at) => at > 0);
  return breaks.length && number > Math.min(...breaks) ? "after" : "whole";
}

/** Return the verdict in one sentence. */
export function sentence(judged: Verdict | null, words: Words): string {
  const text = words.ledger;
  if (judged === null) return text.judging;
  if (judged.is_whole) return text.whole(judged.entry_count, judged.head_count);
  return text.broken(Math.min(...judged.faults.map((fault) => fault.number)));
}
