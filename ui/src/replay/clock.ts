/** A clock that is set: in a replay it is then. */
export class SetClock {
  private atMs = 0;

  /** The shore's time of now means nothing here. */
  hear(): void {
    // The replay sets the time, nobody else.
  }

  set(utcMs: number): void {
    this.atMs = utcMs;
  }

  nowUtcMs(): number {
    return this.atMs;
  }
}
