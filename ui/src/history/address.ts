/** What is looked at stands in the page's address, so that it can be kept and passed on. Pure. */
import type { Span } from "./span";

export const CHANNELS_MAX = 8; // lines that can be told apart in one look
export const DEFAULT_CHANNELS = ["NAV_HDG", "NAV_SOG", "STG_RUD_S", "ME_RPM"];

export interface Looked {
  channels: string[];
  /** Null: the latest of this length, running on. */
  span: Span | null;
  lengthMs: number;
}

/** Return the query part of the address. */
export function toQuery({ channels, span, lengthMs }: Looked): string {
  const asked = new URLSearchParams({ channels: channels.join(",") });
  if (span) {
    asked.set("from", new Date(span.fromMs).toISOString());
    asked.set("to", new Date(span.toMs).toISOString());
  } else asked.set("last_s", String(Math.round(lengthMs / 1000)));
  return `?${asked.toString()}`;
}

/** Return what a query part asks for; what is missing or makes no sense is as at the first look. */
export function fromQuery(query: string, lengthMs: number): Looked {
  const asked = new URLSearchParams(query);
  const channels = (asked.get("channels") ?? "").split(",").filter(Boolean).slice(0, CHANNELS_MAX);
  const fromMs = Date.parse(asked.get("from") ?? "");
  const toMs = Date.parse(asked.get("to") ?? "");
  const lastS = Number(asked.get("last_s"));
  return {
    channels: channels.length ? channels : DEFAULT_CHANNELS,
    span: fromMs < toMs ? { fromMs, toMs } : null,
    lengthMs: Number.isFinite(lastS) && lastS > 0 ? lastS * 1000 : lengthMs,
  };
}
