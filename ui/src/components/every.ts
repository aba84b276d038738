import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Does something again and again for as long as its host is on the page. */
export class Every implements ReactiveController {
  private timer = 0;

  constructor(host: ReactiveControllerHost, private readonly periodMs: number, private readonly act: () => void) {
    host.addController(this);
  }

  hostConnected(): void {
    this.timer = window.setInterval(this.act, this.periodMs);
  }

  hostDisconnected(): void {
    clearInterval(this.timer);
  }
}
