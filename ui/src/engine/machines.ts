/** A machine that may be started and stopped: how it stands by its read-back, what was ordered last, what can be ordered now. Pure. */
import type { Look } from "../link/ages";
import { OrderLog, type OrderEntry } from "../link/order-log";
import type { Vessel } from "../link/store";
import type { KindName } from "../orders/kinds";
import type { MachineJson } from "../protocols.gen";

export type Running = "running" | "stopped" | "unknown";

/** Return whether a machine runs by its read-back; a value that is old, invalid or missing tells nothing. */
export function runningOf(vessel: Vessel, machine: MachineJson, look: Look): Running {
  const value = vessel.values.get(machine.channel)?.value ?? null;
  if ((look !== "fresh" && look !== "late") || value === null || typeof value === "string") return "unknown";
  return Number(value) > machine.running_above ? "running" : "stopped";
}

/** Return the kind of order that changes how a machine stands: what runs is stopped, anything else started. */
export function kindFor(machine: MachineJson, running: Running): KindName {
  return `${machine.kind}.${running === "running" ? "stop" : "start"}`;
}

/** Return the newest order for a machine; undefined where none is remembered. */
export function lastOrder(vessel: Vessel, machine: MachineJson): OrderEntry | undefined {
  return vessel.orders.list().find((entry) => isFor(entry) && entry.args["machine"] === machine.name);
}

/** Return how a machine is ordered to be: by an order in progress or one that succeeded; null where none is in force. */
export function orderedOf(entry: OrderEntry | undefined): Exclude<Running, "unknown"> | null {
  if (!entry || (OrderLog.ended(entry) && OrderLog.state(entry) !== "SUCCEEDED")) return null;
  return entry.kind.endsWith(".start") ? "running" : "stopped";
}

function isFor(entry: OrderEntry): boolean {
  return entry.kind.startsWith("pump.") || entry.kind.startsWith("generator.");
}
