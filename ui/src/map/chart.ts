import { css, html, LitElement, nothing, unsafeCSS } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { GeoJSONSource, LngLatBounds, Map as Chart, ScaleControl } from "maplibre-gl";
import mapCss from "maplibre-gl/dist/maplibre-gl.css?inline";
import { page, Watch } from "../app/console";
import { PALETTE_CHANGED } from "../app/palette";
import { positionText } from "../components/source";
import { base, buttons } from "../components/style";
import type { Vessel } from "../link/store";
import { shownTrial } from "../trial/manoeuvre";
import { words } from "../words";
import { collect, drawn, shipOf } from "./features";
import { graticule, offset } from "./geometry";
import { putIcons } from "./icons";
import "./marker-panel";
import { drawnMarker, markerTo, type Marker } from "./marker";
import { safetyOf, sheets, SHEETS_ZOOM, type View } from "./sheets";
import { chartStyle, waterLayers, type SourceName, type Water } from "./style";
import { waterWords } from "./water-words";
import { chartOf, chartText } from "../replay/look";
import { ORIENTATIONS, rings, upDeg, type Orientation } from "./rings";
import { drawnRoutes, type DrawnRoute } from "./route";
import { drawnTrial } from "./trial";

const REDRAW_MS = 500; // positions come at 1 Hz; faster drawing shows nothing more
const OWN_ZOOM = 11.4;
const FLEET_ZOOM_MAX = 11;

let land: Promise<object> | null = null;
function coastline(): Promise<object> {
  land ??= fetch("/coastline.json").then((answer) => answer.json() as Promise<object>);
  return land;
}

/** MapLibre tells a browser without WebGL as JSON: only its message is for people. */
function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /"message":"([^"]*)"/.exec(text)?.[1] ?? text;
}

/** The chart: coastline, areas, own ship to scale with rings, track, traffic, routes; north, heading or course up. */
@customElement("fh-chart")
export class ChartView extends LitElement {
  @property({ attribute: false }) own: Vessel | null = null;
  /** Routes to be drawn instead of the one she follows. */
  @property({ attribute: false }) routes: DrawnRoute[] | null = null;
  /** Called with the place of a click while a route is drawn; null: nothing is. */
  @property({ attribute: false }) placed: ((at: [number, number]) => void) | null = null;
  /** In a replay: how the chart of a console stood then (`replay/look.ts`); empty: as it is put here. */
  @property({ attribute: false }) seen = "";
  @state() private following = true;
  @state() private orientation: Orientation = "north";
  @state() private hasRings = true;
  @state() private marker: Marker | null = null;
  /** Why nothing is drawn; empty where it is. */
  @state() private problem = "";
  @query(".map") private readonly container!: HTMLElement;
  private readonly watch = new Watch(this);
  private chart: Chart | null = null;
  private timer = 0;
  private fitted = "";
  private readonly shown = new Map<SourceName, string>();
  private water: Water = { safetyM: 0, hasCharts: false };
  private sheetsShown: object | null = null;

  static override styles = [unsafeCSS(mapCss), base, buttons, css`
    :host { position: relative; height: 100%; overflow: hidden; border-radius: 0.375rem; border: 1px solid var(--border-outline-color); }
    .map { position: absolute; inset: 0; }
    .tools { position: absolute; right: 0.5rem; top: 0.5rem; display: grid; gap: 0.375rem; z-index: 1; }
    .tools button { box-shadow: 0 1px 4px rgb(0 0 0 / 30%); }
    .low { position: absolute; right: 0.5rem; bottom: 0.375rem; left: 40%; z-index: 2; display: grid; justify-items: end; gap: 0.25rem; pointer-events: none; }
    .low > * { pointer-events: auto; }
    .note { text-align: right; font-size: max(0.6875rem, 10px); color: var(--element-active-color); background: var(--container-background-color); padding: 0 0.375rem; border-radius: 0.25rem; opacity: 0.9; }
    .note b { color: var(--alert-warning-text-color); }
    .problem { position: absolute; inset: 0; display: grid; place-items: center; padding: 1rem; text-align: center; color: var(--quiet); }
    .maplibregl-ctrl-scale { background: var(--container-background-color); color: var(--element-active-color); border-color: var(--element-active-color); font-family: inherit; opacity: 0.85; }
  `];

  override render() {
    void this.watch;
    const text = words().chart;
    return html`
      <div class="map" data-testid="chart"></div>
      ${this.problem ? html`<div class="problem">${words().chart.none} (${this.problem})</div>` : ""}
      <div class="tools">
        <button aria-label="+" @click=${() => this.chart?.zoomIn()}>+</button>
        <button aria-label="-" @click=${() => this.chart?.zoomOut()}>−</button>
        ${this.own ? html`<button class=${this.following ? "on" : ""} data-testid="chart-follow" title=${positionText(this.own, words())} @click=${this.follow}>${text.follow}</button>`
          : nothing}
        ${this.own ? html`<button data-testid="chart-up" data-up=${this.orientation} title=${text.upTitle} @click=${this.turn}>${text.up[this.orientation]}</button>
          <button data-testid="chart-rings" class=${this.hasRings ? "on" : ""} @click=${() => { this.hasRings = !this.hasRings; this.draw(); }}>${text.rings}</button>
          <button data-testid="chart-marker" class=${this.marker ? "on" : ""} title=${text.marker.title} @click=${this.measure}>${text.marker.button}</button>`
          : html`<button @click=${() => this.fit(600)}>${text.fit}</button>`}
      </div>
      <div class="low">
        ${this.own && this.marker ? html`<fh-marker .vessel=${this.own} .marker=${this.marker} .set=${this.setMarker}></fh-marker>` : nothing}
        <div class="note" data-testid="chart-water">${this.waterNote()}</div>
      </div>
    `;
  }

