/** The browser makes the very bytes that ship and shore expect. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { heartbeatBody, orderBody, stopBody } from "../src/orders/bodies";
import { fromHex, toHex } from "../src/orders/bytes";
import { approvalReasons, leftS, proposalOf } from "../src/orders/approval";
import { Store } from "../src/link/store";
import { approve, DOMAIN, keyIdOf, sign, type Domain, type SigningKey } from "../src/orders/signing";
import { en } from "../src/words/en";
import { ulid } from "../src/orders/ulid";

const vectors = JSON.parse(readFileSync(new URL("../../tests/vectors/signing.json", import.meta.url), "utf8"));
const signer = { person: "ann", console: "console-1", session: "session-1" };
const id = "01JD8Z6T5Y9K3B7M2N4P6Q8R0S";
const message = (name: string) => vectors.messages.find((row: { name: string }) => row.name === name);

async function key(): Promise<SigningKey> {
  const pkcs8 = fromHex("302e020100300506032b657004220420" + vectors.seed_hex);
  const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, { name: "Ed25519" }, false, ["sign"]);
  return { privateKey, keyId: await keyIdOf(fromHex(vectors.public_key_hex)) };
}

const bodies: Record<Domain, Uint8Array<ArrayBuffer>> = {
  order: orderBody({
    ...signer, id, vessel: "kestrel", kind: "conn.heading", args: { heading_deg: 95, rate_deg_min: 12.5 }, fencing: 7,
    seq: 1, clock: { bootId: "boot-1", monoMs: 113_456 }, issuedUtcMs: 1_790_000_000_123,
  }),
  heartbeat: fromHex(message("heartbeat").body_hex),
  stop: stopBody("kestrel", signer, id, 1_790_000_000_123),
  frame: fromHex(message("frame").body_hex),
};

describe("signed bytes", () => {
  it("name the key by the first bytes of its hash", async () => {
    expect(toHex(await keyIdOf(fromHex(vectors.public_key_hex)))).toBe(vectors.key_id_hex);
  });

  it.each(["order", "heartbeat", "stop"] as const)("of the %s are those of the vectors", async (name) => {
    expect(toHex(new TextEncoder().encode(DOMAIN[name]))).toBe(message(name).domain_hex);
    expect(toHex(bodies[name])).toBe(message(name).body_hex);
    expect(toHex(await sign(name, bodies[name], await key()))).toBe(message(name).envelope_hex);
  });

  it("of a heartbeat differ from the vector in nothing but the time of issue", () => {
    const made = heartbeatBody({
      ...signer, vessel: "kestrel", fencing: 7, seq: 300, bootId: "boot-1", echoSeq: 12, echoHeldMs: 40, present: true,
      issuedUtcMs: 0,
    });
    expect(toHex(made).slice(0, -2)).toBe(message("heartbeat").body_hex.slice(0, -2));
    expect(toHex(made).slice(-2)).toBe("00");
  });
});

describe("the second signature", () => {
  const second = async (): Promise<SigningKey> => {
    const pkcs8 = fromHex("302e020100300506032b657004220420" + vectors.second_seed_hex);
    const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, { name: "Ed25519" }, false, ["sign"]);
    return { privateKey, keyId: await keyIdOf(fromHex(vectors.second_public_key_hex)) };
  };
  const first = () => fromHex(message("order").envelope_hex);

  it("is over the very bytes that the first has signed, as ship and shore have it", async () => {
    expect(toHex(await approve(first(), await second()))).toBe(vectors.approved_hex);
  });

  it("is not put behind another second signature, nor on noise", async () => {
    await expect(approve(fromHex(vectors.approved_hex), await second())).rejects.toThrow();
    await expect(approve(fromHex("00"), await second())).rejects.toThrow();
  });

  it("is given for what the bytes say, whatever the shore says of them", () => {
    const waiting = { vessel: "kestrel", order_id: id, signed: btoa(String.fromCharCode(...first())), left_s: 100 };
    expect(proposalOf(waiting)).toMatchObject({ kind: "conn.heading", args: { heading_deg: 95 }, person: "ann", console: "console-1" });
    expect(proposalOf({ ...waiting, vessel: "otter" })).toBeNull();
    expect(proposalOf({ ...waiting, order_id: "another" })).toBeNull();
    expect(proposalOf({ ...waiting, signed: "!" })).toBeNull();
    expect(leftS(waiting, 0, 30_000)).toBe(70);
    expect(leftS(waiting, 0, 130_000)).toBe(0);
  });

  it("is not the first person's, not a viewer's, not without a key: every reason is told", () => {
    const store = new Store();
    const proposal = { orderId: id, vessel: "kestrel", kind: "stop.reset", args: {}, person: "ann", console: "c", signed: first() };
    const say = (person: string, role: string, key_state: "enrolled" | "pending") => {
      store.connected = true;
      store.welcome = { type: "welcome", version: 1, server_utc_ms: 0, person, roles: [role], roc: "ROC", key_state, demo: true };
      return approvalReasons(proposal, store, { session: "s", hasKey: true }, en);
    };
    expect(say("kim", "master", "enrolled")).toEqual([]);
    expect(say("ann", "master", "enrolled")).toEqual([en.approval.own]);
    expect(say("vic", "viewer", "pending")).toEqual([en.approval.role("viewer"), en.gate.keyPending]);
    store.viewOnly = true; // nobody has acted here for long: it is no second person's word either
    expect(say("kim", "master", "enrolled")).toEqual([en.gate.viewOnly]);
  });
});

describe("ulid", () => {
  it("has 26 characters and sorts by time", () => {
    expect(ulid(1)).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(ulid(1000) < ulid(2000)).toBe(true);
  });
});
