// The count screen without waiting: every press is shown at once and sent when there is a line. The server's numbers
// are the truth; what it has not answered yet is added on top. Without this file each press is a form of its own.

import { enqueue, newKey, waiting } from "./unsent.js";

const NUMBERS = ["bodies", "injured", "dead"];
const number = (text) => Number.parseInt(text, 10) || 0;
let base = null;
let edited = false;

function screen() {
  const counters = document.getElementById("counters");
  return counters && { counters, reader: document.getElementById("reader"), sign: document.getElementById("sign-count"), path: new URL(counters.action).pathname };
}

function begin() {
  const at = screen();
  if (!at) return;
  const told = (name) => number(document.querySelector(`[data-shows=${name}]`)?.textContent);
  base = { bodies: told("bodies"), injured: told("injured"), dead: told("dead"), seen: told("seen"), without: told("without") };
  edited = document.querySelector("#sign-count [role=alert]") !== null;
  if (waiting(at.path).length) draw();
}

/** The server's numbers with every press on top that it has not answered. */
function now(at) {
  const state = { ...base };
  const trail = [];
  for (const each of waiting(at.path)) {
    const [, what, ...rest] = each.fields[0][1].split(":");
    if (what === "undo") {
      const last = trail.pop();
      for (const name of Object.keys(last ?? {})) state[name] -= last[name];
      continue;
    }
    const step = change(state, what, number(rest.join(":")));
    for (const name of Object.keys(step)) state[name] += step[name];
    trail.push(step);
  }
  return state;
}

function change(state, what, by) {
  if (what === "seen") return { bodies: 1, seen: 1 };
  if (what === "again") return state.without > 0 ? { seen: 1, without: -1 } : { bodies: 1, seen: 1 };
  const real = Math.max(0, state[what] + by) - state[what];
  return what === "bodies" ? { bodies: real, without: Math.max(0, state.without + real) - state.without } : { [what]: real };
}

function draw() {
  const at = screen();
  if (!at) return;
  const state = now(at);
  const presented = number(at.counters.dataset.presented);
  const shown = { ...state, total: state.bodies + state.dead, "to-come": Math.max(0, presented - state.bodies - state.dead) };
  for (const [name, value] of Object.entries(shown)) {
    for (const place of document.querySelectorAll(`[data-shows=${name}]`)) place.textContent = String(value);
  }
  if (!edited) for (const name of NUMBERS) at.sign.elements[name].value = String(state[name]);
  compare(at, presented);
}

/** Say in words how the numbers about to be signed stand against those presented. */
function compare(at, presented) {
  const words = at.sign.querySelector("[data-shows=words]");
  if (!words) return;
  const total = number(at.sign.elements.bodies.value) + number(at.sign.elements.dead.value);
  const { agree, fewer, more } = at.counters.dataset;
  const pattern = total === presented ? agree : total < presented ? fewer : more;
  const values = { presented, counted: total, difference: Math.abs(total - presented) };
  words.textContent = pattern.replace(/\{(\w+)\}/g, (_all, name) => values[name].toLocaleString("en"));
  words.classList.toggle("tone-calm", total === presented);
  words.classList.toggle("tone-doubt", total !== presented);
  words.hidden = at.sign.elements.bodies.value === "";
  at.sign.elements.compared.value = String(total);
}

document.addEventListener("submit", (event) => {
  const at = screen();
  if (!at || (event.target !== at.counters && event.target !== at.reader)) return;
  event.preventDefault();
  let [, what, value] = (event.submitter ?? at.reader.querySelector("button")).value.split(":");
  if (event.target === at.reader) {
    const { reference, again } = at.reader.elements;
    value = reference.value.trim();
    what = again.checked ? "again" : "seen";
    reference.value = "";
    reference.focus();
    if (!value) return;
  }
  const id = newKey();
  edited = false;
  enqueue({ id, path: at.path, what: "press", code: at.sign.dataset.code, fields: [["press", `${id}:${what}:${value}`]] });
  draw();
});

document.addEventListener("input", (event) => {
  const at = screen();
  if (!at || event.target.form !== at.sign || !NUMBERS.includes(event.target.name)) return;
  edited = true;
  compare(at, number(at.counters.dataset.presented));
});

document.addEventListener("sijill-received", ({ detail }) => {
  const at = screen();
  if (detail.what !== "press" || detail.path !== at?.path) return;
  detail.taken = true;
  const { told } = detail;
  base = { bodies: told.bodies, injured: told.injured, dead: told.dead, seen: told.seen.length, without: told.without_number };
  const lines = document.querySelector("[data-shows=numbers]");
  if (lines) lines.textContent = told.seen.join(" ");
  const note = document.querySelector("[data-shows=note]");
  if (told.notes.length) note.textContent = told.notes.map(([, text]) => text).join(" ");
  draw();
});

document.addEventListener("sijill-shown", begin);
begin();
