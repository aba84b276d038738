/** One picture per unit, on one time axis: bands from lowest to highest, lines of the mean, shade where values were poor. */
import uPlot from "uplot";
import { colour } from "../app/palette";
import type { Mark } from "./request";
import { unwrapped, type Picture } from "./series";

export interface Panel {
  unit: string;
  channels: { id: string; name: string; isBearing: boolean }[];
}

export interface Hands {
  /** A part of the time axis was chosen, UTC ms. */
  chosen(fromMs: number, toMs: number): void;
  /** The cursor stands at this time, UTC ms; null outside. */
  pointed(utcMs: number | null): void;
}

const SYNC = uPlot.sync("farhelm-history");
const LINES = ["--instrument-enhanced-secondary-color", "--base-teal-500", "--base-purple-500", "--base-amber-500", "--base-green-500", "--base-red-500"];
const MARK_COLOURS: Record<string, string> = {
  order: "--instrument-enhanced-secondary-color", authority: "--base-purple-500", alert: "--alert-warning-color",
  ladder: "--alert-alarm-color", stop: "--alert-alarm-color",
};

/** Return the colour of the line of channel number `index` of its panel. */
export function lineColour(index: number): string {
  return colour(LINES[index % LINES.length]!);
}

/** Return the colour of a mark. */
export function markColour(kind: string): string {
  return colour(MARK_COLOURS[kind] ?? "--element-inactive-color");
}

/** Draw one panel into `container`; the caller destroys it. */
export function drawn(panel: Panel, all: Picture, range: [number, number], marks: readonly Mark[], hands: Hands, container: HTMLElement): uPlot {
  const columns: (number | null)[][] = [];
  const series: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  panel.channels.forEach(({ id, name, isBearing }, index) => {
    const found = all.channels.get(id)!;
    const line = lineColour(index);
    if (!isBearing && found.low.some((value) => value !== null)) {
      bands.push({ series: [series.length, series.length + 1], fill: `color-mix(in srgb, ${line} 25%, transparent)` });
      for (const edge of [found.high, found.low]) {
        series.push({ stroke: "transparent", width: 0, points: { show: false }, spanGaps: false });
        columns.push(edge);
      }
    }
    series.push({ label: name, stroke: line, width: 1.5, spanGaps: false, points: { size: 4 } });
    columns.push(isBearing ? unwrapped(found.value) : found.value);
  });
  const axis = { grid: { stroke: colour("--border-outline-color"), width: 1 }, ticks: { show: false }, font: "11px Noto Sans", stroke: colour("--element-neutral-color") };
  return new uPlot({
    width: Math.max(container.clientWidth, 200), height: Math.max(container.clientHeight, 80), padding: [6, 8, 0, 0], legend: { show: false },
    cursor: { sync: { key: SYNC.key, setSeries: false }, drag: { x: true, y: false, setScale: false }, y: false },
    scales: { x: { time: true, range: () => range } },
    tzDate: (s) => uPlot.tzDate(new Date(s * 1000), "Etc/UTC"),
    axes: [{ ...axis, size: 26, values: (_plot, ticks) => ticks.map((s) => tick(s, range[1] - range[0])) }, { ...axis, size: 56 }], series, bands,
    hooks: {
      drawClear: [(plot) => shade(plot, panel, all)],
      draw: [(plot) => stripes(plot, marks)],
      setSelect: [(plot) => {
        if (plot.select.width < 4) return;
        hands.chosen(plot.posToVal(plot.select.left, "x") * 1000, plot.posToVal(plot.select.left + plot.select.width, "x") * 1000);
      }],
      setCursor: [(plot) => hands.pointed((plot.cursor.left ?? -1) < 0 ? null : plot.posToVal(plot.cursor.left!, "x") * 1000)],
    },
  }, [all.times, ...columns] as uPlot.AlignedData, container);
}

/** Return the words of a tick: the day where days are seen, seconds where minutes are. */
function tick(utcS: number, spanS: number): string {
  const text = new Date(utcS * 1000).toISOString();
  if (spanS > 4 * 86_400) return text.slice(5, 10);
  return spanS > 86_400 ? `${text.slice(8, 10)}. ${text.slice(11, 16)}` : text.slice(11, spanS > 1800 ? 16 : 19);
}

/** Amber behind the lines where readings were stale, invalid, out of range or frozen; stronger where more of them were. */
function shade(plot: uPlot, panel: Panel, all: Picture): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.fillStyle = colour("--alert-caution-color");
  all.times.forEach((time, index) => {
    const poor = Math.max(...panel.channels.map(({ id }) => all.channels.get(id)?.poor[index] ?? 0));
    if (poor === 0) return;
    const next = all.times[index + 1] ?? time + (time - (all.times[index - 1] ?? time - 1));
    const left = plot.valToPos(time, "x", true);
    ctx.globalAlpha = 0.1 + 0.3 * poor;
    ctx.fillRect(left, bbox.top, Math.max(plot.valToPos(next, "x", true) - left, 1), bbox.height);
  });
  ctx.restore();
}

/** Orders, alerts and steps of the ladder as upright lines. */
function stripes(plot: uPlot, marks: readonly Mark[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  for (const { utcMs, kind } of marks) {
    const left = Math.round(plot.valToPos(utcMs / 1000, "x", true));
    if (left < bbox.left || left > bbox.left + bbox.width) continue;
    ctx.strokeStyle = markColour(kind);
    ctx.globalAlpha = 0.7;
    ctx.beginPath();
    ctx.moveTo(left, bbox.top);
    ctx.lineTo(left, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
