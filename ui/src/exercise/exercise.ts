/** The guided exercise of this page: begun, left, resumed; kept in the browser, so that it outlives a reload and a log-out. */
import type { Store } from "../link/store";
import type { Entry } from "../ledger/request";
import { mayOrder } from "../orders/gates";
import { advance, again, STEP_NAMES, type Progress, type Seen } from "./steps";

const STORED = "farhelm-exercise";

export class Exercise {
  /** True while its panel is open. */
  isOpen = false;
  /** True: one line of it is shown. */
  isFolded = false;
  /** Entries that the ledger's view shows now. */
  read: Entry[] = [];
  private kept: Progress | null = null;

  constructor(private readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | null) {
    this.kept = this.stored();
  }

  /** Return how far `person` has come; null where nothing was begun. */
  of(person: string): Progress | null {
    return this.kept?.person === person ? this.kept : null;
  }

  begin(person: string, sinceUtcMs: number): void {
    this.keep({ person, vessel: "", done: 0, sinceUtcMs });
    this.isOpen = true;
    this.isFolded = false;
  }

  /** Take up what was left; begin where nothing was, or where it is done. */
  resume(person: string, nowUtcMs: number): void {
    const progress = this.of(person);
    if (progress === null || progress.done >= STEP_NAMES.length) this.begin(person, nowUtcMs);
    this.isOpen = true;
  }

  /** Close the panel; what is done stays done. */
  leave(): void {
    this.isOpen = false;
  }

  /** Let the link be lost once more. */
  loseAgain(): void {
    if (this.kept) this.keep(again(this.kept));
  }

  /** Judge by what is known now; what has happened is ticked. */
  look(seen: Seen): void {
    const progress = this.of(seen.person);
    if (!this.isOpen || progress === null) return;
    const next = advance(progress, seen);
    if (next !== progress) this.keep(next);
  }

  private keep(progress: Progress): void {
    this.kept = progress;
    this.storage?.setItem(STORED, JSON.stringify(progress));
  }

  private stored(): Progress | null {
    try {
      const found = JSON.parse(this.storage?.getItem(STORED) ?? "null") as Partial<Progress> | null;
      const { person, vessel, done, sinceUtcMs } = found ?? {};
      const isWhole = typeof person === "string" && typeof vessel === "string" && Number.isInteger(done) && typeof sinceUtcMs === "number";
      return isWhole ? { person, vessel, done: Math.max(0, done as number), sinceUtcMs } : null;
    } catch {
      return null; // not ours, or cut: it is begun anew
    }
  }
}

/** Return whether the exercise is offered: the station says that it is a demo, and the person may order. */
export function isOffered(store: Store): boolean {
  return store.welcome?.demo === true && mayOrder(store);
}
