/** What the shore is asked for a replay. */
import { pages } from "../history/request";
import { ask, home } from "../link/http";
import type { ChannelJson, TargetJson, TrackPoint, VesselMessage } from "../protocols.gen";
import { asSeen, knownBy, trafficAsSeen, wayAsSeen, type Receipt, type Seen } from "./seen";
import { bucketFor, valuesOf, type AlertChange, type Happened, type Speed, type Stretch } from "./tape";

const LOOKBACK_MS = 120_000; // what was measured last before the beginning: longer than the slowest tank's cycle
const STRETCH_S = 40; // of real time that a stretch lasts; asked for again when half of it is gone
const PAGES_MAX = 8; // of 50,000 rows: 40 s of a ship with 100 channels at five a second are 20,000
const EVENTS_MS = 24 * 3_600_000; // looked back for what stood before: a day

/** Return what the vessel is, with her channels. */
export async function particulars(vessel: string, signal: AbortSignal): Promise<VesselMessage | null> {
  return (await ask<{ description: VesselMessage | null }>(home(vessel), signal)).description;
}

/** Return the values of a stretch that begins at `fromMs`, with those last measured before it; `isAsSeen`: each from when it had come. */
export async function stretch(vessel: string, channels: ReadonlyMap<string, ChannelJson>, fromMs: number, speed: Speed, isAsSeen: boolean, signal: AbortSignal): Promise<Stretch> {
  const toMs = fromMs + STRETCH_S * 1000 * speed;
  const bucketS = bucketFor(speed);
  const rows = async (isText: boolean, step: number | null) => {
    const names = [...channels.values()].filter((channel) => (channel.kind === "text") === isText).map((channel) => channel.short_id).slice(0, 100);
    if (!names.length) return [];
    const asked = new URLSearchParams({
      channels: names.join(","), from: String(Math.floor(fromMs - LOOKBACK_MS)), to: String(Math.ceil(toMs)), format: "json", limit: "50000",
      ...(step === null ? {} : { bucket: String(step) }),
    });
    return valuesOf(await pages(`${home(vessel)}/samples?${asked.toString()}`, PAGES_MAX, signal), channels, step);
  };
  const span = `from=${Math.floor(fromMs - LOOKBACK_MS)}&to=${Math.ceil(toMs)}`;
  const seen = await ask<Seen>(`${home(vessel)}/seen?${span}`, signal);
  const words = await rows(true, null); // words have no mean; there are few of them
  const values = [...(await rows(false, bucketS)), ...words].sort((a, b) => a.fromMs - b.fromMs);
  return { fromMs, toMs, seen, values: isAsSeen ? asSeen(values, seen.received) : values };
}

/** Return what happened from a day before `fromMs` to `toMs`, oldest first: events, and changes of alerts. */
export async function happened(vessel: string, fromMs: number, toMs: number, signal: AbortSignal): Promise<{ events: Happened[]; changes: AlertChange[] }> {
  const span = `from=${Math.floor(fromMs - EVENTS_MS)}&to=${Math.ceil(toMs)}&limit=5000`;
  const [{ events }, { alerts }] = await Promise.all([
    ask<{ events: Happened[] }>(`${home(vessel)}/events?${span}`, signal), ask<{ alerts: AlertChange[] }>(`${home(vessel)}/alerts/history?${span}`, signal),
  ]);
  return { events: events.reverse(), changes: alerts.reverse() };
}

/** Return the track of the hour before a moment; `isAsSeen`: of it what had come by then. */
export async function track(vessel: string, atMs: number, isAsSeen: boolean, signal: AbortSignal): Promise<TrackPoint[]> {
  const span = `from=${Math.floor(atMs - 3_600_000)}&to=${Math.ceil(atMs)}`;
  const { points } = await ask<{ points: TrackPoint[] }>(`${home(vessel)}/track?${span}`, signal);
  if (!isAsSeen) return points;
  return wayAsSeen(points, (await ask<Seen>(`${home(vessel)}/seen?${span}`, signal)).received, atMs);
}

/** Return the other ships as they had been heard by a moment; `received`: as they were known ashore by then, null: all that was heard aboard. */
export async function targets(vessel: string, atMs: number, received: readonly Receipt[] | null, signal: AbortSignal): Promise<TargetJson[]> {
  const time = received === null ? atMs : knownBy(received, atMs);
  const { targets: found } = await ask<{ targets: TargetJson[] }>(`${home(vessel)}/targets/at?time=${Math.ceil(time)}`, signal);
  return received === null ? found : trafficAsSeen(found, received);
}
