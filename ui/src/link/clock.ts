const HEARD_KEPT = 30; // about half a minute of messages: long enough for one quick one, short enough to follow a drift

/** The shore's clock as seen here: the least delayed of the last messages tells the offset best. */
export class ServerClock {
  private offsets: number[] = [];

  /** Take the shore's time out of a message that has just come. */
  hear(serverUtcMs: number): void {
    this.offsets = [...this.offsets, serverUtcMs - Date.now()].slice(-HEARD_KEPT);
  }

  /** Return the shore's UTC milliseconds now; this computer's own before the first message. */
  nowUtcMs(): number {
    return Date.now() + (this.offsets.length ? Math.max(...this.offsets) : 0);
  }
}
