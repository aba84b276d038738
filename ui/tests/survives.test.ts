/** What the page lives through: a cut socket, a shore begun anew, a hidden tab, two tabs of one person. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Socket } from "../src/link/socket";
import { Store } from "../src/link/store";
import { LIVE, placeOf, VIEWS } from "../src/app/places";
import { restsAfter } from "../src/seat/rest";
import { Presence } from "../src/orders/presence";
import { Session } from "../src/orders/session";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A websocket as a browser has it; `dead` ones open and then never say or end anything, as behind a cut line. */
class Line {
  static readonly OPEN = 1;
  static made: Line[] = [];
  static isCut = false;
  /** True: a request goes into the void; only who asked can end it. */
  static isVoid = false;
  readyState = 0;
  sent: { type: string; vessel?: string | null }[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor(readonly url: string) {
    Line.made.push(this);
    if (!Line.isCut) setTimeout(() => { this.readyState = Line.OPEN; this.onopen?.(); }, 20);
    else setTimeout(() => this.onclose?.(), 20);
  }
  send(text: string): void { this.sent.push(JSON.parse(text)); }
  close(): void { this.readyState = 2; } // its end waits for an answer that never comes
  say(message: object): void { this.onmessage?.({ data: JSON.stringify(message) }); }
}

describe("the socket", () => {
  let store: Store;
  let socket: Socket;
  let loggedOut: ReturnType<typeof vi.fn<() => void>>;
  let status = 200;

  beforeEach(() => {
    vi.useFakeTimers();
    Line.made = [];
    Line.isCut = false;
    status = 200;
    vi.stubGlobal("WebSocket", Line);
    vi.stubGlobal("location", { protocol: "http:", host: "shore" });
    vi.stubGlobal("requestAnimationFrame", (call: () => void) => setTimeout(call, 16));
    Line.isVoid = false;
    vi.stubGlobal("fetch", (_: string, how: { signal?: AbortSignal }) => {
      if (Line.isVoid) return new Promise((_, refuse) => how.signal?.addEventListener("abort", () => refuse(new DOMException("aborted", "AbortError"))));
      if (Line.isCut) return Promise.reject(new TypeError("no network"));
      return Promise.resolve(new Response(JSON.stringify({ ticket: String(Line.made.length) }), { status }));
    });
    store = new Store();
    loggedOut = vi.fn<() => void>();
    socket = new Socket(store, loggedOut);
  });

  const values = (value: number) => ({ type: "values", vessel: "kestrel", server_utc_ms: Date.now(), gap_count: 0, values: [["NAV_HDG", value, 0, Date.now()]] });
  const open = async () => {
    await socket.open();
    socket.subscribe("kestrel");
    await vi.advanceTimersByTimeAsync(50);
    Line.made.at(-1)!.say(values(80));
  };

  it("cut without a word for 60 s is known lost within 5 s, tried again at least each 5 s, and back shows what is now at once", async () => {
    await open();
    expect(store.connected).toBe(true);
    Line.isCut = true;
    await vi.advanceTimersByTimeAsync(5000);
    expect(store.connected).toBe(false);
    const first = Line.made.length;
    await vi.advanceTimersByTimeAsync(55_000);
    expect(store.vessel("kestrel").number("NAV_HDG")).toBe(80); // what was known stays, and gets old
    expect(Line.made.length).toBe(first); // no network: not even a ticket
    Line.isCut = false;
    await vi.advanceTimersByTimeAsync(5100);
    const line = Line.made.at(-1)!;
    expect(store.connected).toBe(true);
    expect(line.sent[0]).toEqual({ type: "subscribe", vessel: "kestrel" });
    line.say(values(143)); // the latest of every channel comes on subscribing
    expect(store.vessel("kestrel").number("NAV_HDG")).toBe(143);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(loggedOut).not.toHaveBeenCalled();
  });

  it("is asked for anew where a request went into the void: the page waits for no answer that will not come", async () => {
    await open();
    Line.isVoid = true;
    Line.made.at(-1)!.onclose?.();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(store.connected).toBe(false);
    Line.isVoid = false;
    let waitedMs = 0; // looked at often: a line on which this shore then says nothing is given up again after 4 s
    for (; !store.connected && waitedMs < 20_000; waitedMs += 100) await vi.advanceTimersByTimeAsync(100);
    expect(waitedMs).toBeLessThanOrEqual(4000 + 5000 + 100);
  });

  it("closed by a shore that is begun anew is opened again within a second of its answering, with a fresh ticket", async () => {
    await open();
    const before = Line.made.at(-1)!;
    before.onclose?.();
    expect(store.connected).toBe(false);
    await vi.advanceTimersByTimeAsync(1000);
    expect(store.connected).toBe(true);
    expect(Line.made.at(-1)!.url).not.toBe(before.url);
  });

  it("does not send old orders after a cut: what cannot be sent now is refused here", async () => {
    await open();
    Line.made.at(-1)!.onclose?.();
    expect(socket.send({ type: "order", vessel: "kestrel", signed: "AA==" })).toBe(false);
    await vi.advanceTimersByTimeAsync(5000);
    expect(Line.made.at(-1)!.sent.map((message) => message.type)).not.toContain("order");
  });

  it("whose session has ended asks for a log-in, and does not knock for ever", async () => {
    await open();
    status = 401;
    Line.made.at(-1)!.onclose?.();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(loggedOut).toHaveBeenCalledTimes(1);
  });
});

/** What the tabs of one browser keep in common. */
function shared(kept = new Map<string, string>()) {
  return { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => void kept.set(name, value) };
}

describe("presence", () => {
  const acts = new Map<string, (event: { isTrusted: boolean }) => void>();
  const page = { visibilityState: "visible" };
  beforeEach(() => {
    vi.useFakeTimers();
    page.visibilityState = "visible";
    vi.stubGlobal("window", { addEventListener: (name: string, call: (event: { isTrusted: boolean }) => void) => acts.set(name, call) });
    vi.stubGlobal("document", page);
  });

  it("is none in a hidden tab, at once, and is back with the tab", () => {
    const presence = new Presence(shared());
    presence.show("kestrel");
    expect(presence.at("kestrel")).toBe(true);
    page.visibilityState = "hidden";
    expect(presence.at("kestrel")).toBe(false);
    page.visibilityState = "visible";
    expect(presence.at("kestrel")).toBe(true);
  });

  it("is none at another vessel's view, none when the chain over the seat has run out, and a program's event is no act", () => {
    const presence = new Presence(shared());
    presence.show("kestrel");
    expect(presence.at("otter")).toBe(false);
    vi.advanceTimersByTime(181_000); // the page asks; the ship is still told that he is there
    expect(presence.at("kestrel")).toBe(true);
    vi.advanceTimersByTime(120_000);
    expect(presence.at("kestrel")).toBe(false);
    acts.get("pointermove")?.({ isTrusted: false });
    expect(presence.at("kestrel")).toBe(false);
    acts.get("pointermove")?.({ isTrusted: true });
    expect(presence.at("kestrel")).toBe(true);
  });

  it("is kept at the views that show a ship as she is now, and at none that looks back", () => {
    expect(VIEWS.filter((view) => !LIVE.has(view))).toEqual(["history", "report", "replay", "ledger"]);
    for (const path of ["/", "/account", "/admin"]) expect(placeOf(path)[0]).toBeNull(); // no ship's view at all
  });

  it("is known to the other tabs of the browser: an act at one keeps them all awake, for 15 min", () => {
    const kept = new Map<string, string>();
    const [here, there] = [new Presence(shared(kept)), new Presence(shared(kept))];
    expect(restsAfter(here.idleS(), here.elsewhereS())).toBe(false); // the page was opened just now
    vi.advanceTimersByTime(900_500);
    expect(restsAfter(here.idleS(), here.elsewhereS())).toBe(true);
    acts.get("keydown")?.({ isTrusted: true }); // the last of the two that listens is `there`
    expect(there.idleS()).toBe(0);
    expect(here.idleS()).toBeGreaterThan(900);
    expect(restsAfter(here.idleS(), here.elsewhereS())).toBe(false);
    vi.advanceTimersByTime(900_000);
    expect(restsAfter(here.idleS(), here.elsewhereS())).toBe(false); // 900 s to the second
    vi.advanceTimersByTime(1000);
    expect(restsAfter(here.idleS(), here.elsewhereS())).toBe(true);
  });
});

describe("two tabs of one person", () => {
  /** A tab: storage of its own, locks that all tabs of a browser share. */
  function tab(stored: string | null, taken: Set<string>): Map<string, string> {
    const storage = new Map(stored === null ? [] : [["farhelm-session", stored]]);
    vi.stubGlobal("sessionStorage", { getItem: (name: string) => storage.get(name) ?? null, setItem: (name: string, value: string) => storage.set(name, value) });
    vi.stubGlobal("navigator", { locks: { request: (name: string, _: object, use: (lock: object | null) => unknown) => Promise.resolve(use(taken.has(name) ? null : (taken.add(name), {}))) } });
    return storage;
  }

  it("are two sessions even where the second is a copy of the first; after a reload the first is itself again", async () => {
    const taken = new Set<string>();
    const storage = tab(null, taken);
    const first = await Session.open();
    first.nextOrder();
    const copied = storage.get("farhelm-session")!;
    tab(copied, taken);
    const second = await Session.open();
    expect(second.id).not.toBe(first.id);
    expect(second.nextOrder()).toBe(1);
    taken.clear(); // the first tab is reloaded: its lock goes with the page
    tab(copied, taken);
    const again = await Session.open();
    expect(again.id).toBe(first.id);
    expect(again.nextOrder()).toBe(2); // numbers go on: none is used twice
  });
});
