// Three ships that obey simple laws, and the ship's side of authority and orders, played well enough to develop a page.
import { decode } from "cborg";

const DEG = Math.PI / 180;
const wrap = (deg) => ((deg % 360) + 360) % 360;
const turn = (from, to) => ((to - from + 540) % 360) - 180;
const noise = (size) => (Math.random() - 0.5) * 2 * size;

const CHANNELS = [
  ["NAV_LAT", "deg", 1], ["NAV_LON", "deg", 1], ["NAV_HDG", "deg", 0.1], ["NAV_COG", "deg", 1], ["NAV_SOG", "kn", 1], ["NAV_STW", "kn", 1],
  ["NAV_ROT", "deg/min", 0.1], ["NAV_DPTK", "m", 1], ["STG_RUD_S", "deg", 0.1], ["ME_RPM", "rpm", 0.5], ["ME_LOAD", "%", 1], ["WND_AWA", "deg", 1], ["WND_AWS", "m/s", 1],
];
const AREA = [[128.85, 34.86], [129.3, 34.86], [129.3, 35.12], [128.85, 35.12]];
const NO_GO = [[129.06, 34.985], [129.1, 34.98], [129.11, 35.005], [129.085, 35.02], [129.06, 35.01]];

const SHIPS = [
  { id: "kestrel", name: "Kestrel", ship_type: "Tanker", mmsi: 440123001, length_m: 320, beam_m: 58, lat: 34.93, lon: 129.02, hdg: 62, full: 15.5, rpm: 78, rate: 12, rtt: 84 },
  { id: "otter", name: "Otter", ship_type: "Unmanned surface vehicle", mmsi: 440123002, length_m: 2, beam_m: 1.08, lat: 35.03, lon: 129.13, hdg: 210, full: 3, rpm: 1000, rate: 300, rtt: 46 },
  { id: "petrel", name: "Petrel", ship_type: "Coaster", mmsi: 440123003, length_m: 92, beam_m: 15, lat: 34.99, lon: 129.2, hdg: 288, full: 13, rpm: 210, rate: 40, rtt: 640 },
];

export class Fleet {
  constructor(send) {
    this.send = send;
    this.keyState = "none";
    this.cutUntil = 0;
    this.stale = false;
    this.ships = new Map(SHIPS.map((ship) => [ship.id, new Ship(ship)]));
    this.ships.get("petrel").step = "L1";
    setInterval(() => this.tick(), 200);
    setInterval(() => this.second(), 1000);
  }

  /** The demo's Master takes a moment to enrol a key; later keys of this run are known at once. */
  offered() {
    if (this.keyState === "none") setTimeout(() => this.key("enrolled"), 2500);
    this.key(this.keyState === "none" ? "pending" : this.keyState);
  }

  key(state) {
    this.keyState = state;
    this.send({ type: "key", key_state: state, roster_version: 2 });
  }

  trick(name, query) {
    if (name === "cut") this.cutUntil = Date.now() + 1000 * Number(query.get("s") ?? 20);
    if (name === "stale") this.stale = !this.stale;
    if (name === "alerts") for (const ship of this.ships.values()) ship.raise();
    if (name === "step") this.ships.get(query.get("vessel")).step = query.get("to");
    for (const ship of this.ships.values()) this.send(ship.alertsMessage());
    return name;
  }

  stop(vessel, person) {
    const ship = this.ships.get(vessel);
    ship.stopped = true;
    ship.setpoints = { propulsion_pct: 0 };
    this.send({ type: "event", vessel, kind: "stop", text: `Emergency stop latched by ${person}`, utc_ms: Date.now() });
    this.send(ship.status());
  }

  get cut() {
    return Date.now() < this.cutUntil;
  }

  tick() {
    for (const ship of this.ships.values()) {
      ship.move(0.2);
      if (!this.stale && !this.cut) this.send({ type: "values", vessel: ship.id, server_utc_ms: Date.now(), values: ship.values(), gap_count: 0 });
    }
  }

  second() {
    this.send({ type: "fleet", vessels: [...this.ships.values()].map((ship) => ship.summary(this.cut)) });
    for (const ship of this.ships.values()) {
      if (this.cut) ship.silence();
      else ship.beat();
      this.send(ship.status());
      if (!this.cut) this.send({ type: "targets", vessel: ship.id, targets: TARGETS.map(moved) });
    }
  }

  hear(message, socket, person) {
    if (message.type === "subscribe") this.subscribe(message.vessel, socket);
    if (message.type === "preview") this.preview(message, socket);
    if (message.type === "stop") this.stop(message.vessel, person);
    if (message.type === "order") this.order(this.ships.get(message.vessel), decode(decode(Buffer.from(message.signed, "base64"))[1]));
    if (message.type === "heartbeat") this.ships.get(message.vessel).leaseMs = Date.now();
  }

