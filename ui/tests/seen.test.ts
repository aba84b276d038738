/** What an operator saw: screens, heartbeats and values as they stood then, and nothing that had not come. */
import { describe, expect, it, vi } from "vitest";
import { ScreenTeller } from "../src/app/screen";
import { Store } from "../src/link/store";
import type { FromBrowser, HeardJson, ShownJson, SourcedJson, TargetJson, TrackPoint } from "../src/protocols.gen";
import { SetClock } from "../src/replay/clock";
import { asSeen, cameAt, joined, knownBy, NOTHING, screenOf, screensAt, sourcesAt, statusAt, trafficAsSeen, wayAsSeen, type Receipt } from "../src/replay/seen";
import type { TimedValue } from "../src/replay/seen";
import { messages, type Stretch } from "../src/replay/tape";

const value = (utcMs: number): TimedValue => ({ fromMs: utcMs, row: ["A", utcMs, 0, utcMs] });
const screen = (utc_ms: number, changes: Partial<ShownJson> = {}): ShownJson => ({
  utc_ms, socket: "1", person: "ann", console: "c1", session: "s1", vessel: "otter", view: "conning", palette: "night", language: "en", hidden: false, look: "", ...changes,
});
const heard = (since: number, through: number, last: number, changes: Partial<HeardJson> = {}): HeardJson => ({
  since_utc_ms: since, through_utc_ms: through, last_utc_ms: last, gap_ms: 1000, status: { step: "L0", round_trip_ms: 640 }, figures: [], ...changes,
});

describe("when what was measured came", () => {
  const received: Receipt[] = [[0, 1000, 1400, false], [1200, 2000, 2600, false], [2200, 60_000, 90_000, true], [5000, 5200, 5300, false]];

  it.each([[500, 1400], [1000, 1400], [1100, null], [2000, 2600], [3000, Infinity], [5100, 5300], [5300, Infinity], [60_001, null]])("at %s: %s", (utcMs, came) => {
    expect(cameAt(received, utcMs)).toBe(came);
  });

  it("a value is shown from then on, one that came late over a broken link never, one of which nothing is recorded as before", () => {
    expect(asSeen([500, 1100, 3000].map(value), received).map((each) => [each.row[3], each.fromMs])).toEqual([[1100, 1100], [500, 1400]]);
    expect(asSeen([value(3000)], NOTHING.received)).toHaveLength(1); // the negative control: without the record it would be there
  });
});

describe("way and traffic", () => {
  const received: Receipt[] = [[0, 1000, 1400, false], [1200, 2000, 2600, false], [2200, 4000, 90_000, true]];
  const way: TrackPoint[] = [500, 1500, 3000].map((utcMs) => [129, 35, utcMs]);
  const seenAt = (atMs: number) => wayAsSeen(way, received, atMs).map(([, , utcMs]) => utcMs);

  it("a point of the way is there from when it had come; one that came late is not", () => {
    expect([1300, 1400, 2600, 99_000].map(seenAt)).toEqual([[], [500], [500, 1500], [500, 1500]]);
    expect(wayAsSeen(way, NOTHING.received, 1600)).toHaveLength(2); // nothing is recorded of then: by the time of measurement
  });

  it("traffic is that of the latest moment that had come, also in an outage", () => {
    expect([1399, 1400, 2599, 2600, 60_000, 99_000].map((atMs) => knownBy(received, atMs))).toEqual([1399, 1000, 1000, 2000, 2000, 2000]);
    expect(knownBy(NOTHING.received, 5000)).toBe(5000);
    const heardAt = (utc_ms: number) => ({ mmsi: utc_ms, utc_ms }) as TargetJson;
    expect(trafficAsSeen([900, 3000, 9000].map(heardAt), received).map(({ mmsi }) => mmsi)).toEqual([900, 9000]);
  });
});

describe("the source of a value", () => {
  const rows: SourcedJson[] = [
    { utc_ms: 1000, is_whole: true, sources: { NAV_HDG: "gyro1", NAV_SOG: "log" } }, { utc_ms: 5000, is_whole: false, sources: { NAV_HDG: "gyro2" } },
    { utc_ms: 9000, is_whole: true, sources: { NAV_SOG: "log" } },
  ];

  it("is the one that held then; with another start of hers what the former told is over", () => {
    expect([1000, 4999, 5000, 9000].map((ms) => sourcesAt("otter", rows, ms).sources)).toEqual([
      { gyro1: ["NAV_HDG"], log: ["NAV_SOG"] }, { gyro1: ["NAV_HDG"], log: ["NAV_SOG"] }, { gyro2: ["NAV_HDG"], log: ["NAV_SOG"] }, { log: ["NAV_SOG"] },
    ]);
    expect(sourcesAt("otter", rows, 999).sources).toEqual({}); // not told is not guessed
  });

  it("comes to the store with the values, there and back", () => {
    const store = new Store(new SetClock());
    const stretch: Stretch = { fromMs: 0, toMs: 99_000, values: [], seen: { ...NOTHING, sources: rows } };
    const sourceAt = (ms: number) => {
      for (const message of messages("otter", null, ms, stretch, [], [])) store.take(message);
      return store.vessel("otter").sources.get("NAV_HDG");
    };
    expect([2000, 6000, 9500, 2000].map(sourceAt)).toEqual(["gyro1", "gyro2", undefined, "gyro1"]);
  });
});

