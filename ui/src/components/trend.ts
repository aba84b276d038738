import { css, html, LitElement, unsafeCSS } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import uPlot from "uplot";
import plotCss from "uplot/dist/uPlot.min.css?inline";
import { page, Watch } from "../app/console";
import { colour, PALETTE_CHANGED } from "../app/palette";
import type { Vessel } from "../link/store";
import { words } from "../words";
import { Every } from "./every";
import { base, panel } from "./style";

const SPAN_S = 600;
const SAMPLE_MS = 1000;

/** Heading and speed over the last ten minutes, as this page has seen them; a gap in the values is a gap in the line. */
@customElement("fh-trend")
export class Trend extends LitElement {
  @property({ attribute: false }) vessel!: Vessel;
  @query(".plot") private readonly container!: HTMLElement;
  private readonly watch = new Watch(this);
  private plot: uPlot | null = null;
  protected readonly sampling = new Every(this, SAMPLE_MS, () => this.sample());
  private seen = "";
  private rows: [number[], (number | null)[], (number | null)[]] = [[], [], []];
  private readonly sized = new ResizeObserver(() => this.fit());

  static override styles = [unsafeCSS(plotCss), base, panel, css`
    .panel { height: 100%; display: grid; grid-template-rows: auto minmax(0, 1fr); }
    .plot { min-width: 0; min-height: 0; overflow: hidden; }
    .u-legend { display: none; }
  `];

  override render() {
    void this.watch;
    return html`<section class="panel"><h2>${words().panels.trend}</h2><div class="plot"></div></section>`;
  }

  override firstUpdated(): void {
    this.build();
    this.sized.observe(this.container);
    window.addEventListener(PALETTE_CHANGED, this.build);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.sized.disconnect();
    window.removeEventListener(PALETTE_CHANGED, this.build);
    this.plot?.destroy();
  }

  private readonly build = (): void => {
    this.plot?.destroy();
    const heading = colour("--instrument-enhanced-secondary-color");
    const speed = colour("--base-teal-500");
    const axis = { grid: { stroke: colour("--border-outline-color"), width: 1 }, ticks: { show: false }, font: "11px Noto Sans", size: 40 };
    this.plot = new uPlot({
      width: 100, height: 100, cursor: { show: false }, legend: { show: false }, padding: [8, 0, 0, 0],
      scales: { x: { time: true, range: () => { const end = page.store.clock.nowUtcMs() / 1000; return [end - SPAN_S, end]; } },
        hdg: { range: (_plot, low, high) => spread(low, high, 10) }, kn: { range: (_plot, low, high) => spread(low, high, 2) } },
      tzDate: (s) => uPlot.tzDate(new Date(s * 1000), "Etc/UTC"),
      axes: [{ ...axis, size: 22, stroke: colour("--element-inactive-color"), values: (_plot, ticks) => ticks.map((s) => new Date(s * 1000).toISOString().slice(11, 16)) },
        { ...axis, scale: "hdg", stroke: heading, values: (_plot, ticks) => ticks.map((deg) => `${Math.round(deg)}°`) },
        { ...axis, scale: "kn", side: 1, size: 52, stroke: speed, grid: { show: false }, values: (_plot, ticks) => ticks.map((kn) => `${Math.round(kn * 10) / 10} kn`) }],
      series: [{}, { scale: "hdg", stroke: heading, width: 2, spanGaps: false }, { scale: "kn", stroke: speed, width: 2, spanGaps: false }],
    }, this.rows, this.container);
    this.fit();
  };

  private fit(): void {
    const { clientWidth: width, clientHeight: height } = this.container;
    if (width > 50 && height > 40) this.plot?.setSize({ width, height });
  }

  private sample(): void {
    if (this.seen !== this.vessel.id) this.rows = [[], [], []];
    this.seen = this.vessel.id;
    const [times, headings, speeds] = this.rows;
    times.push(page.store.clock.nowUtcMs() / 1000);
    headings.push(unbroken(headings.at(-1) ?? null, this.fresh("NAV_HDG")));
    speeds.push(this.fresh("NAV_SOG"));
    if (times.length > SPAN_S) for (const row of this.rows) row.shift();
    this.plot?.setData(this.rows);
  }

  private fresh(channel: string): number | null {
    return page.store.aged(this.vessel, channel).look === "fresh" ? this.vessel.number(channel) : null;
  }
}

/** A turn through north is no jump across the picture: the line is broken there. */
function unbroken(before: number | null, now: number | null): number | null {
  return before !== null && now !== null && Math.abs(now - before) > 180 ? null : now;
}

/** A scale never narrower than `least`, so that noise does not look like movement. */
function spread(low: number | null, high: number | null, least: number): [number, number] {
  if (low === null || high === null) return [0, least];
  const middle = (low + high) / 2;
  const half = Math.max((high - low) * 0.6, least / 2);
  return [middle - half, middle + half];
}
