/** Routes on the chart: as they are sailed, with their waypoints and the one that comes next. */
import type { Feature, FeatureCollection } from "geojson";
import { sailed, type Passage } from "../route/passage";
import { collect, feature, line } from "./features";

export interface DrawnRoute {
  passage: Passage;
  /** True: she follows it, or would; false: only looked at. */
  isActive: boolean;
  /** Mark that comes next, counted from 0; null where she is not on it. */
  next: number | null;
}

/** Return what is drawn of `routes`. */
export function drawnRoutes(routes: DrawnRoute[]): FeatureCollection {
  return collect(routes.flatMap(({ passage, isActive, next }): Feature[] => [
    ...(passage.marks.length > 1 ? [line(sailed(passage), { kind: "line", active: isActive })] : []),
    ...passage.marks.map((mark, at) => feature({ type: "Point", coordinates: mark.at }, {
      kind: "waypoint", text: mark.name ? `${at + 1} ${mark.name}` : String(at + 1), next: at === next,
    })),
  ]));
}
