/**
 * The operator's key: made in this browser, kept in IndexedDB, never exportable (CMD-12). One key per person and
 * browser, so that two people at one desk never sign for each other.
 */
import { toHex } from "./bytes";
import { keyIdOf, type SigningKey } from "./signing";

const DATABASE = "farhelm";
const STORE = "keys";

/** A stored key and the console's name that belongs to it. */
export interface ConsoleKey extends SigningKey {
  console: string;
  publicKey: Uint8Array<ArrayBuffer>;
}

interface Row {
  person: string;
  console: string;
  pair: CryptoKeyPair;
}

/** Return the key of `person` in this browser, made now if there was none; throw where Ed25519 is not offered. */
export async function consoleKey(person: string): Promise<ConsoleKey> {
  const database = await open();
  const known = await request<Row | undefined>(database.transaction(STORE).objectStore(STORE).get(person));
  const row = known ?? (await make(database, person));
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", row.pair.publicKey));
  database.close();
  return { privateKey: row.pair.privateKey, publicKey, keyId: await keyIdOf(publicKey), console: row.console };
}

async function make(database: IDBDatabase, person: string): Promise<Row> {
  const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
  const name = toHex(crypto.getRandomValues(new Uint8Array(3)));
  const row: Row = { person, console: `console-${name}`, pair };
  await request(database.transaction(STORE, "readwrite").objectStore(STORE).put(row));
  return row;
}

function open(): Promise<IDBDatabase> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "person" });
  return request(opening);
}

function request<T>(source: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    source.onsuccess = () => resolve(source.result);
    source.onerror = () => reject(source.error ?? new Error("the browser's key store failed"));
  });
}
