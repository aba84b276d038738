/** The sums of a day, and how times and numbers that are not known are written. */
import { describe, expect, it } from "vitest";
import { dayAfter, hoursText, numberText, sums, type Leg } from "../src/voyages/request";

const leg = (changes: Partial<Leg> = {}): Leg => ({
  departed: { utc_ms: 0, latitude_deg: 35, longitude_deg: 129 }, arrived: { utc_ms: 1, latitude_deg: 35, longitude_deg: 129 }, distance_nm: 12,
  under_way_s: 3600, average_kn: 12, fuel_l: 300, fuel_l_nm: 25, gap_s: 0, ...changes,
});

describe("a day's sums", () => {
  it("are those of its voyages, the speed over all of them", () => {
    expect(sums([leg(), leg({ distance_nm: 6, fuel_l: 60 })])).toEqual({ distance_nm: 18, under_way_s: 7200, average_kn: 9, fuel_l: 360, fuel_l_nm: 20 });
  });

  it("have no fuel where one voyage has none, and no figure by the mile for hardly a mile", () => {
    expect(sums([leg(), leg({ fuel_l: null })])).toMatchObject({ fuel_l: null, fuel_l_nm: null });
    expect(sums([leg({ distance_nm: 0.01 })]).fuel_l_nm).toBeNull();
  });

  it("of a day in port are nothing, not zero litres", () => {
    expect(sums([])).toEqual({ distance_nm: 0, under_way_s: 0, average_kn: null, fuel_l: null, fuel_l_nm: null });
  });
});

describe("what is written", () => {
  it("has hours beyond a day, and dashes where nothing is known", () => {
    expect([hoursText(0), hoursText(3599), hoursText(93_900)]).toEqual(["0:00", "1:00", "26:05"]);
    expect([numberText(null, 1), numberText(1.25, 1)]).toEqual(["---", "1.3"]);
  });

  it("steps over the ends of months and years", () => {
    expect([dayAfter("2026-12-31", 1), dayAfter("2024-03-01", -1)]).toEqual(["2027-01-01", "2024-02-29"]);
  });
});
