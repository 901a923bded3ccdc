// The names without waiting: a word on a line is shown at once and sent when there is a line; the next line comes into
// sight. Without this file each word is a form of its own.

import { enqueue, newKey, waiting } from "./unsent.js";

const TONES = { received: "tone-calm", dead: "tone-alarm" };
const form = () => document.getElementById("saying");
const path = () => new URL(form().action).pathname;
const bar = () => document.querySelectorAll(".count-bar strong");

function say(line, button, code) {
  const id = newKey();
  const fields = [["say", button.value.startsWith("rest") ? `${line.dataset.id}:${code}` : button.value]];
  enqueue({ id, path: path(), what: "say", code: form().dataset.code, fields });
  mark(line, code, button.value.startsWith("rest") ? form().querySelector(`button[value$=":${code}"]`)?.textContent : button.textContent);
}

function mark(line, code, word) {
  const first = !line.classList.contains("is-said");
  line.classList.add("is-said", "is-unsent");
  const head = line.querySelector(".line-head");
  head.querySelector(".state")?.remove();
  const chip = document.createElement("span");
  chip.className = `state chip ${TONES[code] ?? "tone-doubt"}`;
  chip.textContent = word ?? code;
  head.append(" ", chip);
  if (first) {
    const [said, left] = bar();
    said.textContent = String(Number(said.textContent.replaceAll(",", "")) + 1);
    left.textContent = String(Math.max(0, Number(left.textContent.replaceAll(",", "")) - 1));
  }
  fold(line);
}

/** What was said can still be changed: the choices go behind one word. */
function fold(line) {
  const choices = line.querySelector(".choices");
  if (!choices) return;
  if (choices.parentElement.matches("details")) {
    choices.parentElement.open = false;
    return;
  }
  const details = document.createElement("details");
  details.className = "change";
  const summary = document.createElement("summary");
  summary.textContent = form().dataset.change;
  details.append(summary);
  choices.replaceWith(details);
  details.append(choices);
}

/** The other words come out of one template, here and now: without a script the link opens the line with all of them. */
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#saying a.else");
  if (!link) return;
  event.preventDefault();
  const line = link.closest(".line");
  const others = document.getElementById("other-words").content.cloneNode(true);
  for (const button of others.querySelectorAll("button")) button.value = `${line.dataset.id}:${button.value}`;
  link.replaceWith(others);
});

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (event.target !== form() || button?.name !== "say" || button.value === "seen") return;
  event.preventDefault();
  if (button.value === "rest") {
    for (const line of document.querySelectorAll(".line:not(.is-said)")) say(line, button, "received");
    button.remove();
  } else say(button.closest(".line"), button, button.value.split(":")[1]);
  const next = document.querySelector(".lines .line:not(.is-said)") ?? document.querySelector(".pager a:last-child, #sign a");
  next?.scrollIntoView({ block: "center" });
  (next?.querySelector("button") ?? next)?.focus({ preventScroll: true });
});

document.addEventListener("sijill-received", ({ detail }) => {
  if (detail.what !== "say" || !form() || detail.path !== path()) return;
  detail.taken = true;
  if (detail.told.not_open.length) return location.reload(); // signed meanwhile: look at what stands
  const still = new Set(waiting(path()).map((each) => each.fields[0][1].split(":")[0]));
  for (const line of document.querySelectorAll(".is-unsent")) line.classList.toggle("is-unsent", still.has(line.dataset.id));
  if (!still.size) [detail.told.said, detail.told.left].forEach((n, i) => (bar()[i].textContent = n.toLocaleString("en")));
});

function begin() {
  if (!form()) return;
  for (const each of waiting(path())) {
    const [id, code] = each.fields[0][1].split(":");
    const line = document.querySelector(`.line[data-id="${id}"]`);
    if (line) mark(line, code, form().querySelector(`button[value="${id}:${code}"]`)?.textContent);
  }
}
document.addEventListener("sijill-shown", begin);
begin();
