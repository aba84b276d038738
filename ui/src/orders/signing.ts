/**
 * Ed25519 over exact bytes, as `protocols/link/signing.py` has it: an envelope is the deterministic CBOR array
 * `[key_id, body, signature]`, and the signature covers `domain + body`. Test vectors: tests/vectors/signing.json.
 */
import { decode, encode } from "cborg";

/** What a signature is given for; a signature for one purpose is worth nothing for another. */
export const DOMAIN = {
  order: "farhelm-order-v1\0",
  heartbeat: "farhelm-heartbeat-v1\0",
  stop: "farhelm-stop-v1\0",
  frame: "farhelm-frame-v1\0",
} as const;
export type Domain = keyof typeof DOMAIN;

const KEY_ID_BYTES = 8;

/** A key that can sign; in the page the private half can never leave the browser. */
export interface SigningKey {
  privateKey: CryptoKey;
  keyId: Uint8Array;
}

/** Values that deterministic CBOR carries here. */
export type Plain = null | boolean | number | bigint | string | Uint8Array | Plain[] | { [key: string]: Plain };

/** Return the one deterministic encoding of `value`: keys length first, shortest numbers (RFC 7049 section 3.9). */
export function toCbor(value: Plain): Uint8Array<ArrayBuffer> {
  return new Uint8Array(encode(value));
}

/** Return the 8-byte name of a raw 32-byte public key: the first bytes of its SHA-256. */
export async function keyIdOf(publicKey: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", publicKey)).slice(0, KEY_ID_BYTES);
}

/** Return the envelope bytes that carry `body` signed for `domain`. */
export async function sign(
  domain: Domain, body: Uint8Array<ArrayBuffer>, key: SigningKey,
): Promise<Uint8Array<ArrayBuffer>> {
  return toCbor([key.keyId, body, await signature(DOMAIN[domain], body, key)]);
}

/** What a second person signs before the domain of what is approved (CMD-10). */
const APPROVAL = "farhelm-approval-v1\0";
const ENVELOPE_PARTS = 3;

/** Return the envelope with a second person's signature over the very bytes that the first has signed; throw on no envelope. */
export async function approve(envelope: Uint8Array<ArrayBuffer>, key: SigningKey): Promise<Uint8Array<ArrayBuffer>> {
  const [keyId, body, first] = parts(envelope);
  return toCbor([keyId, body, first, key.keyId, await signature(APPROVAL + DOMAIN.order, body, key)]);
}

/** Return what the signed bytes of an envelope say; throw where it cannot be read. */
export function bodyOf(envelope: Uint8Array<ArrayBuffer>): Record<string, unknown> {
  const body: unknown = decode(parts(envelope)[1]);
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw new Error("the signed bytes are no order");
  return body as Record<string, unknown>;
}

function parts(envelope: Uint8Array<ArrayBuffer>): [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>] {
  const found: unknown = decode(envelope);
  const whole = Array.isArray(found) && found.length === ENVELOPE_PARTS && found.every((part) => part instanceof Uint8Array);
  if (!whole) throw new Error("this is no envelope with one signature");
  return found as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>];
}

async function signature(prefix: string, body: Uint8Array<ArrayBuffer>, key: SigningKey): Promise<Uint8Array<ArrayBuffer>> {
  const domain = new TextEncoder().encode(prefix);
  const signed = new Uint8Array(domain.length + body.length);
  signed.set(domain);
  signed.set(body, domain.length);
  return new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, key.privateKey, signed));
}
