/** Ships at whose operator's seat nobody answers: told at every other console, whatever it shows, for somebody is to go there. Pure. */
import type { Vessel } from "../link/store";
import { holds } from "../orders/gates";
import type { AlertJson } from "../protocols.gen";

const SEAT_SILENT = "shore.seat-silent"; // shoreside/live/watch.py tells it to every console

export interface Unanswered {
  vessel: Vessel;
  alert: AlertJson;
}

/** Return the ships whose operator gives no sign of life, but those that `session` itself has: it is the one that is asked. */
export function unanswered(vessels: Iterable<Vessel>, session: string): Unanswered[] {
  return [...vessels].flatMap((vessel) => {
    const alert = vessel.alerts.find((each) => each.source === "shore" && each.alert_id === SEAT_SILENT && each.state !== "normal");
    return alert && !holds(vessel, session) ? [{ vessel, alert }] : [];
  });
}
