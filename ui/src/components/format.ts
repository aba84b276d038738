/** How values are written: fixed digits, so that nothing jumps. */
import type { Vessel } from "../link/store";

interface Format {
  unit: string;
  digits: number;
  /** Digits before the point, padded with zeros; 0 for none. */
  pad: number;
  /** Written with P or S instead of a sign. */
  sides?: boolean;
}

const FORMATS: Record<string, Format> = {
  NAV_HDG: { unit: "°", digits: 1, pad: 3 },
  NAV_COG: { unit: "°", digits: 1, pad: 3 },
  NAV_SOG: { unit: "kn", digits: 1, pad: 0 },
  NAV_STW: { unit: "kn", digits: 1, pad: 0 },
  NAV_ROT: { unit: "°/min", digits: 1, pad: 0, sides: true },
  NAV_DPTK: { unit: "m", digits: 1, pad: 0 },
  NAV_DPTT: { unit: "m", digits: 1, pad: 0 },
  STG_RUD_S: { unit: "°", digits: 1, pad: 0, sides: true },
  STG_RUD_P: { unit: "°", digits: 1, pad: 0, sides: true },
  STG_ORD: { unit: "°", digits: 1, pad: 0, sides: true },
  AP_HDGSET: { unit: "°", digits: 1, pad: 3 },
  ME_RPM: { unit: "rpm", digits: 0, pad: 0 },
  SH_RPM: { unit: "rpm", digits: 0, pad: 0 },
  ME_LOAD: { unit: "%", digits: 0, pad: 0 },
  ME_FUEL: { unit: "l/h", digits: 0, pad: 0 },
  WND_AWA: { unit: "°", digits: 0, pad: 0, sides: true },
  WND_AWS: { unit: "m/s", digits: 1, pad: 0 },
  WND_TWD: { unit: "°", digits: 0, pad: 3 },
  WND_TWS: { unit: "m/s", digits: 1, pad: 0 },
};

export const DASHES = "---";

/** Return a time of the link in milliseconds, `---` where it is not known. */
export function tripText(ms: number | null): string {
  return ms === null ? DASHES : `${ms.toFixed(0)} ms`;
}

/** Return what arrives a second, `---` where it is not measured; a thousand bytes are a kB, as a contract counts them. */
export function rateText(bytes_s: number | null): string {
  if (bytes_s === null) return DASHES;
  return bytes_s < 999.5 ? `${bytes_s.toFixed(0)} B/s` : `${(bytes_s / 1000).toFixed(1)} kB/s`;
}

/** Return an amount of bytes as a contract counts them: a million are a MB. */
export function bytesText(bytes: number): string {
  const mb = bytes / 1e6;
  if (mb >= 9999.5) return `${(mb / 1000).toFixed(0)} GB`;
  if (mb >= 999.5) return `${(mb / 1000).toFixed(2)} GB`;
  return `${mb.toFixed(mb < 9.95 ? 1 : 0)} MB`;
}

/** Return the unit in which channel `id` is shown. */
export function unitOf(id: string, vessel: Vessel): string {
  return FORMATS[id]?.unit ?? vessel.channels.get(id)?.unit ?? "";
}

/** Return a value of channel `id` as it is shown, `---` for null. */
export function shown(id: string, value: number | boolean | string | null): string {
  if (value === null) return DASHES;
  if (typeof value !== "number") return String(value);
  const format = FORMATS[id] ?? { unit: "", digits: 1, pad: 0 };
  if (format.sides) return sided(value, format.digits);
  return padded(value, format.digits, format.pad);
}

/** Return a bearing or heading as three digits and a tenth: 095.0. */
export function bearing(deg: number | null, digits = 1): string {
  if (deg === null) return DASHES;
  const turned = ((deg % 360) + 360) % 360;
  const rounded = Number(turned.toFixed(digits));
  return padded(rounded >= 360 ? 0 : rounded, digits, 3);
}

/** Return `value` with P for port (negative) or S for starboard. */
export function sided(value: number, digits: number): string {
  const size = Math.abs(value).toFixed(digits);
  if (Number(size) === 0) return size;
  return `${value < 0 ? "P" : "S"} ${size}`;
}

function padded(value: number, digits: number, pad: number): string {
  const text = Math.abs(value).toFixed(digits);
  const sign = value < 0 && Number(text) !== 0 ? "-" : "";
  return sign + text.padStart(pad ? pad + (digits ? digits + 1 : 0) : 0, "0");
}

/** Return UTC milliseconds as hours, minutes, seconds. */
export function clockText(utcMs: number): string {
  return new Date(utcMs).toISOString().slice(11, 19);
}

/** Return UTC milliseconds as date and time, to the second. */
export function stampText(utcMs: number): string {
  return new Date(utcMs).toISOString().slice(0, 19).replace("T", " ");
}

/** Return seconds as a short countdown. */
export function secondsText(s: number | null): string {
  return s === null ? DASHES : `${Math.max(0, s).toFixed(0)} s`;
}

/** Return a latitude or longitude in degrees and decimal minutes, as charts have it. */
export function positionText(deg: number | null, positive: string, negative: string, pad: number): string {
  if (deg === null) return DASHES;
  const whole = Math.floor(Math.abs(deg));
  const minutes = ((Math.abs(deg) - whole) * 60).toFixed(3).padStart(6, "0");
  return `${String(whole).padStart(pad, "0")}° ${minutes}' ${deg < 0 ? negative : positive}`;
}
