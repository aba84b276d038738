/** Why something about an account was not done, in words. */
import { Problem } from "../link/http";
import { words } from "../words";

/** Return the shore's own sentence, that the browser or the person turned it down, or that the shore does not answer. */
export function sentence(error: unknown): string {
  if (error instanceof Problem) return error.message;
  return error instanceof DOMException ? words().account.turnedAway : words().login.unreachable;
}
