/** What the shore is asked for the history view. */
import { ask, home } from "../link/http";
import type { ChannelJson } from "../protocols.gen";
import type { Answer } from "./series";
import type { Span } from "./span";

const PAGES_MAX = 6; // of 50,000 rows: more than eight channels can have in one picture; the rest is told as cut

/** Something that happened, as a mark on the pictures. */
export interface Mark {
  utcMs: number;
  kind: string;
  text: string;
}

/** Return the channels of a vessel that are numbers. */
export async function numbers(vessel: string, signal: AbortSignal): Promise<ChannelJson[]> {
  const { channels } = await ask<{ channels: ChannelJson[] }>(`${home(vessel)}/channels`, signal);
  return channels.filter((channel) => channel.kind === "number");
}

/** Return the address of samples; `form` csv is a file to keep. */
export function samplesPath(vessel: string, channels: readonly string[], span: Span, bucketS: number | null, form: "json" | "csv"): string {
  const asked = new URLSearchParams({
    channels: channels.join(","), from: String(Math.floor(span.fromMs)), to: String(Math.ceil(span.toMs)), format: form,
    ...(bucketS === null ? {} : { bucket: String(bucketS) }), ...(form === "json" ? { limit: "50000" } : {}),
  });
  return `${home(vessel)}/samples?${asked.toString()}`;
}

/** Return every row of a span, page by page; `isCut` where there were more than one picture can use. */
export async function samples(
  vessel: string, channels: readonly string[], span: Span, bucketS: number | null, signal: AbortSignal,
): Promise<Answer & { isCut: boolean }> {
  const whole = await pages(samplesPath(vessel, channels, span, bucketS, "json"), PAGES_MAX, signal);
  return { ...whole, isCut: whole.next_cursor !== null };
}

/** Return the rows of a path, page after page, `most` at the most; `next_cursor` is null where that was all. */
export async function pages(path: string, most: number, signal: AbortSignal): Promise<Answer> {
  const whole = await ask<Answer>(path, signal);
  for (let page = 1; whole.next_cursor && page < most; page++) {
    const next = await ask<Answer>(`${path}&cursor=${encodeURIComponent(whole.next_cursor)}`, signal);
    whole.samples?.push(...(next.samples ?? []));
    whole.buckets?.push(...(next.buckets ?? []));
    whole.next_cursor = next.next_cursor;
  }
  return whole;
}

interface EventRow {
  utc_ms: number;
  kind: string;
  body: Record<string, unknown>;
}

const MARKED = new Set(["order", "ladder", "alert", "stop", "authority"]);

/** Return what happened in the span that an operator would look for, oldest first. */
export async function marks(vessel: string, span: Span, signal: AbortSignal): Promise<Mark[]> {
  const path = `${home(vessel)}/events?from=${Math.floor(span.fromMs)}&to=${Math.ceil(span.toMs)}&limit=2000`;
  const { events } = await ask<{ events: EventRow[] }>(path, signal);
  return events.filter((event) => MARKED.has(event.kind)).map(mark).reverse();
}

function mark({ utc_ms, kind, body }: EventRow): Mark {
  const said = ["kind", "state", "step", "text", "name", "alert_id", "station", "person", "result"].map((name) => body[name])
    .filter((value) => typeof value === "string" && value !== "");
  return { utcMs: utc_ms, kind, text: said.join(", ") };
}
