// Presses the centre has not confirmed yet. Kept on this device: keys, ids, codes and counts, never a name, never a
// password. Each goes out again with the same key until it is answered; the register carries a key out once.
// The pages are whole without this file: it only improves them on a bad line.

const STORE = "sijill-unsent";
const WAITS = [1, 2, 4, 8, 15, 30]; // seconds
const TIMEOUT = 12_000;
const PATIENCE = 600; // milliseconds before a press that is on its way is shown as such
const KEPT = /^(key|bodies|injured|dead|compared|shown|say|page|press|line_\d+)$/; // everything else stays in memory
const JSON_KINDS = new Set(["say", "press"]);
const TOGETHER_MAX = 100;

const secrets = new Map(); // id of a press: fields that are never kept
let items = [];
let busy = false;
let timer = 0;
const box = () => document.getElementById("unsent");

export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, hex);
}

function load() {
  const user = box()?.dataset.user;
  try {
    items = JSON.parse(localStorage.getItem(STORE) ?? "[]").filter((each) => each.user === user);
  } catch {
    items = [];
  }
}

function save() {
  try {
    if (items.length) localStorage.setItem(STORE, JSON.stringify(items));
    else localStorage.removeItem(STORE);
  } catch {
    // a browser that keeps nothing still has it in memory while the page is open
  }
  setTimeout(draw, items.length && navigator.onLine && !items.some((each) => each.tries) ? PATIENCE : 0);
}

/** Note a press and send it. `live`: the page waits for the answer and shows it. */
export function enqueue({ id, path, what, code, fields, live = false }) {
  items = items.filter((each) => each.id !== id);
  const kept = fields.filter(([name]) => KEPT.test(name));
  secrets.set(id, fields.filter(([name]) => !KEPT.test(name) && name !== "csrfmiddlewaretoken"));
  const at = new Date().toTimeString().slice(0, 5);
  const secret = fields.some(([name]) => name === "password");
  const page = location.pathname;
  items.push({ id, path, what, code, fields: kept, at, live, secret, page, user: box()?.dataset.user, tries: 0, state: "waiting" });
  save();
  void pump();
}

export const waiting = (path) => items.filter((each) => each.path === path);

function token() {
  return document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
}

/** Presses of one kind to one address travel together, in their order. */
function bundle(first) {
  if (!JSON_KINDS.has(first.what)) return [first];
  return items.filter((each) => each.what === first.what && each.path === first.path && each.state === "waiting").slice(0, TOGETHER_MAX);
}

async function pump() {
  clearTimeout(timer);
  const first = items.find((each) => each.state === "waiting");
  if (busy || !first) return;
  busy = true;
  const sent = bundle(first);
  const body = new URLSearchParams([["csrfmiddlewaretoken", token()]]);
  for (const each of sent) for (const [name, value] of [...each.fields, ...(secrets.get(each.id) ?? [])]) body.append(name, value);
  const headers = JSON_KINDS.has(first.what) ? { Accept: "application/json" } : {};
  let answer = null;
  let text = "";
  try {
    answer = await fetch(first.path, { method: "POST", body, headers, signal: AbortSignal.timeout(TIMEOUT) });
    text = await answer.text();
  } catch {
    answer = null; // no line, or an answer that broke off: the same key goes out again
  }
  busy = false;
  settle(sent, answer, text);
}

function settle(sent, answer, text) {
  if (answer === null || answer.status >= 500) {
    for (const each of sent) each.tries += 1;
    save();
    const wait = WAITS[Math.min(sent[0].tries, WAITS.length) - 1];
    timer = setTimeout(pump, wait * 1000 * (0.75 + Math.random() / 2));
    return;
  }
  if (new URL(answer.url).pathname === "/sign-in") return hold(sent, "signed-out");
  const [first] = sent;
  const live = first.live && first.page === location.pathname;
  if (answer.ok) {
    items = items.filter((each) => !sent.includes(each));
    save();
    if (JSON_KINDS.has(first.what)) received(first, text);
    else if (live) show(text, answer.url);
    else if (here(first)) location.reload();
  } else if (live) {
    items = items.filter((each) => each !== first); // the page that comes back says why, and has the form again
    save();
    show(text, answer.url);
  } else {
    hold(sent, answer.status === 422 && first.secret && !secrets.get(first.id)?.length ? "password" : "refused");
    if (answer.status === 403) for (const each of sent) each.again = !("again" in each); // a page's token may be too old: once more with the next page's
    save();
    refill();
  }
  void pump();
}

