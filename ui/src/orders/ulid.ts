const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford base 32
const TIME_LENGTH = 10;
const RANDOM_LENGTH = 16;

/** Return a ULID of 26 characters: 48 bits of `utcMs` and 80 random bits (github.com/ulid/spec). */
export function ulid(utcMs: number = Date.now()): string {
  let time = "";
  let left = Math.floor(utcMs);
  for (let i = 0; i < TIME_LENGTH; i += 1) {
    time = ALPHABET.charAt(left % 32) + time;
    left = Math.floor(left / 32);
  }
  const random = crypto.getRandomValues(new Uint8Array(RANDOM_LENGTH));
  return time + Array.from(random, (byte) => ALPHABET.charAt(byte % 32)).join("");
}
