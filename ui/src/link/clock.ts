const HEARD_KEPT = 30; // about half a minute of messages: long enough for one quick one, short enough to follow a drift
const SKEW_MS_MIN = 10_000; // less may be the way of a message; a PC that asks a time server is within a second

/**
 * The shore's clock as seen here: the least delayed of the last messages tells the offset best. It runs on by the time since the page
 * was opened, never by this computer's clock, which may be wrong, or set while one watches.
 */
export class ServerClock {
  private offsets: number[] = [];

  /** Take the shore's time out of a message that has just come. */
  hear(serverUtcMs: number): void {
    this.offsets = [...this.offsets, serverUtcMs - performance.now()].slice(-HEARD_KEPT);
  }

  /** Return the shore's UTC milliseconds now; this computer's own before the first message. */
  nowUtcMs(): number {
    return this.offsets.length ? performance.now() + Math.max(...this.offsets) : Date.now();
  }

  /** Return by how much this computer's clock is ahead of the shore's, milliseconds; 0 where they agree or nothing was heard yet. */
  skewMs(): number {
    const skewMs = Date.now() - this.nowUtcMs();
    return this.offsets.length && Math.abs(skewMs) >= SKEW_MS_MIN ? skewMs : 0;
  }
}

/** What tells the shore's time where there is no socket: the answers to requests. */
export const shoreClock = new ServerClock();

/** Take the time of an answer; it is cut to the second (RFC 9110, 6.6.1), which is why the latest of them counts. */
export function hearAnswer(answer: Response): void {
  const utcMs = Date.parse(answer.headers?.get("Date") ?? "");
  if (Number.isFinite(utcMs)) shoreClock.hear(utcMs);
}
