/** Texts of the watching half in English: engine, ledger, voyages, replay. */
export const watchEn = {
  engine: {
    hint: "The last hour beside each value; marks on the bars are the limits of her own alerts.", none: "Her catalogue has no channel of the engine room.",
    lastHour: "The last hour",
    groups: {
      mainEngine: "Main engine", shaft: "Shaft and propeller", thrusters: "Thrusters", steering: "Steering gear", generators: "Generators",
      batteries: "Batteries", tanks: "Tanks", bilge: "Bilge", fire: "Fire detection",
    },
    states: { "": ["no", "yes"], running: ["stopped", "running"], high: ["normal", "HIGH"], fire: ["no fire", "FIRE"], "remote.control": ["off", "active"] } as Record<string, string[]>,
    limits: { low_low: "alarm below", low: "warning below", high: "warning above", high_high: "alarm above" },
  },
  /** Names of standard channels; of any other the catalogue's own name is shown. */
  channels: {
    STG_RUD_P: "Rudder angle, port", STG_RUD_S: "Rudder angle, starboard (single)", STG_ORD: "Rudder order", STG_PMP1: "Steering pump 1", STG_PMP2: "Steering pump 2", AP_HDGSET: "Heading to steer",
    ME_RPM: "Engine speed", ME_LOAD: "Load", ME_PWR: "Shaft power", ME_TRQ: "Shaft torque", SH_RPM: "Shaft speed", PROP_PITCH: "Propeller pitch", ME_FUEL: "Fuel flow",
    ME_LOP: "Lub oil pressure, inlet", ME_LOT: "Lub oil temperature, inlet", ME_CWT: "Cooling water temperature, outlet", ME_CWP: "Cooling water pressure, inlet", ME_EGT1: "Exhaust temperature, cylinder 1",
    ME_SAP: "Scavenge air pressure", ME_MBT1: "Main bearing 1 temperature", SH_BRG_F: "Stern tube bearing, forward", SH_BRG_A: "Stern tube bearing, aft", SH_THRB: "Thrust bearing",
    ME_HRS: "Running hours", ME_RDY: "Remote control", THR_BOW: "Bow thruster speed", GEN1_PWR: "Generator 1 power", GEN1_FRQ: "Generator 1 frequency", GEN1_VLT: "Generator 1 voltage",
    GEN1_RPM: "Generator 1 speed", BAT_SOC: "Battery charge", BAT_VLT: "Battery voltage", TNK_FO1P: "Fuel oil service tank", TNK_FW: "Fresh water tank", TNK_BW1P: "Ballast tank 1 port",
    BLG_AP: "Bilge well, aft port", FIRE_ALM: "Fire alarm",
  } as Record<string, string>,
  ledger: {
    title: "Ledger", verify: "Verify again", judging: "Verifying the chain...", none: "No entries of this kind.", older: "Older entries",
    whole: (entries: number, heads: number) => `Whole: ${entries} entries hash to what was written, and to ${heads} heads that ships keep`,
    broken: (number: number) => `BROKEN at entry ${number}: what follows can no longer be shown to be what was written`,
    range: (first: number, last: number, hash: string) => `Entries ${first} to ${last}, last hash ${hash}`,
    agreed: (count: number, when: string) => `her own ledger was the same up to her entry ${count} at ${when} UTC`, notAgreed: "her own ledger has not been compared yet",
    kinds: { all: "All", order: "Orders", authority: "Conn", ladder: "Ladder", alert: "Alerts", stop: "Stops", roster: "Keys" },
    columns: ["No.", "Time UTC", "Where", "Who", "What", "Result", "Why", "Hash"], sources: { ship: "ship", shore: "shore" },
  },
  voyages: {
    title: "Voyages of the last 30 days", button: "Voyages", none: "No voyage was found in the last 30 days.", underWay: "under way", show: "Show", report: "Day's report",
    columns: ["Departure UTC", "From", "Arrival UTC", "To", "Legs", "NM", "Under way h", "Stayed h", "kn", "Fuel l", "l/NM", "No data h"],
  },
  replay: {
    mark: "REPLAY", time: "Time", play: "Play", pause: "Pause", back: "One minute back", forth: "One minute on", jumps: "Jump to", nothing: "Nothing to jump to in the day before.",
    hint: "What was: values with the ages of then, each from when it had come ashore. Nothing can be ordered from this page.",
    asSeen: "As seen", asSeenWhy: "Pressed: what came late over a broken link is left out, as the consoles of then had it. Not pressed: all that is known today.",
    screens: "Consoles then", noScreens: "No console is recorded at this moment.", since: (time: string) => `since ${time}`, outOfSight: "out of sight",
    showed: (person: string, what: string) => `At this moment the console of ${person} showed: ${what}.`, hidden: (person: string) => `At this moment the console of ${person} was not in sight: another tab, a minimised window or a locked screen.`,
    from: { row: (at: number) => `from row ${at}`, past: (at: number) => `history of alerts from row ${at}`, entry: (at: number) => `from entry ${at}` },
    notShown: "At this moment this console was closed, or nothing is recorded of it.", goOn: "Go on there",
    kinds: { order: "order", alert: "alert", ladder: "ladder", authority: "conn", stop: "stop" },
  },
  report: {
    title: "daily report", day: "Day (UTC)", before: "Day before", after: "Day after", print: "Print", untilNow: (time: string) => `00:00 – ${time} UTC (the day is not over)`,
    noon: "Position at noon", distance: "Distance", underWay: "Under way", average: "Average speed", fuel: "Fuel", fuelMile: "Fuel by the mile", complete: "Data received",
    legs: "Legs", extremes: "Extremes", alerts: "Alerts raised", ladder: "Steps of the ladder", orders: "Orders by outcome", events: "Events", none: "None.", sides: { low: "lowest", high: "highest" },
    kinds: { order: "order states", authority: "changes of the conn", ladder: "ladder steps", alert: "alert changes", stop: "emergency stops", source: "source changes", roster: "keys and grants", phase: "phases", route: "route events", dropped: "losses aboard", bearer: "link profiles", clocks: "clocks apart", entry: "safe states", direct: "direct control" } as Record<string, string>,
    master: "Master", date: "Date",
  },
};
