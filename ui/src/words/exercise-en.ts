/** Texts of the guided exercise in English; a step says what to press, and what to look at. */
export const exerciseEn = {
  title: "Guided exercise", progress: (done: number, all: number) => `${done} of ${all}`, offer: "Guided exercise, 10 min", offerWhy: "Take the conn, alter heading, lose the link, take back, read the ledger: with a simulated ship of this demo",
  resume: (done: number, all: number) => `Resume exercise (${done} of ${all})`, leave: "Leave", close: "Close", fold: "Fold", unfold: "Unfold", states: { done: "done", now: "now", later: "to come" },
  end: "All done. What you did is in the ledger for good.", again: "Once more", once: "Lose it once more",
  steps: {
    open: { title: "Open a ship", how: "Fleet, then click one of the list. The Otter is the quickest to turn.", why: "A ship that is only watched takes no orders." },
    request: { title: "Ask for the conn", how: "Level Setpoint, then Request conn, in the bar at the top.", why: "The bridge is asked; the demo's mate grants it. It is her Master's grant that lets you ask at all." },
    confirm: { title: "Take it", how: "Confirm, within 10 s.", why: "Nothing moves by it. Now your heartbeats keep the conn: stay at this view." },
    order: { title: "Order another heading", how: "Heading: +10 twice, Order, then Confirm.", why: "Grey? The line below says which rule is against it: take −10 instead." },
    turned: { title: "See her turn", how: "Nothing to press: compare Actual with Ordered, and read the order log.", why: "Succeeded comes only when her gyro shows it, newer than the order." },
    lost: { title: "Lose the link", how: "Drill in the top bar; Link loss: Begin, then Confirm.", why: "She stops hearing you for 20 s. It is an order like any other; a ship with real actuators refuses it." },
    alone: { title: "See what she does alone", how: "Back to Conning. Watch the step L0 to L3 and the time to the next.", why: "Your controls are locked: from L2 she decides by herself." },
    back: { title: "Take her back", how: "When the link is back: Confirm mode and resume, in the banner on the chart.", why: "It opens after 10 s of good link. A link that returns gives nothing back by itself." },
    release: { title: "Give her back to the bridge", how: "Release, in the bar at the top.", why: "The mate takes her. Leaving a view without it would start the ladder." },
    ledger: { title: "Read the ledger", how: "Ledger in the top bar. Find your heading order, the conn, the ladder.", why: "The verdict on top says whether the chain is whole; nobody can change an entry unseen." },
  },
  hints: {
    otherShip: (ship: string) => `Go back to ${ship}.`, otherView: () => "Go back to Conning.", noConn: () => "You have not the conn any more: request and confirm it again.",
    silent: () => "She is not heard now: wait.", refused: () => "It did not succeed: read why in the order log, then order another heading.", drillOver: () => "That loss is over before she was alone.",
  },
};