  override firstUpdated(): void {
    void this.start();
    window.addEventListener(PALETTE_CHANGED, this.repaint);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener(PALETTE_CHANGED, this.repaint);
    clearInterval(this.timer);
    this.chart?.remove();
    this.chart = null;
  }

  override updated(changed: Map<string, unknown>): void {
    if (changed.has("own")) {
      this.following = true;
      this.fitted = "";
      this.marker = null;
    }
    if (changed.has("placed") && this.placed) this.following = false; // the sheet lies still under the pencil
    if (changed.has("seen")) this.stand();
    if (changed.has("routes")) this.draw();
  }

  private async start(): Promise<void> {
    try {
      this.water = this.waterNow();
      const style = chartStyle(await coastline(), this.water);
      if (!this.isConnected) return;
      this.chart = new Chart({
        container: this.container, style, center: [129.1, 35.0], zoom: 9, attributionControl: false, dragRotate: false,
        pitchWithRotate: false, fadeDuration: 0, maxZoom: 18,
      });
    } catch (error) {
      this.problem = sentence(error);
      return;
    }
    const chart = this.chart;
    chart.touchZoomRotate.disableRotation();
    chart.addControl(new ScaleControl({ unit: "nautical", maxWidth: 140 }), "bottom-left");
    chart.on("dragstart", () => { this.following = false; });
    chart.on("moveend", () => { this.drawGrid(); this.drawSheets(); });
    chart.on("click", (event) => this.clicked([event.lngLat.lng, event.lngLat.lat]));
    chart.on("click", "ship-points", (event) => {
      const id: unknown = event.features?.[0]?.properties?.["id"];
      if (typeof id === "string" && id !== this.own?.id && !this.placed && !this.marker) page.go(id);
    });
    chart.on("load", () => {
      putIcons(chart);
      this.drawGrid();
      this.stand();
      this.draw();
      this.timer = window.setInterval(() => this.draw(), REDRAW_MS);
    });
  }

  private readonly repaint = (): void => {
    void coastline().then((ground) => {
      const { chart } = this;
      if (!chart) return;
      this.shown.clear(); // a new style begins with empty sources
      this.sheetsShown = null;
      chart.setStyle(chartStyle(ground, this.water), { diff: true });
      chart.once("idle", () => { this.drawGrid(); this.draw(); });
      putIcons(chart);
    });
  };

  private draw(): void {
    if (!this.chart) return;
    const vessels = [...page.store.vessels.values()];
    const trial = this.own ? shownTrial(this.own, page.operator?.draftsOf(this.own.id) ?? null) : null;
    const at = this.own ? (shipOf(this.own)?.at ?? null) : null;
    const shapes = { ...drawn(vessels, this.own, page.store.clock.nowUtcMs()), trial: drawnTrial(trial, this.own?.particulars?.limits["cpa_m"]), route: drawnRoutes(this.routes ?? this.followed()),
      rings: rings(this.hasRings ? at : null, this.reachM()), marker: drawnMarker(at, this.marker) };
    for (const [name, shape] of Object.entries(shapes)) this.set(name as SourceName, shape);
    this.drawSheets();
    this.moveView(vessels);
  }

  /** The route she follows, asked of the shore where that is due. */
  private followed(): DrawnRoute[] {
    this.own?.routes.ask(() => page.store.changed());
    const active = this.own?.routes.active(this.own);
    return active ? [{ passage: active.route.passage, isActive: true, next: active.leg }] : [];
  }

  /** How far is seen from own ship to the nearest edge, metres. */
  private reachM(): number {
    const chart = this.chart;
    const ship = this.own ? shipOf(this.own) : null;
    if (!chart || !ship) return 0;
    const { clientWidth, clientHeight } = this.container;
    const edge = chart.unproject([clientWidth / 2, clientHeight / 2 - Math.min(clientWidth, clientHeight) / 2]);
    const middle = chart.getCenter();
    return Math.hypot(...offset([middle.lng, middle.lat], [edge.lng, edge.lat]));
  }

