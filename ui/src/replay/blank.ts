/** A vessel of which nothing is known yet: what is not recorded is absent, not zero. */
import type { AuthorityJson, StatusMessage } from "../protocols.gen";

export const NOBODY: AuthorityJson = {
  station: "none", person: "", roc: "", console: "", session: "", role: "", level: "", fencing: 0, lease_age_s: null, phase: "held", pending_id: "",
  pending_person: "", pending_console: "", pending_left_s: null,
};

/** Return the status before anything is known of it: what is not recorded is absent, not zero. */
export function blank(vessel: string): StatusMessage {
  return {
    type: "status", vessel, heard: false, heartbeat_age_ms: 0, heartbeat_period_ms: 1000, boot_id: "", seq: 0, mono_ms: 0, utc_ms: 0, utc_trusted: false, step: "L0", reasons: [], next_step: "",
    next_step_in_s: null, authority: NOBODY, stop_latched: false, echo_session: "", echo_seq: 0, echo_held_ms: 0, round_trip_ms: null, jitter_ms: null, one_way_ms: null, loss_pct: 0, grades: { round_trip: null, loss: null, age: null }, received_bytes_s: null, setpoints: {}, phase: "",
    roster_version: 0, alerts: [], action: "", collector_alive: true, engineering: null, direct_limit_ms: null, respond: null, drill: null, access_left_s: null, lease_s: null, no_access: [], ways: [],
  };
}
