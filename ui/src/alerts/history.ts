/** What became of each alert, from the shore's store. */
import { ask, home } from "../link/http";
import type { AlertJson } from "../protocols.gen";

export interface Change extends Pick<AlertJson, "alert_id" | "text" | "priority" | "category" | "state" | "source" | "person"> {
  utc_ms: number;
}

const DAYS = 30; // looked back; the shore keeps them for ever
const ROWS = 500; // the answer's own limit

/** Return the latest changes of a vessel's alerts, the latest first. */
export async function changes(vessel: string, nowUtcMs: number, signal: AbortSignal): Promise<Change[]> {
  const fromMs = Math.floor(nowUtcMs - DAYS * 86_400_000);
  const path = `${home(vessel)}/alerts/history?from=${fromMs}&to=${Math.ceil(nowUtcMs + 60_000)}&limit=${ROWS}`;
  return (await ask<{ alerts: Change[] }>(path, signal)).alerts;
}