  subscribe(vessel, socket) {
    socket.vessel = vessel;
    const ship = this.ships.get(vessel);
    this.send({ type: "fleet", vessels: [...this.ships.values()].map((each) => each.summary(this.cut)) }, socket);
    if (!ship) return;
    for (const message of [ship.vessel(), ship.track(), ship.status(), ship.alertsMessage()]) this.send(message, socket);
    this.send({ type: "values", vessel, server_utc_ms: Date.now(), values: ship.values(), gap_count: 0 }, socket);
  }

  preview(message, socket) {
    const reasons = judge(message.kind, message.args);
    this.send({ type: "preview", vessel: message.vessel, request_id: message.request_id, kind: message.kind, verdict: reasons.length ? "refused" : "allowed", reasons }, socket);
  }

  order(ship, order) {
    const say = (state, reasons = [], detail = "") => this.send({ type: "order", vessel: ship.id, order_id: order.id, kind: order.kind, args: order.args, person: order.person, console: order.console, state, reasons, detail, utc_ms: Date.now(), live: true });
    const reasons = judge(order.kind, order.args);
    setTimeout(() => say("received"), 60);
    if (reasons.length) return setTimeout(() => say("REJECTED", reasons), 110);
    setTimeout(() => {
      say("accepted");
      say("executing");
      ship.obey(order, say);
      this.send(ship.status());
      this.send(ship.alertsMessage());
    }, 110);
  }
}

/** Headings that lead into the no-go area are refused, so that a refusal can be looked at. */
function judge(kind, args) {
  if (kind !== "conn.heading" || args.heading_deg < 20 || args.heading_deg > 50) return [];
  return [
    { name: "no_go_area", rule: "INT-06", text: "The track for this heading enters the no-go area Oryukdo", value: 214, limit: 360, unit: "s", age_s: 0.4 },
    { name: "depth", rule: "INT-07", text: "Under-keel clearance along the track is too small", value: 3.1, limit: 5, unit: "m", age_s: 0.9 },
  ];
}

class Ship {
  constructor(facts) {
    Object.assign(this, facts);
    this.speed = facts.full * 0.55;
    this.rot = 0;
    this.rudder = 0;
    this.setpoints = {};
    this.steer = facts.hdg;
    this.pct = 55;
    this.step = "L0";
    this.authority = { station: "local", person: "", roc: "", console: "", session: "", role: "", level: "", fencing: 4, lease_age_s: null, phase: "held", pending_id: "", pending_person: "", pending_console: "", pending_left_s: null };
    this.seq = 0;
    this.heardMs = Date.now();
    this.bornMs = Date.now() - 3_600_000;
    this.alerts = [];
    this.points = [];
    this.leaseMs = 0;
    for (let s = 1800; s > 0; s -= 10) this.points.push([this.lon - (Math.sin(this.hdg * DEG) * s * this.speed) / 3600 / 60 / 0.82, this.lat - (Math.cos(this.hdg * DEG) * s * this.speed) / 3600 / 60 + 0.002 * Math.sin(s / 300), Date.now() - s * 1000]);
  }

  move(dt) {
    const off = turn(this.hdg, this.setpoints.heading_deg ?? this.steer);
    const wanted = this.setpoints.rudder_deg ?? Math.max(-35, Math.min(35, off * 1.2 - this.rot * 0.6));
    this.rudder += Math.max(-2.34 * dt, Math.min(2.34 * dt, wanted - this.rudder));
    this.rot += ((this.rudder / 35) * this.rate - this.rot) * dt * 0.15;
    this.hdg = wrap(this.hdg + (this.rot / 60) * dt);
    const target = ((this.setpoints.propulsion_pct ?? this.pct) / 100) * this.full;
    this.speed += (target - this.speed) * dt * 0.03;
    this.lat += (Math.cos(this.hdg * DEG) * this.speed * dt) / 3600 / 60;
    this.lon += (Math.sin(this.hdg * DEG) * this.speed * dt) / 3600 / 60 / Math.cos(this.lat * DEG);
  }

