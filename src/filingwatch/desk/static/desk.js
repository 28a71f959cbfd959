// The desk's only script: shows cases, takes keys, sends answers one after the other. No answer is shown as given
// unless it is sent or about to be; one that could not be kept comes back with the reason.
"use strict";

const page = document.body.dataset;
const stage = document.getElementById("stage");
const statusLine = document.getElementById("status");
const trouble = document.getElementById("trouble");
const HELD = 4;
const LOOK_EVERY_MS = 15000;
const RETRY_AFTER_MS = [300, 1200];

const cases = [];
let place = 0;
let version = page.version;
let sending = Promise.resolve();
let pending = 0;
let filling = null;
let isAskedAgain = false;
let isWaiting = false;
let wanted = null;

function address(what, more = {}) {
  return `/${page.tab}/${what}?${new URLSearchParams({ watch: page.watch, ...more })}`;
}

function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function ask(url, body) {
  const options = { headers: { accept: "application/json" } };
  if (body !== undefined) {
    options.method = "POST";
    options.keepalive = true;
    options.headers["content-type"] = "application/json";
    options.headers["x-csrf-token"] = page.csrf;
    options.body = JSON.stringify(body);
  }
  let reply;
  try {
    reply = await fetch(url, options);
  } catch {
    throw new Lost("The desk does not answer. Is `filingwatch desk` still running in its terminal?");
  }
  const found = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Error(found.error || `The desk answered with ${reply.status}.`);
  return found;
}

class Lost extends Error {}

// A lost reply does not say whether the answer was kept: the request id lets the desk tell.
async function askAgain(url, body) {
  for (const pause of RETRY_AFTER_MS) {
    try {
      return await ask(url, body);
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      await wait(pause);
    }
  }
  return ask(url, body);
}

function inTurn(work) {
  pending += 1;
  sending = sending.then(work).catch(complain).finally(() => { pending -= 1; });
  return sending;
}

function say(text) {
  statusLine.textContent = text;
}

function complain(error) {
  trouble.querySelector("span").textContent = error.message;
  trouble.hidden = false;
}

function element(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.querySelector("article.case");
}

function keep(article, at = cases.length) {
  cases.splice(at, 0, { id: article.dataset.id, article, decided: null, shownAt: 0 });
}

function current() {
  return cases[place];
}

function show(at, { focus = true } = {}) {
  place = at;
  const entry = current();
  wanted = null;
  if (!entry) {
    stage.replaceChildren(document.getElementById("nothing").content.cloneNode(true));
    return;
  }
  if (entry.article.parentNode !== stage) stage.replaceChildren(entry.article);
  entry.shownAt = performance.now();
  const reading = entry.article.querySelector(".reading");
  reading.scrollTop = 0;
  if (focus) reading.focus({ preventScroll: true });
}

function nextOpen() {
  const after = cases.findIndex((entry, at) => at > place && !entry.decided);
  return after >= 0 ? after : cases.findIndex((entry) => !entry.decided);
}

async function advance() {
  if (nextOpen() < 0) await waitForMore();
  const at = nextOpen();
  show(at < 0 ? cases.length : at);
  fill().catch(complain);
}

// Until the next case is there no key may answer the one that is still on the screen.
async function waitForMore() {
  isWaiting = true;
  say("Reading the next one ...");
  try {
    await fill();
  } finally {
    isWaiting = false;
    if (statusLine.textContent.startsWith("Reading")) say("");
  }
}

// Holds a few cases ahead, so that a key shows the next one at once, and brings what stands beside. Asked for while it
// is under way it goes round once more: what came first may not know of the newest answer.
function fill() {
  isAskedAgain = true;
  if (!filling) filling = goRound().finally(() => { filling = null; });
  return filling;
}

async function goRound() {
  while (isAskedAgain) {
    isAskedAgain = false;
    await sending;
    const held = cases.filter((entry) => !entry.decided).length;
    take(await ask(address("next", { limit: Math.min(held + HELD + 1, 50) })));
  }
}

function take(reply) {
  document.getElementById("side").innerHTML = reply.side;
  if (reply.version !== version) return renew(reply.version);
  const known = new Set(cases.map((entry) => entry.id));
  for (const one of reply.cases || []) if (!known.has(one.id)) keep(element(one.html));
}

// Another version was published: what waits is read anew; what is on the screen stays until it is answered.
function renew(newest) {
  if (!version || !current()) return location.reload();
  version = newest;
  for (let at = cases.length - 1; at > place; at -= 1) if (!cases[at].decided) cases.splice(at, 1);
  say("A new version was published; the queue has been read anew.");
  setTimeout(() => fill().catch(complain), 0);
}

function settle(entry, button, value) {
  entry.decided = value;
  for (const one of entry.article.querySelectorAll(".choice")) {
    one.setAttribute("aria-pressed", String(one === button));
  }
  const line = entry.article.querySelector(".decided");
  line.hidden = !button;
  if (button) line.querySelector("strong").textContent = button.querySelector("span").textContent;
}