/** True when this page is about the same handover as the press. */
function here(item) {
  return location.pathname.split("/").slice(0, 3).join("/") === item.path.split("/").slice(0, 3).join("/");
}

function received(first, text) {
  const detail = { path: first.path, what: first.what, told: JSON.parse(text), taken: false };
  tell("sijill-received", detail);
  if (!detail.taken && here(first) && !items.length) location.reload();
}

function hold(sent, state) {
  for (const each of sent) Object.assign(each, { state, tries: each.tries + 1 });
  save();
  tell("sijill-held", { path: sent[0].path });
}

function tell(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

/** Put the page that was answered in the place of this one. */
function show(html, url) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  history.pushState(null, "", url);
  document.documentElement.replaceWith(document.adoptNode(fresh.documentElement));
  window.scrollTo(0, 0);
  document.getElementById("main")?.focus({ preventScroll: true });
  for (const script of document.querySelectorAll("script[type=module][src]")) void import(script.src);
  tell("sijill-shown", {});
  draw();
  refill();
}

function draw() {
  const place = box();
  if (!place) return;
  place.hidden = items.length === 0;
  document.documentElement.classList.toggle("has-unsent", items.length > 0);
  place.querySelector("[data-unsent-number]").textContent = String(items.length);
  const pattern = place.querySelector("template").content.firstElementChild;
  place.querySelector("ul").replaceChildren(...grouped().map((group) => line(place, pattern, group)));
}

/** Words on lines and presses of one count are one line of the list. */
function grouped() {
  const groups = new Map();
  for (const each of items) {
    const name = JSON_KINDS.has(each.what) ? `${each.what} ${each.path} ${each.state}` : each.id;
    groups.set(name, [...(groups.get(name) ?? []), each]);
  }
  return [...groups.values()];
}

function line(place, pattern, group) {
  const [first] = group;
  const made = pattern.cloneNode(true);
  const part = (name) => made.querySelector(`[data-part=${name}]`);
  const numbers = first.fields.filter(([name]) => /^(bodies|injured|dead)$/.test(name)).map(([, value]) => value);
  part("code").textContent = first.code;
  part("what").textContent = `${place.dataset[first.what] ?? first.what}${group.length > 1 ? ` × ${group.length}` : ""}${numbers.length ? ` ${numbers.join(" / ")}` : ""}`;
  part("at").textContent = first.at;
  const word = first.state === "signed-out" ? "signedOut" : first.state;
  part("state").textContent = place.dataset[word] ?? "";
  if (first.state === "refused" || first.state === "password") {
    Object.assign(part("open"), { hidden: false, href: first.page });
    part("away").hidden = false;
    part("away").addEventListener("click", () => {
      items = items.filter((each) => !group.includes(each));
      save();
      draw();
    });
  }
  return made;
}

/** A form that is on its way cannot be changed; one that needs the password again is filled in as it was, same key. */
function refill() {
  for (const form of document.querySelectorAll("form[data-unsent]")) {
    const item = items.find((each) => each.path === new URL(form.action).pathname);
    form.inert = item?.state === "waiting";
    if (item?.state !== "password") continue;
    for (const [name, value] of item.fields) if (form.elements[name]) form.elements[name].value = value;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (new URL(form.action).pathname === "/sign-out") return leave(event);
  if (!form.dataset.unsent || form.inert || event.defaultPrevented) return;
  event.preventDefault();
  const fields = [...new FormData(form, event.submitter)].filter(([, value]) => typeof value === "string");
  const id = fields.find(([name]) => name === "key")?.[1] ?? newKey();
  enqueue({ id, path: new URL(form.action).pathname, what: form.dataset.unsent, code: form.dataset.code ?? "", fields, live: true });
  refill();
});

function leave(event) {
  if (items.length && !window.confirm(box()?.dataset.leaving)) {
    event.preventDefault();
    return;
  }
  items = [];
  save();
}

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-unsent-now]")) return;
  for (const each of items) if (each.state === "signed-out") each.state = "waiting";
  void pump();
});
window.addEventListener("online", () => void pump());
window.addEventListener("offline", draw);
window.addEventListener("popstate", () => location.reload());

load();
for (const each of items) {
  if (each.state === "signed-out") each.state = "waiting"; // this page is there: somebody is signed in
  if (each.again) Object.assign(each, { state: "waiting", again: false });
  each.live = false; // whoever pressed has left that page
}
save();
draw();
refill();
void pump();