  values() {
    const now = Date.now();
    const row = (id, value, age = 0) => [id, value, value === null ? 2 : 0, now - age];
    return [
      row("NAV_LAT", this.lat, 200), row("NAV_LON", this.lon, 200), row("NAV_HDG", wrap(this.hdg + noise(0.1))), row("NAV_COG", wrap(this.hdg + 2.1 + noise(0.3)), 300),
      row("NAV_SOG", this.speed + noise(0.05), 300), row("NAV_STW", this.speed - 0.4 + noise(0.05), 300), row("NAV_ROT", this.rot + noise(0.2)),
      this.id === "otter" ? row("NAV_DPTK", null) : row("NAV_DPTK", 41.3 + noise(0.4), this.id === "petrel" ? 3200 : 300), row("STG_RUD_S", this.rudder + noise(0.1)),
      row("ME_RPM", (this.speed / this.full) * this.rpm + noise(0.3)), row("ME_LOAD", 52 + noise(1)), row("WND_AWA", -38 + noise(2), 400), row("WND_AWS", 8.4 + noise(0.4), 400),
    ];
  }

  beat() {
    this.heardMs = Date.now();
    if (this.step === "L2") this.step = "L0";
    this.seq += 1;
    const authority = this.authority;
    if (authority.station === "remote") authority.lease_age_s = (Date.now() - this.leaseMs) / 1000;
    if (authority.phase !== "held") {
      authority.pending_left_s -= 1;
      if (authority.pending_left_s <= 0) Object.assign(authority, { phase: "held", pending_id: "", pending_person: "", pending_console: "", pending_left_s: null });
    }
  }

  silence() {
    const s = (Date.now() - this.heardMs) / 1000;
    this.step = s > 10 ? "L3" : s > 3.5 ? "L2" : this.step;
  }

  status() {
    const bad = this.step !== "L0";
    return {
      type: "status", vessel: this.id, heard: true, heartbeat_age_ms: Date.now() - this.heardMs, boot_id: `boot-${this.id}`, seq: this.seq, mono_ms: this.heardMs - this.bornMs,
      utc_ms: this.heardMs, utc_trusted: true, step: this.step, reasons: bad ? [{ name: "round_trip", text: this.step === "L1" ? "Round trip 1.24 s is above 1 s for 5 s" : "No valid operator heartbeat", since_ms: 1, clears: "below 1 s for 10 s" }] : [],
      next_step: this.step === "L2" ? "L3" : "", next_step_in_s: this.step === "L2" ? 6 : null, authority: this.authority, stop_latched: this.stopped === true, echo_session: "", echo_seq: 0, echo_held_ms: 0,
      round_trip_ms: (this.step === "L1" ? 1240 : this.rtt) + noise(8), loss_pct: this.step === "L1" ? 12 : 0, jitter_ms: 6, one_way_ms: this.rtt / 2, received_bytes_s: 1400, ways: [],
      grades: { round_trip: this.step === "L1" ? "amber" : "good", loss: this.step === "L1" ? "amber" : "good", age: "good" }, setpoints: this.setpoints, phase: "coastal", roster_version: 2, alerts: [],
      action: this.step === "L3" ? "Slowing down on heading" : this.step === "L1" ? "Low-rate profile; direct orders are refused" : "", collector_alive: true, engineering: null, direct_limit_ms: 2000, drill: null, access_left_s: null, lease_s: 15, no_access: [],
    };
  }

  summary(cut) {
    return { vessel: this.id, name: this.name, ship_type: this.ship_type, mmsi: this.mmsi, length_m: this.length_m, beam_m: this.beam_m, latitude_deg: this.lat, longitude_deg: this.lon, heading_deg: this.hdg, cog_deg: wrap(this.hdg + 2), sog_kn: this.speed, position_utc_ms: this.heardMs, data_age_ms: cut ? Date.now() - this.heardMs : 240, step: this.step, station: this.authority.station, person: this.authority.person, roc: this.authority.roc, round_trip_ms: this.rtt, highest_alert: this.alerts[0]?.priority ?? "", alert_count: this.alerts.length, heartbeat_age_ms: Date.now() - this.heardMs, safety_depth_m: 9.6 };
  }

  vessel() {
    return {
      type: "vessel", vessel: this.id, name: this.name, ship_type: this.ship_type, mmsi: this.mmsi, imo: null, length_m: this.length_m, beam_m: this.beam_m, catalogue_hash: "mock",
      channels: CHANNELS.map(([short_id, unit, cycle_s]) => ({ short_id, name: short_id, unit, kind: "number", low: -400, high: 400, cycle_s, max_age_s: 10, local_id: "", limits: {} })),
      areas: [{ kind: "allowed", name: "Remote operation area", points: AREA }, { kind: "no_go", name: "Oryukdo", points: NO_GO }], limits: { rudder_deg_max: 35, propulsion_pct_max: 100, rpm_max: this.rpm, speed_full_kn: 14 }, takes_orders: true, machinery: [], phases: [], telegraph: TELEGRAPH, actuators: "simulated", safety_depth_m: 9.6,
    };
  }

  track() {
    return { type: "track", vessel: this.id, points: this.points };
  }

