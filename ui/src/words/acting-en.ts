/** Texts of the acting half in English: machines, voyage phases, direct control, drills, the watch over the operator. */
export const actingEn = {
  direct: {
    title: "Direct control", click: "Click here or tab to it, then hold the space bar", ready: "Hold the space bar, or a shoulder button of the gamepad",
    held: "HELD: she follows your hand", keys: "While the space bar is held: left and right are the rudder, up and down the lever. Letting go, leaving or hiding the page is neutral at once.",
    limitUnknown: "How fast a link direct control needs is not known here", tripUnknown: (limit: string) => `Direct control needs ${limit} ms or less; the round trip has not been measured`,
    fastEnough: (limit: string, now: string) => `Direct control needs ${limit} ms or less, now ${now} ms`,
    tooSlow: (limit: string, now: string) => `Direct control is refused: it needs ${limit} ms or less, now ${now} ms`,
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
      lapsed: "The ship did not hear you any more: your engineering has ended.", unconfirmed: "The grant was not confirmed in time.", denied: "Your request was not granted.",
    } as Record<string, string>,
  },
};