describe("a heartbeat", () => {
  const rows = [heard(10_000, 39_000, 39_000), heard(40_000, 69_000, 45_500, { status: { step: "L2" } })];

  it("is as old as it was: at most its longest wait while she spoke, ever older in a silence", () => {
    expect(statusAt("otter", rows, 10_400)?.heartbeat_age_ms).toBe(400);
    expect(statusAt("otter", rows, 30_000)?.heartbeat_age_ms).toBe(1000);
    expect(statusAt("otter", rows, 60_000)).toMatchObject({ heard: true, heartbeat_age_ms: 14_500, step: "L2" });
    expect(statusAt("otter", rows, 39_900)).toMatchObject({ step: "L0", round_trip_ms: 640, heartbeat_age_ms: 900 });
  });

  it("has the jitter, the bytes a second and the one way of its ten seconds, and none where they were not recorded", () => {
    const figures: HeardJson["figures"] = [[0, 12, 1400, 41], [10_000, 30, 0, null]];
    const told = [heard(10_000, 39_000, 39_000, { figures }), heard(40_000, 69_000, 69_000)];
    const at = (ms: number) => { const { jitter_ms, received_bytes_s, one_way_ms } = statusAt("otter", told, ms)!; return [jitter_ms, received_bytes_s, one_way_ms]; };
    expect([10_000, 19_900].map(at)).toEqual([[12, 1400, 41], [12, 1400, 41]]);
    expect(at(20_000)).toEqual([30, 0, null]);
    expect(at(50_000)).toEqual([null, null, null]);
  });

  it("of which nothing is recorded is none, and not a silence", () => {
    expect(statusAt("otter", rows, 9999)).toBeNull();
    expect(statusAt("otter", rows, 71_600)).toBeNull();
  });

  it("goes before what events alone would tell, and ages in the console's own store", () => {
    const store = new Store(new SetClock());
    const stretch: Stretch = { fromMs: 0, toMs: 99_000, values: [], seen: { ...NOTHING, heard: rows } };
    const ladder = { utc_ms: 20_000, kind: "ladder", body: { from: "L0", to: "L3", action: "", reasons: [] } };
    const stepAt = (ms: number) => {
      for (const message of messages("otter", null, ms, stretch, [ladder], [])) store.take(message);
      return store.vessel("otter").status?.step;
    };
    expect([stepAt(30_000), stepAt(80_000)]).toEqual(["L0", "L3"]);
    stepAt(60_000);
    expect(Math.round((store.vessel("otter").heartbeatAgeMs() ?? 0) / 100)).toBe(145);
  });
});

describe("screens", () => {
  const rows = [screen(1000), screen(5000, { view: "alerts" }), screen(2000, { socket: "2", session: "s2", person: "bob", vessel: null, view: "fleet", palette: "day" }), screen(9000, { view: "" })]
    .sort((a, b) => a.utc_ms - b.utc_ms);

  it("are those of two operators as each stood, until each was closed", () => {
    const at = (ms: number) => screensAt(rows, ms).map((each) => `${each.person} ${each.view}`);
    expect([at(999), at(1000), at(4999), at(5000), at(9000)]).toEqual([[], ["ann conning"], ["ann conning", "bob fleet"], ["ann alerts", "bob fleet"], ["bob fleet"]]);
    expect(screenOf(rows, "s2", 4000)?.palette).toBe("day");
    expect(screenOf(rows, "s1", 9500)).toBeNull();
  });

  it("that were not told again for five minutes are gone with their process", () => {
    expect(screensAt(rows, 2000 + 310_000)).toHaveLength(1);
    expect(screensAt(rows, 2000 + 310_001)).toHaveLength(0);
  });

  it("of two stretches are each there once", () => {
    const all = { screens: rows, heard: [heard(1, 2, 2)], received: [[0, 1, 2, false]] as Receipt[], sources: [{ utc_ms: 1, is_whole: true, sources: { A: "log" } }] };
    expect(joined(all, all)).toEqual(all);
  });
});

it("a console tells its screen once, when it changes, and again on a new connection", () => {
  const sent: FromBrowser[] = [];
  const send = vi.fn((message: FromBrowser) => sent.push(message) > 0);
  const teller = new ScreenTeller(send);
  const shows = { console: "c", session: "s", vessel: null, view: "fleet", palette: "day", language: "en", hidden: false } as const;
  for (let tick = 0; tick < 8; tick++) teller.tell(true, shows);
  teller.tell(true, { ...shows, hidden: true });
  teller.tell(false, { ...shows, hidden: true });
  teller.tell(true, { ...shows, hidden: true });
  expect(sent.map((message) => "hidden" in message && message.hidden)).toEqual([false, true, true]);
  send.mockReturnValueOnce(false); // nothing went out: it is told again
  teller.tell(true, shows);
  teller.tell(true, shows);
  expect(send).toHaveBeenCalledTimes(5);
});
