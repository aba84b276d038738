/** The trial manoeuvre on the chart: the track with its minutes, and where each target would be at its closest. */
import type { Feature, FeatureCollection } from "geojson";
import type { PassingJson, TrialJson } from "../protocols.gen";
import { clockOf, distanceText, type Shown } from "../trial/manoeuvre";
import { collect, feature, line } from "./features";
import type { LonLat } from "./geometry";

const MARKS = 6; // about as many minute marks on a track: more cannot be read
const STEPS_S = [15, 30, 60, 120, 180, 300, 600];
const NEAR = 3; // times the limit: who passes farther off is told in the list, and no line to her hides the chart

/** Return what is drawn of `shown`; nothing for null. */
export function drawnTrial(shown: Shown | null, cpaLimitM = 0): FeatureCollection {
  if (!shown || shown.trial.track.length < 2) return collect([]);
  const { trial, isDraft } = shown;
  const track = line(trial.track.map(([lon, lat]): LonLat => [lon, lat]), { kind: "track", draft: isDraft });
  if (!isDraft) return collect([track]);
  return collect([track, ...marks(trial), ...trial.passings.filter((passing) => passing.is_within_limits || passing.cpa_m < NEAR * cpaLimitM).flatMap(meeting)]);
}

function marks(trial: TrialJson): Feature[] {
  const endS = trial.track.at(-1)?.[2] ?? 0;
  const stepS = STEPS_S.find((step) => endS / step <= MARKS) ?? 900;
  const found: Feature[] = [];
  for (let inS = stepS; inS <= endS; inS += stepS) {
    const at = along(trial.track, inS);
    if (at) found.push(feature({ type: "Point", coordinates: at }, { kind: "mark", text: clockOf(inS) }));
  }
  return found;
}

/** Return the place on the track `inS` seconds from now; null beyond its end. */
export function along(track: TrialJson["track"], inS: number): LonLat | null {
  for (let i = 1; i < track.length; i += 1) {
    const [lon, lat, fromS] = track[i - 1] as [number, number, number];
    const [toLon, toLat, toS] = track[i] as [number, number, number];
    if (inS < fromS || inS > toS) continue;
    const share = toS > fromS ? (inS - fromS) / (toS - fromS) : 0;
    return [lon + share * (toLon - lon), lat + share * (toLat - lat)];
  }
  return null;
}

function meeting(passing: PassingJson): Feature[] {
  const danger = passing.is_within_limits;
  const text = `${passing.name.replace(/ \(.*\)$/, "")} ${distanceText(passing.cpa_m)} ${clockOf(passing.tcpa_s)}`;
  return [
    line([passing.own_at, passing.other_at], { kind: "cpa", danger }),
    feature({ type: "Point", coordinates: passing.other_at }, { kind: "other", danger, text }),
  ];
}
