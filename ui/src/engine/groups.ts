/** Which channels stand in the engine view, and where: by the function code of their ISO 19848 local id (DNV VIS). Pure. */
import type { ChannelJson } from "../protocols.gen";

/** Parts of the view in their order, each with the beginnings of the VIS codes that belong to it. */
export const GROUPS = {
  mainEngine: ["411"], shaft: ["412", "413"], thrusters: ["443"], steering: ["421", "422", "404"], generators: ["511"], batteries: ["513"],
  tanks: ["62", "652", "653"], bilge: ["651"], fire: ["831"],
} as const;
export type Group = keyof typeof GROUPS;

/** Return the function code of a local id, e.g. `411.1`; empty where it has none. */
export function codeOf(localId: string): string {
  return /^\/dnv-v\d+\/vis-[^/]+\/([0-9][^/]*)/.exec(localId)?.[1] ?? "";
}

/** Return the part of the view a channel belongs to; null: it is not of the engine room. */
export function groupOf(channel: ChannelJson): Group | null {
  const code = codeOf(channel.local_id);
  const found = (Object.keys(GROUPS) as Group[]).find((group) => GROUPS[group].some((start) => code.startsWith(start)));
  return found ?? null;
}

/** Return the parts that this vessel has, in order, each with her channels in the catalogue's order. */
export function grouped(channels: Iterable<ChannelJson>): [Group, ChannelJson[]][] {
  const made = new Map<Group, ChannelJson[]>();
  for (const channel of channels) {
    const group = groupOf(channel);
    if (group !== null) made.set(group, [...(made.get(group) ?? []), channel]);
  }
  return (Object.keys(GROUPS) as Group[]).flatMap((group) => (made.has(group) ? [[group, made.get(group)!] as [Group, ChannelJson[]]] : []));
}

/** Return the state that a boolean channel tells of, e.g. `running`; empty where its local id names none. */
export function stateOf(localId: string): string {
  return /\/state-([a-z.]+)/.exec(localId)?.[1] ?? "";
}

export type Beyond = "" | "warning" | "alarm";

/** Return whether a value is beyond a limit of its channel, as the ship's own alerts judge it. */
export function beyond(value: number | null, limits: ChannelJson["limits"]): Beyond {
  if (value === null) return "";
  const { low_low, low, high, high_high } = limits;
  if ((low_low !== undefined && value < low_low) || (high_high !== undefined && value > high_high)) return "alarm";
  return (low !== undefined && value < low) || (high !== undefined && value > high) ? "warning" : "";
}

/** A bar from the lowest to the highest value worth drawing, and where limits stand on it: parts of its length, 0..1. */
export interface Scale {
  low: number;
  high: number;
  marks: { at: number; tone: Exclude<Beyond, ""> }[];
  at(value: number): number;
}

/** Return the scale of a channel; null where it has no range. A bar that ends far beyond its limits says nothing: it is cut there. */
export function scaleOf(channel: ChannelJson): Scale | null {
  if (channel.low === null || channel.high === null || channel.high <= channel.low) return null;
  const { low_low, low, high, high_high } = channel.limits;
  const top = Math.max(...[high, high_high].filter((limit) => limit !== undefined), -Infinity);
  const end = Number.isFinite(top) ? Math.min(channel.high, top + 0.25 * (top - channel.low)) : channel.high;
  const at = (value: number): number => Math.max(0, Math.min(1, (value - channel.low!) / (end - channel.low!)));
  const marks = ([[low_low, "alarm"], [low, "warning"], [high, "warning"], [high_high, "alarm"]] as const)
    .flatMap(([limit, tone]) => (limit === undefined ? [] : [{ at: at(limit), tone }]));
  return { low: channel.low, high: end, marks, at };
}

/** Return the SVG path of a trend in a box of `width` by `height`; a gap is a gap, and an even line lies in the middle. */
export function trendPath(values: readonly (number | null)[], width: number, height: number): string {
  const there = values.filter((value): value is number => value !== null);
  if (there.length === 0) return "";
  const low = Math.min(...there);
  const spread = Math.max(...there) - low;
  const y = (value: number): number => (spread === 0 ? height / 2 : height - 1 - ((value - low) / spread) * (height - 2));
  const step = width / Math.max(values.length - 1, 1);
  let isDown = false;
  return values.map((value, index) => {
    if (value === null) { isDown = false; return ""; }
    const point = `${isDown ? "L" : "M"}${(index * step).toFixed(1)} ${y(value).toFixed(1)}`;
    const dot = isDown || values[index + 1] !== null && values[index + 1] !== undefined ? "" : "h1"; // one alone is a dot
    isDown = true;
    return point + dot;
  }).join("");
}
