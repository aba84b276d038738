/** The orders of one vessel and what became of them, newest first. */
import type { OrderMessage, ReasonJson } from "../protocols.gen";
import { TERMINAL } from "../orders/kinds";

const ORDERS_KEPT = 100; // the shore tells the last 50; the rest is this watch's own

export interface OrderStep {
  state: string;
  utcMs: number;
}

export interface OrderEntry {
  id: string;
  kind: string;
  args: Record<string, number | string>;
  person: string;
  console: string;
  steps: OrderStep[];
  reasons: ReasonJson[];
  detail: string;
}

/** States in the order in which they can follow each other; a late lower one is put where it belongs. */
const RANK: Record<string, number> = {
  drafted: 0, signed: 1, sent: 2, "awaiting approval": 2.5, UNKNOWN: 3, received: 4, accepted: 5, executing: 6,
};
const FINAL_RANK = 9;

export class OrderLog {
  private readonly entries = new Map<string, OrderEntry>();

  /** Return the entries, newest first. */
  list(): OrderEntry[] {
    return [...this.entries.values()].sort((a, b) => (b.steps[0]?.utcMs ?? 0) - (a.steps[0]?.utcMs ?? 0));
  }

  /** Forget all of them: a replay goes to another time. */
  clear(): void {
    this.entries.clear();
  }

  get(id: string): OrderEntry | undefined {
    return this.entries.get(id);
  }

  /** Return the state an order is in now. */
  static state(entry: OrderEntry): string {
    return entry.steps.at(-1)?.state ?? "drafted";
  }

  static ended(entry: OrderEntry): boolean {
    return TERMINAL.has(OrderLog.state(entry));
  }

  /** Take one state of an order, the shore's or this page's own. */
  take(message: Omit<OrderMessage, "type" | "vessel" | "live">): void {
    const entry = this.entries.get(message.order_id) ?? this.add(message);
    if (!entry.steps.some((step) => step.state === message.state)) {
      entry.steps.push({ state: message.state, utcMs: message.utc_ms });
      entry.steps.sort((a, b) => rank(a.state) - rank(b.state));
    }
    if (message.reasons.length) entry.reasons = message.reasons;
    if (message.detail) entry.detail = message.detail;
  }

  private add(message: Omit<OrderMessage, "type" | "vessel" | "live">): OrderEntry {
    const { order_id: id, kind, args, person } = message;
    const entry = { id, kind, args, person, console: message.console, steps: [], reasons: [], detail: "" };
    this.entries.set(id, entry);
    if (this.entries.size > ORDERS_KEPT) this.entries.delete(this.entries.keys().next().value as string);
    return entry;
  }
}

function rank(state: string): number {
  return RANK[state] ?? FINAL_RANK;
}
