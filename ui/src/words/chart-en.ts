/** What the chart's tools say. */
export const chartEn = {
  marker: {
    button: "EBL/VRM", title: "Bearing line and range marker", hint: "Click on the chart, or type: the line is carried along with her, its bearing stays true.",
    bearing: "Bearing, true", range: "Range, NM", ahead: "right ahead", astern: "right astern", port: (deg: string) => `${deg} to port of the bow`,
    starboard: (deg: string) => `${deg} to starboard of the bow`, noHeading: "her heading is not known", at: (time: string) => `${time} at her present speed`,
    near: (name: string, off: string) => `points at ${name}, ${off} from the mark`, noPosition: "Her position is not known: nothing can be measured from her.",
  },
};
