/** Texts of the acting half in English: machines, voyage phases, direct control, drills, the watch over the operator. */
export const actingEn = {
  direct: {
    title: "Direct control", click: "Click here or tab to it, then hold the space bar", ready: "Hold the space bar, or a shoulder button of the gamepad",
    held: "HELD: she follows your hand", keys: "While the space bar is held: left and right are the rudder, up and down the lever. Letting go, leaving or hiding the page is neutral at once, and so are 30 s without a key going down or up.",
    limitUnknown: "How fast a link direct control needs is not known here", tripUnknown: (limit: string) => `Direct control needs ${limit} ms or less; the round trip has not been measured`,
    fastEnough: (limit: string, now: string) => `Direct control needs ${limit} ms or less, now ${now} ms`,
    tooSlow: (limit: string, now: string) => `Direct control is refused: it needs ${limit} ms or less, now ${now} ms`,
  },
  phase: {
    title: "The phase of the voyage", phase: "Phase", inForce: "In force", change: "Put in force", none: "Her phases are not known here.",
    hint: "Each phase has its own limits, and what she does when she is left alone in it. A change is refused while what is ordered now would not be allowed in it: slow down first.",
    names: { open_sea: "Open sea", coastal: "Coastal", port_approach: "Port approach", berth: "Berth" } as Record<string, string>,
    rows: {
      rudder: "Rudder at speed / slow, at most", propulsion: "Propulsion ahead / astern, at most", rate: "Rate of turn, at most", lookAhead: "Track looked ahead",
      margin: "Distance from every boundary", passing: "Other ships: nearest (CPA), within (TCPA)", envelope: "Remote operation within (kn)",
      hold: "Link lost (L3)", fallback: "Link stays lost (L5)", neutral: "Stick let go: propulsion", stop: "Emergency stop: propulsion",
    },
    states: {
      slow_down_on_heading: "slows down on her heading", station_keep: "keeps her station", stop: "stops", loiter: "goes to her loiter point",
      anchor_readiness: "stops, ready to anchor", safe_harbour: "goes home to a safe harbour",
    } as Record<string, string>,
    conditions: { wind: "wind", sea: "sea", visibility: "visibility", speed: "speed" } as Record<string, string>, notJudged: (what: string) => `not measured: ${what}`,
  },
  drill: {
    title: "Drills", begin: "Begin", end: "End the drill", past: "Drills of the last 30 days", nonePast: "None has been done.",
    hint: "Begun by who has the conn, or by a supervisor for him. Everything is in force meanwhile: her rules, her ladder, the buttons of this page. The ship takes the time.",
    real: "Her actuators are real, or not known here: she takes part in no drill.", watched: "She is only watched: nothing aboard takes part in a drill.",
    limit: (seconds: number) => `In good time: within ${seconds} s`, wait: (who: string) => `It is on, for ${who}: the moment comes...`, turn: (who: string) => `${who}, now:`,
    notYours: "A drill is begun by who has the conn, or by a supervisor", nobodyAshore: "It begins while somebody ashore has the conn",
    passed: "in time", failed: "not done in time", columns: ["Time UTC", "Exercise", "Who", "Begun by", "Took", "Limit", "Score", "How it ended"],
    exercises: {
      link_loss: { name: "Link loss", happens: "The ship hears nobody for 20 s and goes down her ladder to L4.", you: "When the link is back: confirm the mode and resume." },
      takeover: { name: "Takeover by the bridge", happens: "The bridge takes her; after 5 s it gives her to who asks.", you: "Request the conn, confirm it." },
      emergency_stop: { name: "Emergency stop", happens: "Nothing comes but your own press. The engine stops, and the reset takes two people.", you: "Lift the cover, press STOP." },
    },
  },
  seat: {
    viewOnly: { said: "Nobody has acted here for 15 min: this console only shows. The emergency stop works.", password: "Password", wake: "Act again", unsaid: "The shore does not answer" },
    title: "Are you there?", act: (vessel: string) => `You have the conn of ${vessel}. Move the pointer or press a key.`,
    next: {
      asks: (s: string) => `It sounds in ${s}.`, sounds: (s: string) => `The others are told in ${s}.`, tells: (s: string) => `The others have been told. The ship falls back in ${s}.`,
    } as Record<string, (s: string) => string>,
    over: "The ship is no longer told that anybody is here: the lease runs out, and she goes down her ladder.",
  },
  machines: {
    title: "Engineering: what may be ordered", nothing: "Nothing of her engine room may be ordered",
    request: "Request engineering", held: "Your heartbeats keep it; what runs goes on running when you let go.",
    local: "The bridge has the machines. Ask for them.", none: "Nobody ashore has the machines.",
    requested: (who: string, s: string) => `${who} asks for engineering, answer due in ${s}`,
    alreadyHolder: "You already have engineering", notHolder: "You do not have engineering",
    running: "running", stopped: "stopped", start: "Start", stop: "Stop",
    critical: "Stopping a generator takes a second person, a supervisor or the Master.",
    /** Machines by the name that their ship's file gives them; any other is shown as it is named there. */
    names: { "steering pump 1": "Steering pump 1", "steering pump 2": "Steering pump 2", "generator 1": "Generator 1", "generator 2": "Generator 2" } as Record<string, string>,
    lost: {
      taken: "Another person has engineering now. Yours has ended.", local: "The bridge has taken the machines. Your engineering has ended.",
      ended: "The ship did not hear you any more: your engineering has ended.", unconfirmed: "The grant was not confirmed in time.", denied: "Your request was not granted.",
    } as Record<string, string>,
  },
};