  private moveView(vessels: Vessel[]): void {
    const { chart } = this;
    if (!chart) return;
    const ship = this.own ? shipOf(this.own) : null;
    this.say();
    const up = upDeg(this.orientation, ship);
    if (Math.abs(chart.getBearing() - up) > 0.2) chart.setBearing(up);
    if (ship && this.following) {
      if (this.fitted !== ship.vessel.id) chart.jumpTo({ center: ship.at, zoom: chartOf(this.seen)?.zoom ?? OWN_ZOOM });
      else chart.jumpTo({ center: ship.at });
      this.fitted = ship.vessel.id;
    } else if (!this.own && this.fitted !== `fleet ${vessels.length}` && vessels.some((vessel) => shipOf(vessel))) {
      this.fitted = `fleet ${vessels.length}`;
      this.fit(0);
    }
  }

  /** Tell the page how the chart stands, for a replay to come. */
  private say(): void {
    const { chart } = this;
    if (!chart || !this.isConnected) return; // what still moves of a view that was left is no look of the next one
    const { lng, lat } = chart.getCenter();
    page.stands("chart", chartText({ at: this.own && this.following ? null : [lng, lat], zoom: chart.getZoom(), up: this.orientation }));
  }

  /** Stand as a console's chart stood then. */
  private stand(): void {
    const look = chartOf(this.seen);
    if (!look) return;
    this.following = look.at === null;
    this.orientation = look.up;
    if (look.at) this.fitted = this.own?.id ?? "";
    this.chart?.jumpTo({ zoom: look.zoom, ...(look.at ? { center: look.at } : {}) });
  }

  private fit(duration: number): void {
    const bounds = new LngLatBounds();
    for (const vessel of page.store.vessels.values()) {
      const ship = shipOf(vessel);
      if (ship) bounds.extend(ship.at);
    }
    if (!bounds.isEmpty()) this.chart?.fitBounds(bounds, { padding: 120, maxZoom: FLEET_ZOOM_MAX, duration });
  }

  /** A click places a waypoint while a route is drawn, else the marker while one is out. */
  private clicked(place: [number, number]): void {
    const ship = this.own ? shipOf(this.own) : null;
    if (this.placed) this.placed(place);
    else if (this.marker && ship) this.setMarker(markerTo(ship.at, place));
  }

  private readonly setMarker = (marker: Marker): void => {
    this.marker = marker;
    this.draw();
  };

  /** Take the marker out, half way to the edge and right ahead, or put it away. */
  private readonly measure = (): void => {
    const ship = this.own ? shipOf(this.own) : null;
    this.marker = this.marker || !ship ? null : { bearingDeg: ship.headingDeg ?? 0, rangeM: this.reachM() / 2 || 1852 };
    this.draw();
  };

  private readonly turn = (): void => {
    this.orientation = ORIENTATIONS[(ORIENTATIONS.indexOf(this.orientation) + 1) % ORIENTATIONS.length] ?? "north";
    this.draw();
  };

  private readonly follow = (): void => {
    this.following = !this.following;
    this.draw();
  };

  private waterNow(): Water {
    return { safetyM: safetyOf(this.own, [...page.store.vessels.values()]).m, hasCharts: Boolean(sheets.list?.length) };
  }

  /** What is in view: west, south, east, north; null before there is a chart. */
  private view(): View | null {
    const bounds = this.chart?.getBounds();
    return bounds ? [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()] : null;
  }

  private waterNote() {
    const view = this.view();
    const zoom = this.chart?.getZoom() ?? 0;
    const here = view && zoom >= SHEETS_ZOOM ? sheets.of(view, zoom) : null;
    return waterWords(sheets, here, safetyOf(this.own, [...page.store.vessels.values()]));
  }

  /** The imported charts of what is in view, in the shades of the ship's own depth. */
  private drawSheets(): void {
    const { chart } = this;
    const view = this.view();
    const source = chart?.getSource("depths");
    if (!chart || !view || !(source instanceof GeoJSONSource)) return;
    sheets.look(view, chart.getZoom(), () => page.store.changed());
    const drawn = sheets.drawn();
    if (drawn !== this.sheetsShown) source.setData(drawn);
    this.sheetsShown = drawn;
    this.shade(chart);
  }

  /** Shade depths anew where the depth she needs has changed, or the station's charts became known. */
  private shade(chart: Chart): void {
    const water = this.waterNow();
    if (water.safetyM === this.water.safetyM && water.hasCharts === this.water.hasCharts) return;
    this.water = water;
    for (const layer of waterLayers(water)) {
      if ("filter" in layer) chart.setFilter(layer.id, layer.filter);
      for (const [name, value] of Object.entries(layer.paint ?? {})) chart.setPaintProperty(layer.id, name, value);
    }
  }

  private drawGrid(): void {
    const bounds = this.chart?.getBounds();
    if (!bounds) return;
    const lines = graticule(bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth());
    this.set("grid", collect(lines.map((coordinates) => ({
      type: "Feature", properties: {}, geometry: { type: "LineString", coordinates },
    }))));
  }

  private set(name: SourceName, shape: ReturnType<typeof collect>): void {
    const source = this.chart?.getSource(name);
    const text = JSON.stringify(shape);
    if (!(source instanceof GeoJSONSource) || this.shown.get(name) === text) return;
    this.shown.set(name, text); // what stands already is not cut into tiles and painted again
    source.setData(shape);
  }
}
