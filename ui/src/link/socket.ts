/** The one websocket: opened with a ticket, watched for silence, opened again with the subscription it had. */
import type { FromBrowser, FromShore } from "../protocols.gen";
import { Problem, socketUrl } from "./http";
import type { Store } from "./store";

/** The shore speaks at 1 Hz; a dead socket may look alive for a minute, so silence is judged here. */
const SILENCE_MS = 4000;
const PING_MS = 1000;
const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 5000;

export class Socket {
  private socket: WebSocket | null = null;
  private heardMs = 0;
  private retryMs = RETRY_MIN_MS;
  private ended = false;
  private vessel: string | null = null;
  /** Base64 of this console's public key, empty where there is none. */
  publicKey = "";

  /** `loggedOut` is called once when the shore no longer knows the session. */
  constructor(private readonly store: Store, private readonly loggedOut: () => void) {
    setInterval(() => this.watch(), PING_MS);
  }

  /** Open the socket; it stays open, or is opened again, until `close`. */
  async open(): Promise<void> {
    const asking = new AbortController(); // on a line that is cut without a word a request would wait for minutes
    const patience = setTimeout(() => asking.abort(), SILENCE_MS);
    try {
      const url = await socketUrl(this.publicKey, asking.signal);
      if (this.ended) return;
      this.attach(new WebSocket(url));
    } catch (error) {
      if (error instanceof Problem && (error.status === 401 || error.status === 403)) this.loggedOut();
      else this.retry();
    } finally {
      clearTimeout(patience);
    }
  }

  close(): void {
    this.ended = true;
    this.socket?.close();
  }

  /** Open the view of `vessel`, null for the fleet; kept over reconnects. */
  subscribe(vessel: string | null): void {
    this.vessel = vessel;
    this.send({ type: "subscribe", vessel });
  }

  /** Send a message now; return false when there is no socket to send it by. Nothing is queued: old orders are none. */
  send(message: FromBrowser): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  private attach(socket: WebSocket): void {
    this.socket = socket;
    this.heardMs = performance.now();
    socket.onopen = () => {
      this.retryMs = RETRY_MIN_MS;
      this.store.connected = true;
      this.subscribe(this.vessel);
      this.store.changed();
    };
    socket.onmessage = (event) => {
      this.heardMs = performance.now();
      this.store.receive(JSON.parse(event.data as string) as FromShore);
    };
    socket.onclose = () => this.lost(socket);
  }

  private lost(socket: WebSocket): void {
    if (socket !== this.socket) return;
    this.socket = null;
    this.store.connected = false;
    this.store.changed();
    this.retry();
  }

  private retry(): void {
    if (this.ended) return;
    setTimeout(() => void this.open(), this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, RETRY_MAX_MS);
  }

  private watch(): void {
    const { socket } = this;
    if (socket === null || this.ended) return;
    if (performance.now() - this.heardMs > SILENCE_MS) {
      socket.close();
      this.lost(socket); // close() may wait a minute for an answer that never comes
      return;
    }
    this.send({ type: "ping", sent_utc_ms: Date.now() });
  }
}
