/** Each component of the console with the states in which it looks different; a test holds the list to the folders. */
import { html, type TemplateResult } from "lit";
import "../src/alerts/view";
import "../src/authority/notice";
import "../src/components/alert-strip";
import "../src/components/authority-bar";
import "../src/components/banner";
import "../src/components/compass-panel";
import "../src/components/estop";
import "../src/components/last-order";
import "../src/components/link-meter";
import "../src/components/order-list";
import "../src/components/order-panel";
import "../src/components/power-order";
import "../src/components/set-field";
import "../src/components/speed-panel";
import "../src/components/steer-order";
import "../src/components/steering-panel";
import "../src/components/sure";
import "../src/components/trend";
import "../src/components/two-step";
import "../src/components/value-field";
import "../src/exercise/panel";
import "../src/map/marker-panel";
import "../src/trial/traffic";
import { page } from "../src/app/console";
import type { Vessel } from "../src/link/store";

/** How one component is shown. */
export interface Story {
  /** The vessel's states that change it; one empty name for what knows no vessel. */
  states: string[];
  show: (vessel: Vessel, state: string) => TemplateResult;
  /** Width it has in the console, rem. */
  width: number;
  height?: number;
}

const VALUES = ["her bridge", "late", "stale", "not valid", "never heard"];
const CONN = ["grant ended", "her bridge", "mine", "another ROC's", "requested", "granted", "refused", "link lost", "only watched", "never heard"];
const ORDERS = ["her bridge", "mine", "refused", "link lost", "stop latched"];
const LINK = ["her bridge", "mine", "link poor", "link lost", "never heard"];
const nothing = () => undefined;

/** By element name. */
export const STORIES: Record<string, Story> = {
  "fh-authority-bar": { states: CONN, width: 60, show: (vessel) => html`<fh-authority-bar .vessel=${vessel}></fh-authority-bar>` },
  "fh-conn-notice": { states: ["her bridge", "mine"], width: 40, show: (vessel) => {
    vessel.notice ??= { ...{ kind: "taken", person: "bob", roc: "Incheon ROC", reason: "Engine fire drill" }, atMs: performance.now() } as unknown as Vessel["notice"];
    return html`<fh-conn-notice .vessel=${vessel}></fh-conn-notice>`;
  } },
  "fh-estop": { states: ["her bridge", "mine", "stop latched", "never heard"], width: 17, height: 6, show: (vessel) => html`<fh-estop .vessel=${vessel}></fh-estop>` },
  "fh-banner": { states: ["her bridge", "grant ended", "link poor", "link lost", "stop latched", "never heard"], width: 40, show: (vessel) => html`<fh-banner .vessel=${vessel}></fh-banner>` },
  "fh-compass-panel": { states: [...VALUES, "mine"], width: 30, height: 22, show: (vessel) => html`<fh-compass-panel .vessel=${vessel}></fh-compass-panel>` },
  "fh-steering-panel": { states: [...VALUES, "mine"], width: 30, height: 18, show: (vessel) => html`<fh-steering-panel .vessel=${vessel}></fh-steering-panel>` },
  "fh-speed-panel": { states: VALUES, width: 30, show: (vessel) => html`<fh-speed-panel .vessel=${vessel}></fh-speed-panel>` },
  "fh-value": { states: VALUES, width: 10, show: (vessel) => html`<fh-value .vessel=${vessel} channel="NAV_SOG" label="SOG" size="l"></fh-value>` },
  "fh-link-meter": { states: LINK, width: 30, height: 12, show: (vessel) => html`<fh-link-meter .vessel=${vessel}></fh-link-meter>` },
  "fh-trend": { states: ["her bridge"], width: 30, height: 12, show: (vessel) => html`<fh-trend .vessel=${vessel}></fh-trend>` },
  "fh-order-panel": { states: ORDERS, width: 32, show: (vessel) => html`<fh-order-panel .vessel=${vessel}></fh-order-panel>` },
  "fh-steer-order": { states: ORDERS, width: 32, show: (vessel) => html`<fh-steer-order .vessel=${vessel}></fh-steer-order>` },
  "fh-power-order": { states: [...ORDERS, "keeps station"], width: 32, show: (vessel) => html`<fh-power-order .vessel=${vessel}></fh-power-order>` },
  "fh-two-step": { states: ORDERS, width: 24, show: (vessel) => html`<fh-two-step name="stop" .vessel=${vessel} .kind=${"conn.controlled_stop"} .args=${{}}></fh-two-step>` },
  "fh-order-list": { states: ["her bridge", "mine", "refused"], width: 32, height: 14, show: (vessel) => html`<fh-order-list .vessel=${vessel}></fh-order-list>` },
  "fh-last-order": { states: ["mine", "refused"], width: 24, show: (vessel) => html`<fh-last-order name="heading" .entry=${vessel.orders.list()[0]}></fh-last-order>` },
  "fh-alert-strip": { states: ["her bridge", "alerts", "never heard"], width: 60, show: (vessel) => html`<fh-alert-strip .vessel=${vessel}></fh-alert-strip>` },
  "fh-traffic": { states: ["her bridge", "never heard"], width: 26, height: 14, show: (vessel) => html`<fh-traffic .vessel=${vessel}></fh-traffic>` },
  "fh-marker": { states: ["her bridge", "stale", "never heard"], width: 22, height: 16, show: (vessel) => html`<fh-marker .vessel=${vessel} .marker=${{ bearingDeg: 95, rangeM: 2400 }} .set=${nothing}></fh-marker>` },
  "fh-set": { states: [""], width: 14, show: () => html`<fh-set name="heading-set" label="Heading set" text="095" .typed=${nothing} .stepped=${nothing}></fh-set>` },
  "fh-sure": { states: ["open", "why not"], width: 24, show: (_, state) => html`<fh-sure name="end" text="End the session" .act=${nothing} .reasons=${state === "open" ? [] : ["She is under way in his hands"]}></fh-sure>` },
  "fh-exercise": { states: [""], width: 30, height: 34, show: () => {
    if (!page.exercise.isOpen) page.exercise.begin("ann", Date.now());
    return html`<fh-exercise></fh-exercise>`;
  } },
  "fh-exercise-offer": { states: [""], width: 20, show: () => html`<fh-exercise-offer></fh-exercise-offer>` },
};
