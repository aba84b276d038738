/** How an alert is answered from here, and why not: by a signed order where the ship takes it, else by a word to the shore. */
import { ageText } from "../link/ages";
import type { Store, Vessel } from "../link/store";
import { gate, mayOrder, restReason, type Desk } from "../orders/gates";
import type { Args, KindName } from "../orders/kinds";
import type { AlertJson, FromBrowser } from "../protocols.gen";
import type { Words } from "../words";

export type Act = "acknowledge" | "silence" | "take";

/** As the ship's `control.alerts.picture_s` and the shore's own limit (ALT-05). */
export const PICTURE_S = 3;
/** What the picture on the chart is made of: place, heading, motion. */
const PICTURE_CHANNELS = ["NAV_LAT", "NAV_LON", "NAV_HDG", "NAV_SOG"];
const KIND: Record<Act, KindName> = { acknowledge: "alert.acknowledge", silence: "alert.silence", take: "alert.take" };

/** Return the age of the picture that judges a danger, seconds; null where it cannot be shown. */
export function pictureAgeS(vessel: Vessel, store: Store): number | null {
  if (!store.connected) return null;
  const ages = PICTURE_CHANNELS.map((id) => {
    const { look, ageS } = store.aged(vessel, id);
    return look === "absent" || look === "invalid" ? null : ageS;
  });
  return ages.some((age) => age === null) ? null : Math.max(...(ages as number[]));
}

/** Return every reason why this answer cannot be given now; empty: it can. */
export function objections(act: Act, alert: AlertJson, vessel: Vessel, store: Store, desk: Desk, words: Words): string[] {
  const own = stateReason(act, alert, words);
  if (own) return [own];
  const picture = act === "acknowledge" && alert.category === "A" ? pictureReason(vessel, store, words) : "";
  const way = alert.answered === "ship" ? gate(KIND[act], vessel, store, desk, words).reasons
    : [store.connected ? "" : words.gate.offline, restReason(store, words), mayOrder(store) ? "" : words.gate.role(store.welcome?.roles.join(", ") || "-")];
  return [picture, ...way].filter(Boolean);
}

function stateReason(act: Act, alert: AlertJson, words: Words): string {
  const text = words.alerts;
  if (act === "take") {
    if (alert.answered === "shore") return text.notToTake;
    return alert.category === "A" ? text.takeA : alert.state === "responsibility-transferred" || alert.state === "rectified-unacknowledged" ? text.takeState : "";
  }
  if (alert.priority === "caution") return text.caution;
  if (act === "silence") return alert.state === "unacknowledged" ? "" : text.noSound;
  if (alert.category === "C") return text.categoryC;
  return alert.state === "acknowledged" || alert.state === "responsibility-transferred" ? text.already : "";
}

function pictureReason(vessel: Vessel, store: Store, words: Words): string {
  const ageS = pictureAgeS(vessel, store);
  if (ageS === null) return words.alerts.noPicture;
  return ageS > PICTURE_S ? words.alerts.oldPicture(ageText(ageS)) : "";
}

/** What gives an answer: the operator's order, or a message of the socket. */
export interface Hand {
  order(vessel: Vessel, kind: KindName, args: Args): Promise<void>;
  socket: { send(message: FromBrowser): boolean };
}

/** Give an answer; whether it was taken is told by the alert's state, and by the order's where there is one. */
export function answer(act: Act, alert: AlertJson, vessel: Vessel, store: Store, hand: Hand): void {
  const ageS = act === "acknowledge" && alert.category === "A" ? pictureAgeS(vessel, store) : null;
  const picture: { picture_age_s?: number } = ageS === null ? {} : { picture_age_s: Math.round(ageS * 10) / 10 };
  if (alert.answered === "ship") void hand.order(vessel, KIND[act], { alert_id: alert.alert_id, ...(picture as Args) });
  else if (act !== "take") hand.socket.send({ type: "answer", vessel: vessel.id, alert_id: alert.alert_id, source: alert.source, answer: act, ...picture });
}
