/** What the chart draws and in which colours; S-52's sense of them, in four palettes. No network: no tiles, no glyph files. */
import type { GeoJSONSourceSpecification, StyleSpecification } from "maplibre-gl";
import { colour, currentPalette, type Palette } from "../app/palette";
import { depthColours, depthLayers } from "./depths";

interface ChartColours {
  sea: string;
  land: string;
  shore: string;
  grid: string;
  text: string;
  halo: string;
  target: string;
}

const COLOURS: Record<Palette, ChartColours> = {
  bright: { sea: "#d4eaf7", land: "#efe4bd", shore: "#8a7b4f", grid: "#b4cfe0", text: "#1c2a33", halo: "#ffffff", target: "#00693e" },
  day: { sea: "#c3deee", land: "#e6d9ae", shore: "#857648", grid: "#a5c4d7", text: "#1c2a33", halo: "#eef6fb", target: "#00693e" },
  dusk: { sea: "#16222b", land: "#35342c", shore: "#77725c", grid: "#22323d", text: "#b9c4cb", halo: "#10181e", target: "#63c78f" },
  night: { sea: "#070b0f", land: "#151411", shore: "#3c392d", grid: "#0e151b", text: "#5c6468", halo: "#05080a", target: "#2d6b48" },
};

/** Red, as ECDIS draws a planned route (IHO S-52), dark enough for the night. */
const ROUTE: Record<Palette, string> = { bright: "#c4262e", day: "#c4262e", dusk: "#ff7a70", night: "#8f3a35" };

export const SOURCES = ["grid", "areas", "rings", "marker", "track", "targets", "target-vectors", "route", "trial", "ships", "ship-lines", "ship-points"] as const;
export type SourceName = (typeof SOURCES)[number];

export const FONT = ["Noto Sans"];
/** Below this zoom a ship's true outline is smaller than a symbol can be seen. */
export const OUTLINE_ZOOM = 11;

export function chartColours(): ChartColours & { own: string; ordered: string; route: string; noGo: string; allowed: string } {
  return {
    ...COLOURS[currentPalette()],
    own: colour("--instrument-enhanced-primary-color"), ordered: colour("--instrument-enhanced-secondary-color"),
    noGo: colour("--alert-alarm-color"), route: ROUTE[currentPalette()], allowed: colour("--alert-running-outline-color"),
  };
}

/** What of the style depends on imported charts. */
export interface Water {
  /** Depth at which shallow begins, metres. */
  safetyM: number;
  /** True where the station has charts: water without one is then shown as such. */
  hasCharts: boolean;
}

/** Return the whole style in the palette in force; data come by `setData`. */
export function chartStyle(land: object, water: Water): StyleSpecification {
  const empty = (): GeoJSONSourceSpecification => ({ type: "geojson", data: { type: "FeatureCollection", features: [] } });
  return {
    version: 8,
    sources: {
      land: { type: "geojson", data: land as never, maxzoom: 10, tolerance: 0.3 },
      depths: { ...empty(), maxzoom: 16, tolerance: 0.2 },
      ...Object.fromEntries(SOURCES.map((name) => [name, empty()])),
    },
    layers: layers(water),
  };
}

/** Return the layers of imported charts, the sea without one included, as the style has them. */
export function waterLayers(water: Water): StyleSpecification["layers"] {
  const c = chartColours();
  return [
    { id: "sea", type: "background", paint: { "background-color": water.hasCharts ? depthColours().none : c.sea } },
    ...depthLayers(water.safetyM, { color: c.text, halo: c.halo, font: FONT }),
  ];
}

