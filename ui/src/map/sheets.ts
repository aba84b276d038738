/** Charts imported ashore (ENC cells): which there are, and those of the waters in view; asked for once, for every view of this page. */
import type { Feature, FeatureCollection } from "geojson";
import { ask } from "../link/http";
import type { Vessel } from "../link/store";
import { collect } from "./features";

/** One imported chart, as the shore lists it. */
export interface SheetJson {
  hash: string;
  source: string;
  made_up: boolean;
  bounds: [west: number, south: number, east: number, north: number];
  /** How far a border may lie off the chart's own, metres: the shore draws a large chart coarser. */
  tolerance_m: number;
}

export const SHEETS_DRAWN_MAX = 8; // at 4 MB the largest: what a page can hold
/** Below this zoom nobody sees a depth area of a harbour: then no sheet is asked for. */
export const SHEETS_ZOOM = 7;
export const SAFETY_DEFAULT_M = 30; // S-52 (PresLib 4.0, 13.2.2): the safety contour until somebody sets one
const RETRY_MS = 30_000;

/** West, south, east, north of what is in view. */
export type View = SheetJson["bounds"];

/** The charts of the station. */
export class Sheets {
  /** Null until the shore has said which there are. */
  list: SheetJson[] | null = null;
  private undrawable: string[] = [];
  private readonly failed = new Map<string, string>();
  private readonly kept = new Map<string, Feature[]>();
  private readonly asked = new Map<string, number>();
  private inView: string[] = [];
  private made: FeatureCollection = collect([]);

  constructor(private readonly get: <T>(path: string) => Promise<T> = ask, private readonly nowMs: () => number = () => performance.now()) {}

  /** Files that the shore cannot draw, and what it could not answer when it was last asked, as sentences. */
  get faults(): string[] {
    return [...this.undrawable, ...new Set(this.failed.values())];
  }

  /** Return the sheets of a view, the largest first and the most detailed last; none where it is too wide to see one. */
  of(view: View, zoom: number): SheetJson[] {
    if (zoom < SHEETS_ZOOM) return [];
    const found = (this.list ?? []).filter(({ bounds: [west, south, east, north] }) => west <= view[2] && east >= view[0] && south <= view[3] && north >= view[1]);
    return found.sort((a, b) => spread(a) - spread(b)).slice(0, SHEETS_DRAWN_MAX).reverse();
  }

  /** Ask for what a view lacks; `came` is called once it is there. */
  look(view: View, zoom: number, came: () => void): void {
    if (this.list === null) {
      this.once("", async () => {
        const told = await this.get<{ charts: SheetJson[]; faults: string[] }>("/api/v1/charts");
        this.list = told.charts;
        this.undrawable = told.faults;
      }, came);
    }
    const seen = this.of(view, zoom);
    this.inView = seen.map((sheet) => sheet.hash);
    for (const { hash } of seen.filter((sheet) => !this.kept.has(sheet.hash))) {
      this.once(hash, async () => {
        this.kept.set(hash, (await this.get<FeatureCollection>(`/api/v1/charts/${hash}`)).features);
      }, came);
    }
    for (const hash of [...this.kept.keys()].filter((one) => !this.inView.includes(one))) {
      if (this.kept.size > SHEETS_DRAWN_MAX) this.kept.delete(hash);
    }
  }

  /** Return what is drawn of the last view; the same object until it changes. */
  drawn(): FeatureCollection {
    const features = this.inView.flatMap((hash) => this.kept.get(hash) ?? []);
    if (features.length !== this.made.features.length || features[0] !== this.made.features[0] || features.at(-1) !== this.made.features.at(-1)) this.made = collect(features);
    return this.made;
  }

  /** Do what was not done within the last half minute; what fails is told and tried again then. */
  private once(name: string, act: () => Promise<void>, came: () => void): void {
    if (this.nowMs() - (this.asked.get(name) ?? -Infinity) < RETRY_MS) return;
    this.asked.set(name, this.nowMs());
    act().then(() => this.failed.delete(name), (error: unknown) => this.failed.set(name, error instanceof Error ? error.message : String(error))).finally(came);
  }
}

function spread({ bounds: [west, south, east, north] }: SheetJson): number {
  return (east - west) * (north - south);
}

/** The depth at which shallow begins, and whose it is. */
export interface Safety {
  m: number;
  whose: "hers" | "deepest" | "default";
}

/** Return the safety depth of own ship, in the fleet's chart that of the deepest of all; S-52's where none is told. */
export function safetyOf(own: Vessel | null, vessels: Vessel[]): Safety {
  const told = (own ? [own.particulars] : vessels.map((vessel) => vessel.summary)).map((said) => said?.safety_depth_m ?? null).filter((m) => m !== null);
  if (!told.length) return { m: SAFETY_DEFAULT_M, whose: "default" };
  return { m: Math.max(...told), whose: own ? "hers" : "deepest" };
}

export const sheets = new Sheets();
