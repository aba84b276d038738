/** Tells the shore what this console shows, when it changes and on each new connection: a replay can then be what its operator saw. */
import type { FromBrowser, ScreenMessage } from "../protocols.gen";

export class ScreenTeller {
  private told = "";

  constructor(private readonly send: (message: FromBrowser) => boolean) {}

  /** Tell `screen` unless it was told on this connection; `connected` false: what is told next is told anew. */
  tell(connected: boolean, screen: Omit<ScreenMessage, "type">): void {
    const now = JSON.stringify(screen);
    if (!connected) this.told = "";
    else if (now !== this.told && this.send({ type: "screen", ...screen })) this.told = now;
  }
}
