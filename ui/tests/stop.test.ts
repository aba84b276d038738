/** The emergency stop goes both ways at once, whoever has the ship and however long nobody was here; and no console says sent that was not. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Socket } from "../src/link/socket";
import { Store, type Vessel } from "../src/link/store";
import { fromBase64 } from "../src/orders/bytes";
import type { ConsoleKey } from "../src/orders/keys";
import { Operator } from "../src/orders/operator";
import { bodyOf } from "../src/orders/signing";
import { blank } from "../src/replay/blank";

type Sent = { type: string; vessel: string; signed: string };

let store: Store;
let vessel: Vessel;
let operator: Operator;
let sent: Sent[];
let isOpen: boolean;
let answer: (path: string, how: { body: string }) => Promise<Response>;
let posted: { path: string; signed: string }[];

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "performance"] });
  [sent, posted, isOpen] = [[], [], true];
  answer = () => Promise.resolve(new Response("{}", { status: 202 }));
  const kept = { getItem: () => null, setItem: () => undefined };
  vi.stubGlobal("localStorage", kept);
  vi.stubGlobal("sessionStorage", kept);
  vi.stubGlobal("navigator", { locks: { request: (_: string, __: object, use: (lock: object) => unknown) => Promise.resolve(use({})) } });
  vi.stubGlobal("window", { addEventListener: () => undefined });
  vi.stubGlobal("document", { visibilityState: "visible" });
  vi.stubGlobal("requestAnimationFrame", () => 0);
  vi.stubGlobal("fetch", (path: string, how: { body: string }) => {
    posted.push({ path, signed: (JSON.parse(how.body) as { signed: string }).signed });
    return answer(path, how);
  });
  store = new Store();
  store.welcome = { type: "welcome", version: 1, server_utc_ms: 0, person: "ann", roles: ["operator"], roc: "ROC", key_state: "enrolled", demo: true };
  vessel = store.vessel("kestrel");
  const socket = { send: (message: Sent) => { if (isOpen) sent.push(message); return isOpen; } };
  operator = await Operator.create(store, socket as unknown as Socket);
  const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]) as CryptoKeyPair;
  operator.key = { privateKey: pair.privateKey, keyId: new Uint8Array(8), publicKey: new Uint8Array(32), console: "console-1" } as ConsoleKey;
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the emergency stop", () => {
  it("of a ship that was never heard, of whom nobody here has anything, at a console that only shows, goes both ways with the same bytes", async () => {
    store.viewOnly = true;
    expect(await operator.stop(vessel)).toBe(true);
    expect(sent.map(({ type, vessel: to }) => [type, to])).toEqual([["stop", "kestrel"]]);
    expect(posted.map(({ path }) => path)).toEqual(["/stop/kestrel"]);
    expect(posted[0]!.signed).toBe(sent[0]!.signed);
    expect(bodyOf(fromBase64(sent[0]!.signed))).toMatchObject({ vessel: "kestrel", person: "ann", console: "console-1" });
  });

  it("waits on neither way for the other: both have it while no answer has come", async () => {
    answer = () => new Promise(() => undefined);
    void operator.stop(vessel);
    await vi.waitFor(() => expect([sent.length, posted.length]).toEqual([1, 1]));
  });

  it("is not called sent where only the socket took it, and said to be NOT sent where the shore says so or no way was open", async () => {
    answer = () => Promise.reject(new TypeError("no network"));
    expect(await operator.stop(vessel)).toBe(false);
    answer = () => Promise.resolve(new Response(JSON.stringify({ title: "Service Unavailable", detail: "The stop was NOT sent" }), { status: 503 }));
    await expect(operator.stop(vessel)).rejects.toThrow("The stop was NOT sent");
    answer = () => Promise.reject(new TypeError("no network"));
    isOpen = false;
    await expect(operator.stop(vessel)).rejects.toThrow("no network");
  });

  it("without a key is none, and says so", async () => {
    operator.key = null;
    await expect(operator.stop(vessel)).rejects.toThrow("no key");
    expect([sent, posted]).toEqual([[], []]);
  });
});

describe("a console that only shows", () => {
  it("tells the ship whom it holds nothing at all, so that her lease runs out; acted at again, it beats again", async () => {
    vessel.status = { ...blank("kestrel"), heard: true, authority: { ...blank("kestrel").authority, station: "remote", person: "ann", console: "console-1", session: operator.session, level: "setpoint", fencing: 3 } };
    vessel.statusAtMs = performance.now();
    store.viewOnly = true;
    await vi.advanceTimersByTimeAsync(3000);
    expect(sent).toEqual([]);
    store.viewOnly = false;
    await vi.advanceTimersByTimeAsync(300);
    await vi.waitFor(() => expect(sent.map(({ type }) => type)).toContain("heartbeat"));
    expect(bodyOf(fromBase64(sent[0]!.signed))).toMatchObject({ present: false }); // her view is not open
  });
});
