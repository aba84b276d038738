/**
 * A shore inside the page, whose time goes as fast as the page takes its words: a watch of 24 h in minutes. Run before the page's own program:
 * it takes the place of WebSocket and of both clocks. Every word goes the way of a real one, as text into the page's own socket.
 * Given as the argument: `welcome`, `vessel`, `status`, `target`, `row`, as the shore would say them, and `leaks`: what must be found.
 */
((told) => {
  const STEP_MS = 200; // five messages of values a second, as a ship on a good link sends
  const SLICE_MS = 400; // between two frames, each of which takes the page a second where no graphics card draws the chart
  const S = 5, MIN = 60 * S, HOUR = 60 * MIN; // in steps
  const VIEWS = ["", "/engine", "/alerts", "/phase", "/route", "/ledger", "/drill", "/history", null];
  const PALETTES = ["bright", "day", "dusk", "night"];
  const real = performance.now.bind(performance), begunUtcMs = Date.now(), RealDate = Date;
  const watch = (globalThis.longWatch = { step: 0, frames: 0, runs: false, untilStep: 0, said: 0, heard: 0, cuts: 0, views: 0, leaked: [] });
  const goneMs = () => watch.step * STEP_MS;
  const utcMs = () => begunUtcMs + goneMs();
  performance.now = () => goneMs();
  globalThis.Date = class extends RealDate {
    constructor(...of) { if (of.length) super(...of); else super(utcMs()); }
    static now() { return utcMs(); }
  };

  let socket = null, open = null, session = "", desk = "";
  class ShoreSocket extends EventTarget {
    static OPEN = 1;
    readyState = 0;
    constructor() {
      super();
      setTimeout(() => { socket = this; this.readyState = 1; this.onopen?.(); say({ ...told.welcome, server_utc_ms: utcMs() }); });
    }
    send(text) { watch.heard += 1; hear(JSON.parse(text)); }
    close() { this.readyState = 3; if (socket === this) socket = null; this.onclose?.(); }
  }
  globalThis.WebSocket = ShoreSocket;

  function say(message) {
    const text = JSON.stringify(message);
    watch.said += 1;
    if (told.leaks && message.type === "values" && watch.step % told.leaks === 0) watch.leaked.push(` ${text}`.split(""));
    socket?.onmessage?.({ data: text });
  }

  function hear(message) {
    if (message.type === "subscribe") subscribe(message.vessel);
    if (message.type !== "preview") return;
    ({ session, console: desk } = message);
    say({ type: "preview", vessel: message.vessel, request_id: message.request_id, kind: message.kind, subject: "", verdict: "allowed", reasons: [] });
  }

  const ship = told.vessel.vessel;
  const target = (number) => {
    const at = number * 2.399963, far = 0.16 * Math.sqrt((number + 1) / told.targets);
    return { ...told.target, mmsi: 440100000 + number, utc_ms: utcMs(), name: `TARGET ${number}`, cog_deg: (number * 37) % 360, heading_deg: (number * 37) % 360,
      latitude_deg: own()[1] + far * Math.cos(at), longitude_deg: own()[0] + far * Math.sin(at) };
  };
  /** She goes round a circle of six miles in four hours, so that the track has a shape and turns. */
  const angle = () => (watch.step / (4 * HOUR)) * 2 * Math.PI;
  const own = () => [129 + 0.12 * Math.sin(angle()), 35 + 0.1 * Math.cos(angle())];

  function subscribe(vessel) {
    open = vessel;
    if (vessel === null) return;
    say(told.vessel);
    values(true);
    say({ type: "track", vessel: ship, points: Array.from({ length: 5000 }, (_, at) => [own()[0] - at * 1e-5, own()[1], utcMs() - (5000 - at) * 1000]) });
    say({ type: "targets", vessel: ship, targets: Array.from({ length: told.targets }, (_, number) => target(number)) });
  }

  function values(all) {
    const [longitude, latitude] = own(), moving = told.moving, now = utcMs(), { step } = watch;
    const shown = { NAV_LAT: latitude, NAV_LON: longitude, NAV_HDG: ((angle() * 180) / Math.PI + 90 + Math.sin(step)) % 360 };
    const names = all ? told.vessel.channels.filter(({ kind }) => kind === "number").map(({ short_id: id }) => id) : moving;
    say({ type: "values", vessel: ship, server_utc_ms: now, gap_count: 0, values: names.map((id) => [id, shown[id] ?? 10 + Math.sin(step / 50), 0, now]) });
  }

  function status() {
    const authority = session ? { ...told.status.authority, station: "remote", person: told.welcome.person, session, console: desk, role: "operator", level: "setpoint", fencing: 7, lease_age_s: 0.3 }
      : told.status.authority;
    const isBad = (watch.step / MIN) % 20 > 18; // each twenty minutes the link is a bad one for two
    say({ ...told.status, authority, seq: watch.step, mono_ms: goneMs(), utc_ms: utcMs(), heartbeat_age_ms: 200, step: isBad ? "L1" : "L0",
      reasons: isBad ? [{ name: "round_trip", text: "round trip 1400 ms", since_ms: 1000, clears: "" }] : [], round_trip_ms: isBad ? 1400 : 80 });
  }

  /** Seven alerts come, are answered and go, each minute another; an order with its life each ten minutes, with its event. */
  function happen() {
    const minute = Math.floor(watch.step / MIN);
    const alert = (number) => ({ alert_id: `alert-${number % 7}`, text: `Alert ${number}`, priority: ["alarm", "warning", "caution"][number % 3], category: "B",
      state: number % 2 ? "unacknowledged" : "acknowledged", since_utc_ms: utcMs(), source: "ship", advice: "Look.", sounds: number, is_escalated: false, answered: "ship", person: "" });
    say({ type: "alerts", vessel: ship, alerts: Array.from({ length: minute % 5 }, (_, at) => alert(minute + at)) });
    if (minute % 10) return;
    for (const state of ["received", "accepted", "executing", "SUCCEEDED"])
      say({ type: "order", vessel: ship, order_id: `order-${minute}`, kind: "conn.heading", args: { heading_deg: minute % 360 }, person: "ann", console: "c", state, reasons: [], detail: "", utc_ms: utcMs(), live: true });
    say({ type: "event", vessel: ship, kind: "ladder", text: `minute ${minute}`, utc_ms: utcMs() });
  }

  /** What a person does: another view each ten minutes, another palette each hour; and each hour the line is cut. */
  function act() {
    const { step } = watch;
    if (step % (10 * MIN) === 0) show(VIEWS[(step / (10 * MIN)) % VIEWS.length]);
    if (step % HOUR === 0) palette(PALETTES[(step / HOUR) % PALETTES.length]);
    if (step % HOUR === 30 * MIN) { watch.cuts += 1; socket?.close(); }
  }

  const show = (watch.show = (view) => {
    watch.views += 1;
    history.replaceState(null, "", view === null ? "/" : `/vessel/${ship}${view}`);
    dispatchEvent(new PopStateEvent("popstate"));
  });

  function palette(name) {
    document.querySelector("farhelm-console")?.shadowRoot?.querySelector("fh-top-bar")?.shadowRoot?.querySelector(`[data-testid=palette-${name}]`)?.click();
  }

  function advance() {
    watch.step += 1;
    const { step } = watch;
    if (socket) {
      if (open !== null) values(step % S === 0);
      if (open !== null) say({ type: "targets", vessel: ship, targets: Array.from({ length: told.targets / 10 }, (_, at) => target(at * 10 + (step % 10))) });
      if (step % S === 0) {
        say({ type: "fleet", part: 0, parts: 1, vessels: told.rows.map((row) => ({ ...row, position_utc_ms: utcMs() })) });
        if (open !== null) status();
      }
      if (step % MIN === 0 && open !== null) happen();
    }
    act();
  }

  (function frame() {
    watch.frames += 1;
    const endMs = real() + SLICE_MS;
    while (watch.runs && watch.step < watch.untilStep && real() < endMs && socket) advance();
    requestAnimationFrame(frame);
  })();
})
