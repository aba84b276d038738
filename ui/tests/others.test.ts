/** Whoever has a ship and gives no sign of life is told of at every other console, whatever it shows. */
import { expect, it } from "vitest";
import { due, NOTHING_HEARD } from "../src/alerts/sounds";
import { Vessel } from "../src/link/store";
import type { AlertJson } from "../src/protocols.gen";
import { blank } from "../src/replay/blank";
import { unanswered } from "../src/seat/others";

const silent: AlertJson = {
  alert_id: "shore.seat-silent", text: "ann has the conn and gives no sign of life at his console", priority: "alarm", category: "B", state: "unacknowledged", since_utc_ms: 0,
  source: "shore", advice: "Go there; a supervisor takes the conn.", sounds: 1, is_escalated: false, answered: "shore", person: "",
};

function ship(id: string, ...alerts: AlertJson[]): Vessel {
  const vessel = new Vessel(id);
  const { authority } = blank(id);
  vessel.status = { ...blank(id), heard: true, authority: { ...authority, station: "remote", person: "ann", session: "s-ann" } };
  vessel.alerts = alerts;
  return vessel;
}

it("is told and sounded at every console but his own, until it is over; acknowledged it is told and makes no sound", () => {
  const fleet = [ship("kestrel"), ship("otter", silent), ship("petrel", { ...silent, alert_id: "shore.data-stale" }), ship("tern", { ...silent, source: "ship" })];
  const told = unanswered(fleet, "s-sue");
  expect(told.map(({ vessel }) => vessel.id)).toEqual(["otter"]);
  expect(due(told.map(({ alert }) => alert), NOTHING_HEARD, 0).priority).toBe("alarm");
  expect(unanswered(fleet, "s-ann")).toEqual([]); // his own console asks him

  const acknowledged = unanswered([ship("otter", { ...silent, state: "acknowledged" })], "s-sue");
  expect(acknowledged).toHaveLength(1);
  expect(due(acknowledged.map(({ alert }) => alert), NOTHING_HEARD, 0).priority).toBeNull();
  expect(unanswered([ship("otter", { ...silent, state: "normal" })], "s-sue")).toEqual([]);
});
