/** The banner says the one thing that must be known first; from L2 on that is how the ship is taken back, for she leaves no step by herself. */
import { describe, expect, it } from "vitest";
import { foremostOf, type Foremost } from "../src/components/foremost";
import { Vessel } from "../src/link/store";
import type { AuthorityJson, ReasonJson, StatusMessage } from "../src/protocols.gen";
import { blank } from "../src/replay/blank";

const remote: AuthorityJson = { ...blank("kestrel").authority, station: "remote", person: "ann", session: "s-1" };
const local: AuthorityJson = { ...remote, station: "local", person: "mate", session: "" };
const ended: ReasonJson = { name: "grant_not_valid_now", rule: "AUT-07", text: "ended", value: null, limit: null, unit: "", age_s: null };
const all: Partial<StatusMessage> = { step: "L5", stop_latched: true, no_access: [ended], authority: remote };

/** Return the foremost thing of a ship whose heartbeat of this status is `ageMs` old. */
function foremost(changes: Partial<StatusMessage> | null, ageMs = 0, isConnected = true): Foremost {
  const vessel = new Vessel("kestrel");
  if (changes !== null) vessel.status = { ...blank("kestrel"), heard: true, authority: remote, ...changes };
  return foremostOf(vessel, isConnected, ageMs);
}

describe("the foremost thing", () => {
  it("is that the shore is gone, then that she is silent, then her stop, then her grant, then her step", () => {
    expect(foremost(all, 9000, false)).toBe("offline");
    expect(foremost(all, 3501)).toBe("silent");
    expect(foremost(all, 3500)).toBe("stop");
    expect(foremost({ ...all, heartbeat_period_ms: 30_000 }, 32_501)).toBe("silent"); // by her own word one comes each 30 s
    expect(foremost({ ...all, heartbeat_period_ms: 30_000 }, 32_500)).toBe("stop");
    expect(foremost({ ...all, stop_latched: false })).toBe("noAccess");
    expect(foremost({ ...all, stop_latched: false, no_access: [] })).toBe("back");
  });

  it("of a ship that was silent for some seconds and is heard again is the way back to her, from L2 on as from L3", () => {
    expect((["L0", "L1", "L2", "L3", "L4", "L5", "L6"] as const).map((step) => foremost({ step }))).toEqual([null, "ladder", "back", "back", "back", "back", "back"]);
    expect(foremost({ step: "L2", authority: { ...remote, station: "none" } })).toBe("back"); // whoever asks for her gets her
  });

  it("is no way back while the bridge has her, and no grant that nobody uses", () => {
    expect(foremost({ step: "L3", authority: local })).toBe("ladder");
    expect(foremost({ no_access: [ended], authority: local })).toBeNull();
  });

  it("is nothing of a ship that was never heard", () => {
    expect(foremost(null)).toBeNull();
    expect(foremost({ heard: false, stop_latched: true })).toBeNull();
  });
});
