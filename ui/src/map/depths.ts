/** How imported charts look: S-52's depth shades, safety contour, land and dangers, much simplified, in four palettes. */
import type { ExpressionSpecification, StyleSpecification } from "maplibre-gl";
import { currentPalette, type Palette } from "../app/palette";

interface DepthColours {
  /** S-52 DEPDW, DEPMD, DEPVS, DEPIT: deep, deep enough, shallow, drying. */
  deep: string;
  enough: string;
  shallow: string;
  drying: string;
  /** DEPCN, DEPSC: contour, safety contour. */
  contour: string;
  safety: string;
  /** CHMGD: dangers. */
  danger: string;
  /** NODTA: sea of which no chart is imported. */
  none: string;
  land: string;
  shore: string;
}

const COLOURS: Record<Palette, DepthColours> = {
  bright: { deep: "#f2fafc", enough: "#cfe3ee", shallow: "#86bdf0", drying: "#83b295", contour: "#8b9aa3", safety: "#3b464c", danger: "#a92fa7", none: "#d3dadd", land: "#e6d9a8", shore: "#5a5440" },
  day: { deep: "#dcecef", enough: "#b9d3e1", shallow: "#73b0e8", drying: "#78a88a", contour: "#7d898c", safety: "#2f3a40", danger: "#a92fa7", none: "#b9c2c5", land: "#cdbd82", shore: "#525a5c" },
  dusk: { deep: "#0a1116", enough: "#152a3a", shallow: "#1f4a72", drying: "#2c4a3a", contour: "#3d4c56", safety: "#9fb0ba", danger: "#d07fd0", none: "#22272a", land: "#45402c", shore: "#8c8567" },
  night: { deep: "#020406", enough: "#060d13", shallow: "#0c2136", drying: "#0f1c15", contour: "#1b2328", safety: "#55626a", danger: "#6b3a6b", none: "#0d0f10", land: "#1b1910", shore: "#45402c" },
};

/** A shoal's depth is followed out to twice the depth she needs: beyond it is deep. */
const DEEP_FACTOR = 2;
const UNKNOWN = -9999;
const DEPTH: ExpressionSpecification = ["coalesce", ["get", "depth_m"], UNKNOWN];
const kind = (name: string): ExpressionSpecification => ["==", ["get", "kind"], name];

export function depthColours(): DepthColours {
  return COLOURS[currentPalette()];
}

/** Return the layers of imported charts for a ship that needs `safetyM` of water; a depth that is not known is shallow. */
export function depthLayers(safetyM: number, text: { color: string; halo: string; font: string[] }): StyleSpecification["layers"] {
  const c = depthColours();
  const isEnough: ExpressionSpecification = ["all", kind("depth"), [">=", DEPTH, safetyM]];
  const isShallow: ExpressionSpecification = ["all", kind("depth"), ["<", DEPTH, safetyM]];
  const danger = (...shapes: string[]): ExpressionSpecification => ["all", kind("obstruction"), ["in", ["geometry-type"], ["literal", shapes]]];
  const isDanger: ExpressionSpecification = ["<", DEPTH, safetyM];
  return [
    { id: "depth-enough", type: "fill", source: "depths", filter: isEnough, paint: { "fill-color": [
      "case", [">=", DEPTH, DEEP_FACTOR * safetyM], c.deep, c.enough], "fill-antialias": false } },
    { id: "depth-contour", type: "line", source: "depths", filter: isEnough, paint: { "line-color": c.contour, "line-width": 0.8 } },
    // Its inner half is painted over by the shallows and the land themselves: what is left lies between shallow and deep enough.
    { id: "safety-contour", type: "line", source: "depths", filter: isShallow, layout: { "line-join": "round" }, paint: { "line-color": c.safety, "line-width": 4.4 } },
    { id: "depth-shallow", type: "fill", source: "depths", filter: isShallow, paint: { "fill-color": [
      "case", ["all", ["<", DEPTH, 0], [">", DEPTH, UNKNOWN]], c.drying, c.shallow], "fill-antialias": false } },
    { id: "depth-contour-shallow", type: "line", source: "depths", filter: isShallow, paint: { "line-color": c.contour, "line-width": 0.8 } },
    { id: "chart-land", type: "fill", source: "depths", filter: kind("land"), paint: { "fill-color": c.land, "fill-antialias": false } },
    { id: "chart-shore", type: "line", source: "depths", filter: kind("land"), paint: { "line-color": c.shore, "line-width": 1.2 } },
    { id: "danger-area", type: "fill", source: "depths", filter: danger("Polygon", "MultiPolygon"), paint: { "fill-color": c.danger, "fill-opacity": ["case", isDanger, 0.18, 0.06] } },
    { id: "danger-line", type: "line", source: "depths", minzoom: 10, filter: danger("Polygon", "MultiPolygon", "LineString", "MultiLineString"), paint: { "line-color": ["case", isDanger, c.danger, c.contour], "line-width": 1.2 } },
    { id: "danger", type: "circle", source: "depths", minzoom: 9, filter: danger("Point", "MultiPoint"), paint: { "circle-radius": ["case", isDanger, 5, 3], "circle-color": c.danger, "circle-opacity": ["case", isDanger, 0.35, 0.05], "circle-stroke-width": 1.6, "circle-stroke-color": ["case", isDanger, c.danger, c.contour] } },
    { id: "danger-depth", type: "symbol", source: "depths", minzoom: 11, filter: danger("Point", "MultiPoint"), layout: { "text-field": ["case", ["has", "depth_m"], ["to-string", ["get", "depth_m"]], "?"], "text-font": text.font, "text-size": 11, "text-offset": [0.9, 0], "text-anchor": "left", "text-optional": true }, paint: { "text-color": text.color, "text-halo-color": text.halo, "text-halo-width": 1.2 } },
    { id: "chart-edge", type: "line", source: "depths", filter: kind("coverage"), paint: { "line-color": c.contour, "line-width": 1, "line-dasharray": [6, 3] } },
  ];
}
