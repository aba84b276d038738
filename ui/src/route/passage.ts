/** A route as the ship keeps it, read from its exact bytes (protocols/link/passage.py): what is drawn is what is signed. */
import { decode } from "cborg";
import { ahead, METRES_PER_NM, offset, type LonLat } from "../map/geometry";

export interface Mark {
  name: string;
  at: LonLat;
  radiusM: number;
  portXtdM: number;
  starboardXtdM: number;
  speedMaxKn: number;
}

export interface Passage {
  name: string;
  revision: number;
  marks: Mark[];
}

/** Where she is on the leg that she follows. */
export interface Guidance {
  /** Metres off the leg, to starboard positive. */
  crossM: number;
  /** Metres along the leg to its mark, and to where the turn begins. */
  toMarkM: number;
  toWheelOverM: number;
  /** Degrees by which the course changes at the mark, to starboard positive; 0 at the last. */
  turnDeg: number;
  courseDeg: number;
  next: Mark;
  /** How far she may be off on the side on which she is. */
  widthM: number;
}

/** Return the route in `bytes`; throw with what is wrong. */
export function passageOf(bytes: Uint8Array): Passage {
  const source = decode(bytes) as { v?: unknown; id?: unknown; revision?: unknown; marks?: unknown };
  if (source.v !== 1 || typeof source.id !== "string" || typeof source.revision !== "number" || !Array.isArray(source.marks)) throw new Error("no route");
  return { name: source.id, revision: source.revision, marks: source.marks.map(markOf) };
}

function markOf(row: unknown): Mark {
  const [name, lat, lon, radius, port, starboard, , speed] = row as [string, number, number, number, number, number, boolean, number];
  return { name, at: [lon, lat], radiusM: radius, portXtdM: port, starboardXtdM: starboard, speedMaxKn: speed };
}

/** Return where a ship at `at` is on the leg to mark number `leg` (1 is the second mark); null where the route has none. `reachM`: how far she goes on before she answers her wheel. */
export function guidance(passage: Passage, leg: number, at: LonLat, reachM = 0): Guidance | null {
  const from = passage.marks[leg - 1];
  const next = passage.marks[leg];
  if (!from || !next) return null;
  const { courseDeg, lengthM } = line(from.at, next.at);
  const [eastM, northM] = offset(from.at, at);
  const course = (courseDeg * Math.PI) / 180;
  const alongM = eastM * Math.sin(course) + northM * Math.cos(course);
  const crossM = eastM * Math.cos(course) - northM * Math.sin(course);
  const after = passage.marks[leg + 1];
  const turnDeg = after ? wrapped(line(next.at, after.at).courseDeg - courseDeg) : 0;
  const cutM = next.radiusM * Math.tan((Math.min(Math.abs(turnDeg), 150) * Math.PI) / 360);
  const toMarkM = lengthM - alongM;
  return { crossM, toMarkM, toWheelOverM: toMarkM - cutM - reachM, turnDeg, courseDeg, next, widthM: crossM < 0 ? next.portXtdM : next.starboardXtdM };
}

/** Return the points of a route as it is sailed: with an arc at each turn. */
export function sailed(passage: Passage): LonLat[] {
  const points = passage.marks.map((mark) => mark.at);
  return passage.marks.flatMap((mark, at): LonLat[] => {
    const before = points[at - 1];
    const after = points[at + 1];
    if (!before || !after) return [mark.at];
    const into = line(before, mark.at).courseDeg;
    const turn = wrapped(line(mark.at, after).courseDeg - into);
    const cutM = mark.radiusM * Math.tan((Math.min(Math.abs(turn), 150) * Math.PI) / 360);
    const steps = Math.max(1, Math.ceil(Math.abs(turn) / 10));
    const arc: LonLat[] = [ahead(mark.at, into + 180, cutM)];
    const chordM = 2 * mark.radiusM * Math.sin(((Math.abs(turn) / steps) * Math.PI) / 360);
    for (let step = 0; step < steps; step += 1) arc.push(ahead(arc[step] as LonLat, into + (turn / steps) * (step + 0.5), chordM));
    return arc;
  });
}

/** Return the length of a route, nautical miles. */
export function lengthNm(passage: Passage): number {
  return passage.marks.reduce((sum, mark, at) => sum + (at ? line((passage.marks[at - 1] as Mark).at, mark.at).lengthM : 0), 0) / METRES_PER_NM;
}

function line(from: LonLat, to: LonLat): { courseDeg: number; lengthM: number } {
  const middle: LonLat = [from[0], (from[1] + to[1]) / 2];
  const [eastM, ] = offset(middle, to);
  const [, northM] = offset(from, to);
  return { courseDeg: ((Math.atan2(eastM, northM) * 180) / Math.PI + 360) % 360, lengthM: Math.hypot(eastM, northM) };
}

function wrapped(deg: number): number {
  return ((((deg + 180) % 360) + 360) % 360) - 180;
}
