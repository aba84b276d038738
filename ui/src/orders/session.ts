/**
 * The session of this tab and its two growing numbers. They live in sessionStorage, so a reload keeps the conn, and a
 * copied tab (which copies sessionStorage) takes a session of its own: one operator at one console, AUT-02.
 */
import { ulid } from "./ulid";

const STORED = "farhelm-session";

interface Stored {
  session: string;
  orderSeq: number;
  beatSeq: number;
  /** Frames of direct control and samples of its device; missing in what an older page has stored. */
  frameSeq?: number;
  inputs?: number;
}

export class Session {
  private constructor(private state: Stored) {}

  /** Return this tab's session, taken up again after a reload. */
  static async open(): Promise<Session> {
    const text = sessionStorage.getItem(STORED);
    const known = text ? (JSON.parse(text) as Stored) : null;
    if (known && (await held(known.session))) return new Session(known);
    const session = new Session({ session: `s-${ulid()}`, orderSeq: 0, beatSeq: 0 });
    await held(session.id);
    session.keep();
    return session;
  }

  get id(): string {
    return this.state.session;
  }

  /** Return the next sequence number of an order. */
  nextOrder(): number {
    this.state.orderSeq += 1;
    this.keep();
    return this.state.orderSeq;
  }

  /** Return the next sequence number of a heartbeat. */
  nextBeat(): number {
    this.state.beatSeq += 1;
    this.keep();
    return this.state.beatSeq;
  }

  /** Return the next sequence number of a frame of direct control. */
  nextFrame(): number {
    this.state.frameSeq = (this.state.frameSeq ?? 0) + 1;
    return this.state.frameSeq;
  }

  /** Return the number of samples over reloads of this tab, after the device has delivered `more`; kept with them. */
  countInputs(more: number): number {
    this.state.inputs = (this.state.inputs ?? 0) + more;
    this.keep();
    return this.state.inputs;
  }

  private keep(): void {
    sessionStorage.setItem(STORED, JSON.stringify(this.state));
  }
}

/** Take the session's lock for as long as this tab lives; false when another tab has it. */
function held(session: string): Promise<boolean> {
  return new Promise((resolve) => {
    void navigator.locks.request(`${STORED}-${session}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise<void>(() => undefined);
    });
  });
}