function layers(water: Water): StyleSpecification["layers"] {
  const c = chartColours();
  const [sea, ...depths] = waterLayers(water);
  const label = { "text-color": c.text, "text-halo-color": c.halo, "text-halo-width": 1.4 };
  return [
    ...(sea ? [sea] : []),
    { id: "land", type: "fill", source: "land", filter: ["==", ["get", "kind"], "land"], paint: { "fill-color": c.land, "fill-antialias": false } },
    { id: "shore", type: "line", source: "land", filter: ["==", ["get", "kind"], "shore"], paint: { "line-color": c.shore, "line-width": 1 } },
    ...depths,
    { id: "grid", type: "line", source: "grid", paint: { "line-color": c.grid, "line-width": 1, "line-opacity": 0.7 } },
    { id: "no-go", type: "fill", source: "areas", filter: ["==", ["get", "kind"], "no_go"], paint: { "fill-color": c.noGo, "fill-opacity": 0.2 } },
    { id: "no-go-line", type: "line", source: "areas", filter: ["==", ["get", "kind"], "no_go"], paint: { "line-color": c.noGo, "line-width": 2 } },
    { id: "allowed-line", type: "line", source: "areas", filter: ["==", ["get", "kind"], "allowed"], paint: { "line-color": c.allowed, "line-width": 2, "line-dasharray": [4, 3] } },
    { id: "no-go-name", type: "symbol", source: "areas", filter: ["==", ["get", "kind"], "no_go"], layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 12 }, paint: label },
    { id: "allowed-name", type: "symbol", source: "areas", filter: ["==", ["get", "kind"], "allowed"], layout: { "symbol-placement": "line", "text-field": ["get", "name"], "text-font": FONT, "text-size": 12, "text-offset": [0, 0.9] }, paint: label },
    { id: "rings", type: "line", source: "rings", paint: { "line-color": c.text, "line-width": 1, "line-opacity": 0.35 } },
    { id: "ring-text", type: "symbol", source: "rings", filter: ["has", "text"], layout: { "text-field": ["get", "text"], "text-font": FONT, "text-size": 11, "text-offset": [0, -0.6] }, paint: { ...label, "text-opacity": 0.7 } },
    { id: "marker", type: "line", source: "marker", filter: ["!=", ["get", "kind"], "end"], paint: { "line-color": c.text, "line-width": 1.6, "line-dasharray": [6, 3] } },
    { id: "marker-end", type: "circle", source: "marker", filter: ["==", ["get", "kind"], "end"], paint: { "circle-radius": 4, "circle-color": "transparent", "circle-stroke-width": 2, "circle-stroke-color": c.text } },
    { id: "track", type: "line", source: "track", layout: { "line-join": "round" }, paint: { "line-color": c.ordered, "line-width": 1.6, "line-opacity": 0.8 } },
    { id: "target-vectors", type: "line", source: "target-vectors", paint: { "line-color": c.target, "line-width": 1.4, "line-dasharray": [3, 2] } },
    { id: "targets", type: "symbol", source: "targets", layout: { "icon-image": ["get", "icon"], "icon-rotate": ["get", "heading"], "icon-rotation-alignment": "map", "icon-allow-overlap": true, "text-field": ["get", "name"], "text-font": FONT, "text-size": 11, "text-offset": [0, 1.4], "text-optional": true }, paint: { ...label, "icon-opacity": ["get", "opacity"] } },
    { id: "route-width", type: "line", source: "route", filter: ["==", ["get", "kind"], "width"], paint: { "line-color": c.ordered, "line-width": 1, "line-opacity": 0.4, "line-dasharray": [4, 3] } },
    { id: "route-line", type: "line", source: "route", filter: ["==", ["get", "kind"], "line"], layout: { "line-join": "round" }, paint: { "line-color": c.route, "line-width": ["case", ["get", "active"], 3, 2], "line-opacity": ["case", ["get", "active"], 0.9, 0.6] } },
    { id: "route-marks", type: "circle", source: "route", filter: ["==", ["get", "kind"], "waypoint"], paint: { "circle-radius": ["case", ["get", "next"], 7, 5], "circle-color": ["case", ["get", "next"], c.route, "transparent"], "circle-stroke-width": 2, "circle-stroke-color": c.route } },
    { id: "route-names", type: "symbol", source: "route", filter: ["==", ["get", "kind"], "waypoint"], layout: { "text-field": ["get", "text"], "text-font": FONT, "text-size": 12, "text-offset": [0, -1.1], "text-optional": true }, paint: label },
    { id: "trial-track", type: "line", source: "trial", filter: ["==", ["get", "kind"], "track"], layout: { "line-join": "round" }, paint: { "line-color": c.ordered, "line-width": 2.5, "line-dasharray": [2, 1], "line-opacity": ["case", ["get", "draft"], 1, 0.55] } },
    { id: "trial-cpa", type: "line", source: "trial", filter: ["==", ["get", "kind"], "cpa"], paint: { "line-color": ["case", ["get", "danger"], c.noGo, c.target], "line-width": 2 } },
    { id: "trial-marks", type: "circle", source: "trial", filter: ["==", ["get", "kind"], "mark"], paint: { "circle-radius": 3, "circle-color": c.ordered } },
    { id: "trial-other", type: "circle", source: "trial", filter: ["==", ["get", "kind"], "other"], paint: { "circle-radius": 5, "circle-color": "transparent", "circle-stroke-width": 2, "circle-stroke-color": ["case", ["get", "danger"], c.noGo, c.target] } },
    { id: "trial-text", type: "symbol", source: "trial", filter: ["in", ["get", "kind"], ["literal", ["mark", "other"]]], layout: { "text-field": ["get", "text"], "text-font": FONT, "text-size": 11, "text-offset": [0.8, 0], "text-anchor": "left", "text-optional": true }, paint: label },
    { id: "ships", type: "fill", source: "ships", minzoom: OUTLINE_ZOOM, paint: { "fill-color": c.own, "fill-opacity": 0.35 } },
    { id: "ships-line", type: "line", source: "ships", minzoom: OUTLINE_ZOOM, paint: { "line-color": c.own, "line-width": 1.6 } },
    { id: "ship-heading", type: "line", source: "ship-lines", filter: ["==", ["get", "kind"], "heading"], paint: { "line-color": c.own, "line-width": 1.6 } },
    { id: "ship-course", type: "line", source: "ship-lines", filter: ["==", ["get", "kind"], "course"], paint: { "line-color": c.own, "line-width": 2, "line-dasharray": [3, 2] } },
    { id: "ship-path", type: "line", source: "ship-lines", filter: ["==", ["get", "kind"], "path"], layout: { "line-join": "round" }, paint: { "line-color": c.own, "line-width": 2.4, "line-opacity": 0.75 } },
    { id: "ship-ordered", type: "line", source: "ship-lines", filter: ["==", ["get", "kind"], "ordered"], paint: { "line-color": c.ordered, "line-width": 2, "line-dasharray": [1, 1.5] } },
    { id: "ship-points", type: "symbol", source: "ship-points", layout: { "icon-image": ["get", "icon"], "icon-rotate": ["get", "heading"], "icon-rotation-alignment": "map", "icon-allow-overlap": true, "icon-size": ["interpolate", ["linear"], ["zoom"], 11, 1, 14, ["case", ["get", "small"], 0.9, 0]], "text-field": ["get", "name"], "text-font": FONT, "text-size": 13, "text-offset": [0, 1.7], "text-allow-overlap": true }, paint: { ...label, "icon-opacity": ["get", "opacity"] } },
  ];
}
