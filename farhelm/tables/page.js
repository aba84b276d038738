"use strict";
// The page's own part: what is clicked goes into the machine, what the machine says is shown.

const tables = JSON.parse(document.getElementById("tables").textContent);
const flags = [...new Set(tables.rungs.map((rung) => rung.given.flag).filter(Boolean))];
const inputs = Object.fromEntries(tables.inputs.map((name) => [name, name.endsWith("_s") ? 0 : false]));
let ladder = atBoot();
let conn = "none held";
let isRunning = false;

const make = (tag, props = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), props);
  element.append(...children);
  return element;
};
const words = (name) => name.replace(/^(is|has)_/, "").replace(/_s$/, "").replaceAll("_", " ");

function lasting(name) {
  const given = tables.rungs.filter((rung) => rung.given.input === name);
  const last = Math.max(...given.map((rung) => rung.given.limits.reduce((sum, one) => sum + tables.limits[one], 0)));
  const slider = make("input", { type: "range", min: 0, max: Math.ceil(last * 1.2), step: 0.1, value: 0, id: name });
  const shown = make("output", { textContent: "0.0 s" });
  slider.oninput = () => { inputs[name] = Number(slider.value); show(); };
  slider.shown = shown;
  return make("label", {}, words(name) + " ", slider, shown);
}

function flag(name) {
  const box = make("input", { type: "checkbox", id: name });
  box.onchange = () => { inputs[name] = box.checked; show(); };
  return make("label", {}, box, " " + words(name));
}

function show() {
  ladder = climb(tables, ladder, inputs);
  for (const name of tables.inputs.filter((one) => one.endsWith("_s"))) {
    const slider = document.getElementById(name);
    slider.value = inputs[name];
    slider.shown.textContent = `${inputs[name].toFixed(1)} s`;
  }
  document.getElementById("steps").replaceChildren(...[...tables.steps].reverse().map((step) => {
    const rungs = tables.rungs.filter((rung) => rung.step === step);
    const said = rungs.map((rung) => make("li", {
      textContent: rung.text, className: ladder.reasons.includes(rung) ? "active" : "",
    }));
    if (!rungs.length) said.push(make("li", { textContent: "Orders are obeyed." }));
    return make("div", { className: step === ladder.step ? "step here" : "step" }, make("b", { textContent: step }), make("ul", {}, ...said));
  }));
  const latched = tables.steps.indexOf(ladder.step) >= tables.latched_from;
  document.getElementById("told").textContent = latched
    ? `Latched on ${ladder.step}: a link that returns gives nothing back. It clears by: ${ladder.reasons[0].clears}.`
    : `On ${ladder.step}.`;
  document.getElementById("take").disabled = !latched;
}

function showConn() {
  document.getElementById("conn").textContent = conn;
  document.getElementById("events").replaceChildren(...Object.entries(tables.events).map(([event, text]) => {
    const after = tables.transitions[conn][event];
    const button = make("button", { textContent: text, disabled: !after, title: after ? `to: ${after}` : "not in the table: changes nothing" });
    button.onclick = () => { conn = pass(tables, conn, event); showConn(); };
    return button;
  }));
  const states = Object.keys(tables.transitions);
  const head = make("tr", {}, make("th"), ...Object.keys(tables.events).map((event) => make("th", { textContent: words(event) })));
  const rows = states.map((state) => make("tr", { className: state === conn ? "here" : "" }, make("th", { textContent: state }),
    ...Object.keys(tables.events).map((event) => make("td", { textContent: tables.transitions[state][event] ?? "" }))));
  document.getElementById("table").replaceChildren(head, ...rows);
}

document.getElementById("title").textContent = `${tables.vessel}, ${words(tables.phase)}`;
document.getElementById("inputs").append(...tables.inputs.filter((name) => name.endsWith("_s")).map(lasting), flag("is_direct"), ...flags.map(flag));
document.getElementById("back").onclick = () => { inputs.silence_s = 0; show(); };
document.getElementById("take").onclick = () => { ladder = atBoot(); show(); };
document.getElementById("run").onclick = (event) => {
  isRunning = !isRunning;
  event.target.textContent = isRunning ? "Stop the time" : "Cut the link";
};
setInterval(() => { if (isRunning) { inputs.silence_s = Math.min(inputs.silence_s + 0.1, Number(document.getElementById("silence_s").max)); show(); } }, 100);
show();
showConn();
