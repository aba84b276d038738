/**
 * Ed25519 over exact bytes, as `protocols/link/signing.py` has it: an envelope is the deterministic CBOR array
 * `[key_id, body, signature]`, and the signature covers `domain + body`. Test vectors: tests/vectors/signing.json.
 */
import { encode } from "cborg";

/** What a signature is given for; a signature for one purpose is worth nothing for another. */
export const DOMAIN = {
  order: "farhelm-order-v1\0",
  heartbeat: "farhelm-heartbeat-v1\0",
  stop: "farhelm-stop-v1\0",
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
  const prefix = new TextEncoder().encode(DOMAIN[domain]);
  const signed = new Uint8Array(prefix.length + body.length);
  signed.set(prefix);
  signed.set(body, prefix.length);
  const signature = new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, key.privateKey, signed));
  return toCbor([key.keyId, body, signature]);
}