function decide(button) {
  const entry = current();
  if (!entry || !button || isWaiting) return;
  const note = entry.article.querySelector(".note");
  const text = entry.article.querySelector(".value");
  const asks = button.dataset.asks;
  const field = asks === "note" ? note : asks === "value" ? text : null;
  if (field && (!field.value.trim() || (asks === "value" && wanted !== button && document.activeElement !== text))) {
    wanted = button;
    field.focus();
    field.select();
    say(asks === "note" ? "Please write a reason, then Enter." : "Please write the name, then Enter.");
    return;
  }
  const value = asks === "value" ? text.value.trim() : button.dataset.value;
  const before = [entry.decided, entry.article.querySelector('.choice[aria-pressed="true"]')];
  const answer = {
    id: entry.id, value, note: note.value.trim(), request_id: crypto.randomUUID(),
    seconds: (performance.now() - entry.shownAt) / 1000,
  };
  settle(entry, button, value);
  inTurn(async () => {
    try {
      const reply = await askAgain(address("decide"), answer);
      say(reply.warning || `Kept: ${button.querySelector("span").textContent}.`);
      if (reply.version !== version) renew(reply.version);
    } catch (error) {
      settle(entry, before[1], before[0]);
      show(cases.indexOf(entry));
      throw new Error(`Not kept: ${error.message}`);
    }
  });
  advance().catch(complain);
}

function undo() {
  inTurn(async () => {
    const reply = await ask(address("undo"), {});
    if (!reply.undone) return say("There is nothing of yours to take back here.");
    const at = cases.findIndex((entry) => entry.id === reply.undone);
    if (at >= 0) cases.splice(at, 1);
    if (at >= 0 && at < place) place -= 1;
    if (reply.cases && reply.cases.length) keep(element(reply.cases[0].html), place);
    document.getElementById("side").innerHTML = reply.side;
    show(place);
    say("Your last answer is taken back.");
  });
}

function step(by) {
  if (!isWaiting) move(by).catch(complain);
}

async function move(by) {
  // from the empty page at the end the next one is the first that came since
  const to = current() || by < 0 ? place + by : place;
  if (to < 0) return say("This is the first one of this visit.");
  if (to >= cases.length) await waitForMore();
  if (to >= cases.length) return say("This is the last one that waits here.");
  show(to);
  fill().catch(complain);
}

function turnTab(step) {
  const tabs = [...document.querySelectorAll("nav a")];
  const at = tabs.findIndex((tab) => tab.hasAttribute("aria-current"));
  const to = tabs[at + step];
  if (to) to.click();
}

const help = document.getElementById("keys");
const ACTIONS = {
  j: () => step(1), ArrowRight: () => step(1), k: () => step(-1), ArrowLeft: () => step(-1), u: undo,
  n: () => current() && current().article.querySelector(".note").focus(),
  "?": () => help.showModal(), "[": () => turnTab(-1), "]": () => turnTab(1),
};

function inField(event) {
  if (event.key === "Escape" || (event.key === "Enter" && event.target.matches("input"))) {
    event.preventDefault();
    const choice = event.key === "Enter" && (event.target.matches(".value")
      ? current().article.querySelector('[data-asks="value"]') : wanted);
    if (choice) return decide(choice);
    wanted = null;
    current().article.querySelector(".reading").focus({ preventScroll: true });
  }
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  if (event.target.matches("select, .watch *")) return;
  if (event.target.matches("input, textarea")) return inField(event);
  const own = stage.querySelector(`.choice[data-key="${CSS.escape(event.key)}"]`);
  const action = own ? () => decide(own) : Object.hasOwn(ACTIONS, event.key) && ACTIONS[event.key];
  if (!action || event.repeat) return;
  event.preventDefault();
  action();
});

stage.addEventListener("click", (event) => decide(event.target.closest(".choice")));
document.getElementById("undo").addEventListener("click", undo);
document.getElementById("help").addEventListener("click", () => help.showModal());
document.getElementById("watch").addEventListener("change", (event) => event.target.form.submit());
trouble.querySelector("button").addEventListener("click", () => { trouble.hidden = true; });
window.addEventListener("beforeunload", (event) => { if (pending) event.preventDefault(); });

async function look() {
  if (document.hidden || pending) return;
  const found = await ask("/version").catch(() => null);
  if (found && found.version !== version) renew(found.version);
}

setInterval(look, LOOK_EVERY_MS);

const first = stage.querySelector("article.case");
if (first) keep(first);
for (const one of document.querySelectorAll("template.waiting")) keep(one.content.querySelector("article.case"));
if (cases.length) {
  show(0);
  fill().catch(complain);
}
document.body.dataset.ready = "true";
