/** What each instrument of each view shows, in a few words; what to do about refusals is in refusals-en.ts. */
export const helpEn = {
  title: "Help", open: "Help: instruments and refusals", close: "Close", instrumentsTitle: "Instruments", othersTitle: "Instruments of the other views", rulesTitle: "Refusals: what is wrong, and what to do",
  /** By view, in the order of the top bar; the first is open where the help was asked for. */
  views: {
    conning: {
      conn: ["Conn", "Who has the ship, in the largest words. Request, then confirm within 10 s. Nothing moves by taking it. The bridge can take it back at any moment."],
      heading: ["Heading", "Needle: actual. Marks: ordered and set. ROT is the rate of turn, P to port, S to starboard. Amber: older than 2 cycles; red: older than 5; ---: not measured or not valid."],
      rudder: ["Rudder", "Actual angle beside the ordered one, P to port, S to starboard."],
      propulsion: ["Propulsion", "Engine revolutions and load beside what is ordered, astern to full ahead."],
      speed: ["Speed", "SOG over ground, STW through the water."],
      environment: ["Depth and wind", "Water under the keel; true wind where it is known, else as felt on board."],
      chart: ["Chart", "Own ship to scale; long line: heading; dashes: course for six minutes; curve: where she comes if she goes on turning so. Triangles: other ships; crossed out: lost. Green dashes: allowed; red: no-go."],
      depths: ["Depth areas", "Of imported charts, as the line below the chart names them. Deep blue: shallow for this ship, within the thick safety contour; pale or black: deep; green: dries. Purple: wreck, rock, obstruction, with its least depth or ?. Grey: no chart."],
      marker: ["EBL/VRM", "Bearing line and range ring from own ship. Click on the chart or type; it is told in words and carried along, its bearing true."],
      traffic: ["Targets", "Other ships, the most dangerous first, by closest point (CPA) and time to it (TCPA); while an order is being set, as it would be after it."],
      link: ["Link", "Round trip, loss, age of her last heartbeat; jitter: how much one round trip differs from the next; one way: her last heartbeat from ship to shore, as wrong as the two clocks; received: what arrives of her a second, without network headers. Amber and red come at once and go after 5 s below a lower limit. The first line: her bearer and, where she has several, each way to the shore. L0 is normal; each further step is what she does by herself without you, with the time to the next."],
      orders: ["Orders", "Two steps: Order, then Confirm within 10 s. A grey button says why below it. What became of each stands in the order log."],
      estop: ["Emergency stop", "Lift the cover, press. It needs no conn. It stays latched until it is reset aboard, or by the Master and a second person."],
      alerts: ["Alerts", "By priority, as IEC 62923 has them. Silence lasts 30 s; acknowledging says that you have read it. Category A wants a picture of at most 3 s."],
      trend: ["Trend", "Heading and speed of the last ten minutes; History shows any channels over any time."],
      stick: ["Direct control", "At level Direct: hold the space bar or a shoulder button and steer with arrows or sticks. Letting go is neutral at once."],
      guide: ["Leg of the route", "While she follows a route: how far off she is, the next waypoint, where she turns; Confirm course change when it is announced."],
    },
    fleet: {
      rows: ["List of vessels", "Bar at the left: blue a ROC has her, green the bridge, yellow nobody, grey only watched. One click opens her."],
      step: ["Ladder", "L0 is normal. Grey with a question mark: the last she told; silent for 3.5 s, what she does now nobody ashore knows."],
      link: ["Link and age", "Round trip of her last heartbeat; age of her last values, amber over 2 s, red over 5 s."],
      alert: ["Alert", "The highest priority of her alerts and how many there are."],
      fleetChart: ["Chart", "All vessels where they were last heard; the wheel zooms, drag moves, Fit shows all."],
    },
    route: {
      aboard: ["Route aboard", "The route she has, and whether she follows it. Activate is an order of its own, from the leg chosen; Suspend leaves the last heading in force."],
      guide: ["Leg", "How far off the track she is (red beyond the leg's width), way and time to the next waypoint, and to where she turns."],
      draw: ["New route", "Draw on the chart, write waypoints, or take an RTZ file. Every fault against her limits is listed at once; with one it is not sent."],
      sent: ["Routes sent", "The last twenty, to be looked at and sent again."],
    },
    engine: {
      values: ["Groups of values", "What her own catalogue has, by VIS code: value, age where it is not fresh, --- where nothing has told."],
      bars: ["Bars", "From the lowest to the highest of the range; marks are the limits of her own alerts, the colour is that of the alert beyond."],
      hour: ["Last hour", "The same value over the last hour; a gap is a gap."],
      machines: ["Engineering", "Pumps and generators are a group of their own with an own holder. Actual is her read-back, beside what is ordered; the stop of a generator takes a second person."],
    },
    phase: {
      phases: ["Phases", "All of hers with their limits side by side, and the one in force. A change is refused while what is ordered would not be allowed in it."],
    },
    drill: {
      drills: ["Drills", "Begun by who has the conn or a supervisor; done with the real buttons; the ship takes the time. Only with simulated actuators."],
      past: ["Drills of the last 30 days", "Who, how long he took, the limit, in time or not, and how it ended."],
    },
    alerts: {
      list: ["List", "Unacknowledged first, then rectified, then acknowledged, cautions last; emergency alarm before alarm before warning. Those marked shore are the station's own."],
      detail: ["Decision aid", "What to do about the chosen one, since when, who answers it and where."],
      picture: ["Age of the picture", "Category A is acknowledged only with a picture of at most 3 s: the chart beside it."],
      silence: ["Silence", "30 s, at all consoles and aboard; what nobody has acknowledged then sounds again."],
      take: ["Responsibility", "Who has the conn can take an alert ashore; it returns to the bridge when he is not heard."],
      history: ["History of alerts", "Every change of the last 30 days with who answered."],
    },
    history: {
      channels: ["Channels", "Choose any; each unit has its own scale."],
      plot: ["Plot", "Line: mean of a step; band: lowest to highest; a gap is a gap; amber: not good. Upright lines: orders, alerts, the conn, the ladder."],
      span: ["Span", "From ten minutes to years: drag to look closer, wheel to zoom, shift and wheel or arrow keys to move. CSV saves what is seen."],
      voyages: ["Voyages", "Found by themselves: departure, arrival, distance, time, fuel. Show opens the span, the day's report is made for paper."],
    },
    report: {
      report: ["Day's report", "One day (UTC): noon position, distance, fuel, legs, extremes, alerts, orders; Print makes a page of it."],
    },
    replay: {
      tape: ["Replay", "What was, with the ages, sources and link figures of then, at 1 to 60 times; jump to orders, alerts, ladder steps. Nothing can be ordered from it."],
    },
    ledger: {
      verdict: ["Verdict", "Whole: every entry hashes to what was written. Broken: from that entry on it can no longer be shown."],
      entries: ["Entries", "Who did what, when, with what result and why, of ship and shore; the last column is each one's hash."],
    },
    account: {
      account: ["Account", "Your password, authenticator, passkeys, and where you are logged in; each change asks for the present password and ends your sessions elsewhere."],
    },
    admin: {
      admin: ["Administration", "Who may come in and with what, which roster and grant each ship was given and told of, and how the station does. A session is ended with two presses."],
    },
  } as Record<string, Record<string, readonly [name: string, text: string]>>,
};
