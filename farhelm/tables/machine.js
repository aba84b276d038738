"use strict";
// Runs the ship's own tables, which `farhelm tables` wrote beside this; no rule stands here.

/** Whether a rung's reason holds for the inputs, by the vessel's limits. */
function holds(given, inputs, limits) {
  if (given.flag) return Boolean(inputs[given.flag]);
  const names = given.direct.length && inputs.is_direct ? given.direct : given.limits;
  return inputs[given.input] >= names.reduce((sum, name) => sum + limits[name], 0);
}

/** The ladder before anything happened. */
function atBoot() {
  return { step: "L0", reasons: [] };
}

/** The next state: the highest of all active reasons and of the step latched. */
function climb(tables, state, inputs) {
  const level = (step) => tables.steps.indexOf(step);
  const isLatched = level(state.step) >= tables.latched_from;
  const active = tables.rungs.filter((rung) => holds(rung.given, inputs, tables.limits));
  const latched = isLatched ? state.reasons.filter((rung) => !active.includes(rung)) : [];
  const wanted = Math.max(0, ...active.map((rung) => level(rung.step)));
  const step = tables.steps[Math.max(wanted, isLatched ? level(state.step) : 0)];
  return { step, reasons: [...active, ...latched] };
}

/** The state of the conn after an event; the same state where the table lists none. */
function pass(tables, state, event) {
  return tables.transitions[state][event] ?? state;
}

if (typeof module !== "undefined") module.exports = { holds, atBoot, climb, pass };