  raise() {
    const now = Date.now();
    const alert = (alert_id, text, priority, category, state, source) => ({ alert_id, text, priority, category, state, since_utc_ms: now - 60000, source });
    this.alerts = [
      alert("sg-pump-2", "Steering gear pump 2 stopped", "alarm", "B", "unacknowledged", "ship"), alert("me-cwt", "Main engine cooling water 88 degC, limit 85 degC", "warning", "B", "unacknowledged", "ship"),
      alert("gnss-2", "GNSS 2 no position, GNSS 1 in use", "caution", "B", "acknowledged", "ship"),
    ];
  }

  alertsMessage() {
    return { type: "alerts", vessel: this.id, alerts: this.alerts };
  }

  obey(order, say) {
    const authority = this.authority;
    const held = { phase: "held", pending_id: "", pending_person: "", pending_console: "", pending_left_s: null };
    const done = (ms = 50) => setTimeout(() => say("SUCCEEDED"), ms);
    if (order.kind === "authority.request") {
      Object.assign(authority, { phase: "requested", pending_id: order.id, pending_person: order.person, pending_console: order.console, pending_left_s: 10 });
      setTimeout(() => {
        Object.assign(authority, { phase: "granted", pending_left_s: 10, fencing: authority.fencing + 1, want: order.args.level });
        done();
      }, 1200);
    } else if (order.kind === "authority.confirm") {
      Object.assign(authority, held, { station: "remote", person: order.person, roc: "ROC Busan", console: order.console, session: order.session, role: "operator", level: authority.want, lease_age_s: 0 });
      this.leaseMs = Date.now();
      this.step = "L0";
      done();
    } else if (order.kind === "authority.release") {
      Object.assign(authority, held, { station: "local", person: "", roc: "", console: "", session: "", role: "", level: "", lease_age_s: null });
      this.setpoints = {};
      this.steer = this.hdg;
      done();
    } else if (order.kind === "alert.acknowledge") {
      for (const alert of this.alerts) if (alert.alert_id === order.args.alert_id) alert.state = "acknowledged";
      done();
    } else {
      this.set(order);
      done(8000);
    }
  }

  /** Put in force what an order sets; a course is a heading here, without drift, and a speed its share of full power. */
  set({ kind, args }) {
    const { step, course_deg, speed_kn } = args;
    const ends = { "conn.heading": ["rudder_deg", "course_deg"], "conn.course": ["rudder_deg"], "conn.rudder": ["heading_deg", "course_deg"], "conn.speed": [] }[kind] ?? ["speed_kn"];
    for (const name of ends) delete this.setpoints[name];
    if (kind === "conn.course") Object.assign(this.setpoints, { course_deg, heading_deg: course_deg });
    else if (kind === "conn.speed") Object.assign(this.setpoints, { speed_kn, propulsion_pct: (100 * speed_kn) / 14 });
    else if (kind === "conn.telegraph") this.setpoints.propulsion_pct = TELEGRAPH[step];
    else if (kind === "conn.controlled_stop") this.setpoints.propulsion_pct = 0;
    else Object.assign(this.setpoints, args);
  }
}

const TELEGRAPH = { full_astern: -70, half_astern: -55, slow_astern: -40, dead_slow_astern: -25, stop: 0, dead_slow_ahead: 25, slow_ahead: 40, half_ahead: 55, full_ahead: 70 };
const TARGETS = [
  { mmsi: 441000111, name: "HANARA EXPRESS", latitude_deg: 34.965, longitude_deg: 129.06, sog_kn: 12.4, cog_deg: 205, length_m: 180, beam_m: 28 },
  { mmsi: 440700222, name: "DONGHAE 7", latitude_deg: 34.945, longitude_deg: 129.045, sog_kn: 7.1, cog_deg: 95, length_m: 45, beam_m: 9 },
  { mmsi: 538001333, name: "PACIFIC LILY", latitude_deg: 34.91, longitude_deg: 129.0, sog_kn: 0.1, cog_deg: 20, length_m: 229, beam_m: 32 },
  { mmsi: 440888444, name: "KUMSUNG", latitude_deg: 35.02, longitude_deg: 129.16, sog_kn: 9.8, cog_deg: 240, length_m: 70, beam_m: 12 },
];
const STARTED = Date.now();
function moved(target) {
  const nm = (target.sog_kn * (Date.now() - STARTED)) / 3_600_000;
  return { ...target, utc_ms: Date.now(), heading_deg: target.cog_deg, ship_type: 70, latitude_deg: target.latitude_deg + (Math.cos(target.cog_deg * DEG) * nm) / 60, longitude_deg: target.longitude_deg + (Math.sin(target.cog_deg * DEG) * nm) / 60 / 0.82 };
}
