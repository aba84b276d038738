/** What the chart's tools say. */
export const chartEn = {
  water: {
    asked: "Asking the station for charts", none: "No chart is imported: coastline only (Natural Earth), no depths", notHere: "No imported chart of this water: coastline only",
    wide: "Depths from closer by", depths: (sources: string) => `Depths: ${sources}`, shallow: (m: string, whose: "hers" | "deepest" | "default") => `shallow under ${m} m (${{
      hers: "what she needs", deepest: "what the deepest ship needs", default: "no ship's own depth is known" }[whose]})`,
    coarser: (m: string) => `borders within ${m} m`, fault: (text: string) => `Not drawn: ${text}`, madeUp: "MADE-UP CHART, NOT FOR NAVIGATION", notForNavigation: "not for navigation",
  },
  marker: {
    button: "EBL/VRM", title: "Bearing line and range marker", hint: "Click on the chart, or type: the line is carried along with her, its bearing stays true.",
    bearing: "Bearing, true", range: "Range, NM", ahead: "right ahead", astern: "right astern", port: (deg: string) => `${deg} to port of the bow`,
    starboard: (deg: string) => `${deg} to starboard of the bow`, noHeading: "her heading is not known", at: (time: string) => `${time} at her present speed`,
    near: (name: string, off: string) => `points at ${name}, ${off} from the mark`, noPosition: "Her position is not known: nothing can be measured from her.",
  },
};
