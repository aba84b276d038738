/** How a view stood, as a short text that says no more than a person would notice. */
import { describe, expect, it } from "vitest";
import { rowsAbove, scrollToRow } from "../src/components/rows";
import { chartOf, chartText, listOf, listText, lookText, spanOf, spanText } from "../src/replay/look";

const PLACE: [number, number] = [129.1234567, -34.9876543];

describe("a chart's look", () => {
  it.each([[null, 11.3, "north"], [PLACE, 14, "course"], [PLACE, 0, "head"], [[-180, 89.9], 18, "north"]] as const)("of %s at zoom %s is read back to a quarter of a picture", (at, zoom, up) => {
    const text = chartText({ at: at as [number, number] | null, zoom, up });
    const read = chartOf(text)!;
    expect(text.length).toBeLessThanOrEqual(60);
    expect([Math.abs(read.zoom - zoom) <= 0.25, read.up, read.at === null]).toEqual([true, up, at === null]);
    const near = 360 / 2 ** read.zoom / 4;
    if (at) for (const axis of [0, 1] as const) expect(Math.abs(read.at![axis] - at[axis])).toBeLessThanOrEqual(near / 2 + 1e-5);
  });

  it("of a ship that is followed does not change as she sails, nor by what nobody would notice", () => {
    expect(chartText({ at: null, zoom: 13.1, up: "north" })).toBe(chartText({ at: null, zoom: 12.9, up: "north" }));
    expect(chartText({ at: [129.1, 35], zoom: 10, up: "north" })).toBe(chartText({ at: [129.101, 35.001], zoom: 10, up: "north" }));
    expect(chartText({ at: [129.1, 35], zoom: 10, up: "north" })).not.toBe(chartText({ at: [129.4, 35], zoom: 10, up: "north" }));
  });

  it.each(["", "own", "own z13 up", "1 2 z3 north", "last 3600000", "own z13.2 north"])("in %j there is none", (text) => {
    expect(chartOf(text)).toBeNull();
  });
});

describe("a span of the history", () => {
  const NOW_MS = 1_790_000_000_000;
  it("up to now has no begin, and ends when it is looked at", () => {
    expect(spanText(null, 3_600_000)).toBe("last 3600000");
    expect(spanOf("last 3600000", NOW_MS)).toEqual([NOW_MS - 3_600_000, NOW_MS]);
  });

  it("of then is read back to a fiftieth of its length", () => {
    const [fromMs, toMs] = spanOf(spanText(NOW_MS - 123_456_789, 3_600_000), NOW_MS)!;
    expect(toMs - fromMs).toBe(3_600_000);
    expect(Math.abs(fromMs - (NOW_MS - 123_456_789))).toBeLessThanOrEqual(36_000);
    expect(spanOf("own z13 north", NOW_MS)).toBeNull();
  });
});

describe("a list", () => {
  it("is told by the first row in sight, of the ledger by the entry's own number; one that was never moved says nothing", () => {
    expect([listText({ of: "row", at: 0 }), listText({ of: "row", at: 12 }), listText({ of: "past", at: 0 }), listText({ of: "entry", at: 223 })]).toEqual(["", "row 12", "past 0", "entry 223"]);
    expect([listOf("row 12"), listOf("entry 223"), listOf("row -1"), listOf("")]).toEqual([{ of: "row", at: 12 }, { of: "entry", at: 223 }, null, null]);
  });

  it("stands beside a chart in one text, which the shore takes whole", () => {
    const chart = chartText({ at: [-179.12345, -89.12345], zoom: 18.5, up: "course" });
    const text = lookText({ list: "row 999999999", chart });
    expect(text.length).toBeLessThanOrEqual(60);
    expect([listOf(text)?.at, chartOf(text)?.zoom, spanOf(text, 0)]).toEqual([999999999, 18.5, null]);
    expect([lookText({}), lookText({ chart: "", list: "row 1" })]).toEqual(["", "row 1"]);
  });
});

/** A row or a list as far as it is measured: 20 high, moved by how far the list is scrolled. */
class Box {
  scrollTop = 0;
  constructor(private readonly at: number, private readonly height: number, private readonly within?: Box) {}
  getBoundingClientRect() {
    const top = this.at - (this.within?.scrollTop ?? 0);
    return { top, bottom: top + this.height };
  }
}

describe("the first row in sight", () => {
  const list = new Box(100, 60);
  const rows = Array.from({ length: 10 }, (_, number) => new Box(100 + 20 * number, 20, list));
  const above = (scrollTop: number) => rowsAbove(Object.assign(list, { scrollTop }) as unknown as Element, rows as unknown as Element[]);

  it("is counted by halves, and found again", () => {
    expect([above(0), above(9), above(11), above(140), above(10_000)]).toEqual([0, 0, 1, 7, 9]);
    list.scrollTop = 60;
    for (const number of [7, 0, 99]) {
      scrollToRow(list as unknown as Element, rows as unknown as Element[], number);
      expect(list.scrollTop).toBe(20 * Math.min(number, 9));
    }
    scrollToRow(list as unknown as Element, [], 3);
    expect(list.scrollTop).toBe(180);
  });
});
