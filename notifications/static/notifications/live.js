/* Live notices: a socket, polling where a network blocks it, and pages that follow (design: notifications.md §4).
   Every page works without this file. What it needs to know stands on <body data-live data-poll …>. */

const RECONNECT_FIRST_MS = 1000;
const RECONNECT_LAST_MS = 30000;
const OPENING_MS = 10000; // some proxies neither open a socket nor refuse it
const ANSWER_MS = 10000;
const FAILURES_BEFORE_POLLING = 3;
const POLL_MS = [20000, 30000];
const SOCKET_AGAIN_MS = [30000, 120000]; // while polling works, the socket is tried now and then
const GATHER_MS = 250; // several notices of one step refresh the page once
const TOASTS_AT_ONCE = 3;
const TOAST_MS = 8000;

const SIGNED_OUT = 4401;
const TOO_MANY_SOCKETS = 4429;
const SERVICE_RESTART = 1012;

const body = document.body;
const settings = body.dataset;
const person = Number(settings.person || 0);

/* The highest seq up to which nothing is missing. Notices may arrive ahead of it; only this one is acknowledged. */
let cursor = Number(settings.cursor || 0);
const ahead = new Set();
let countsVersion = Number(settings.version || 0);
let replaying = true;
let missed = [];

// ---- the socket -------------------------------------------------------------------------------------------------

let socket = null;
let failures = 0;
let opening = null;
let again = null;
let answer = null;
let leaving = false;

function connect() {
  clearTimeout(again);
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const mine = new WebSocket(`${scheme}//${location.host}${settings.live}`);
  socket = mine;
  opening = setTimeout(() => mine.close(), OPENING_MS);
  mine.addEventListener("open", () => {
    replaying = true;
    missed = [];
    say({ type: "hello", cursor, person });
  });
  mine.addEventListener("message", (event) => {
    if (mine === socket) receive(JSON.parse(event.data));
  });
  mine.addEventListener("close", (event) => {
    if (mine === socket && !leaving) closed(event.code);
  });
}

function closed(code) {
  clearTimeout(opening);
  clearTimeout(answer);
  if (code === SIGNED_OUT) {
    askWhoIsSignedIn();
    return;
  }
  failures += 1;
  if (code === TOO_MANY_SOCKETS || failures >= FAILURES_BEFORE_POLLING) startPolling();
  else if (!polling) show("lost");
  reconnect(code === SERVICE_RESTART);
}

/* Full jitter: after a restart of the server, thousands of pages must not come back in the same second. */
function reconnect(restarted = false) {
  let [first, last] = [RECONNECT_FIRST_MS, RECONNECT_LAST_MS];
  if (polling) [first, last] = SOCKET_AGAIN_MS;
  else if (!restarted) last = Math.min(last, first * 2 ** failures);
  again = setTimeout(connect, between([first, last]));
}

function between([first, last]) {
  return first + Math.random() * (last - first);
}

function say(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function receive(message) {
  clearTimeout(opening);
  clearTimeout(answer);
  if (message.type === "notice") {
    receiveNotice(message);
  } else if (message.type === "replayed") {
    failures = 0;
    stopPolling();
    show("live");
    advance(message.cursor);
    replaying = false;
    missed.slice(-TOASTS_AT_ONCE).forEach(toast);
    if (showCounts(message)) refresh(null);
  } else if (message.type === "counts") {
    // Nobody tells people what they did themselves, but their other devices must see it too.
    if (showCounts(message)) refresh(null);
  } else if (message.type === "reset") {
    // Too far behind to be replayed, or other seats: what the page shows is old as a whole.
    advance(message.cursor ?? cursor);
    refresh(null);
  }
}

function receiveNotice(notice) {
  if (notice.seq <= cursor || ahead.has(notice.seq)) return; // the server may say it twice
  ahead.add(notice.seq);
  advance(cursor);
  if (replaying) missed.push(notice);
  else toast(notice);
  refresh(notice.record?.ref);
}

/* Up to `seq` the server says that nothing is missing; what came ahead of it may now join on. */
function advance(seq) {
  cursor = Math.max(cursor, seq);
  while (ahead.delete(cursor + 1)) cursor += 1;
  for (const early of ahead) if (early <= cursor) ahead.delete(early);
  say({ type: "ack", seq: cursor });
}

/* A laptop that wakes up, a telephone that changes its network: the socket may be dead and not know it. */
function prove() {
  if (leaving || !settings.live) return;
  if (polling) poll();
  if (socket?.readyState !== WebSocket.OPEN || replaying) return;
  const asked = socket;
  say({ type: "counts" });
  clearTimeout(answer);
  answer = setTimeout(() => asked === socket && giveUp(), ANSWER_MS);
}

/* A dead socket takes minutes to close: its page does not wait for it. */
function giveUp() {
  const dead = socket;
  socket = null;
  dead.close();
  closed(0);
}

// ---- polling, where a network blocks sockets ----------------------------------------------------------------------

let polling = false;
let nextPoll = null;

function startPolling() {
  if (polling) return;
  polling = true;
  poll();
}

function stopPolling() {
  polling = false;
  clearTimeout(nextPoll);
}

async function poll() {
  clearTimeout(nextPoll);
  try {
    let more = true;
    while (more && polling) more = take(await ask());
    if (polling) show("polling");
  } catch {
    if (polling) show("lost");
  }
  clearTimeout(nextPoll);
  if (polling) nextPoll = setTimeout(poll, between(POLL_MS));
}

/* The same rows as the socket brings. Raises where there is no answer, or no answer for this page's person. */
async function ask() {
  const response = await fetch(`${settings.poll}?after=${cursor}`, {
    headers: { Accept: "application/json" },
    cache: "no-store",
  });
  const said = response.ok ? await response.json() : {};
  if (response.status === 401 || (response.ok && said.person !== person)) signedOut();
  if (!response.ok || said.person !== person) throw new Error(`no notices: ${response.status}`);
  return said;
}

function take(said) {
  const fresh = said.notices.filter((notice) => notice.seq > cursor);
  for (const notice of fresh) refresh(notice.record?.ref);
  advance(said.cursor);
  if (said.reset) refresh(null);
  if (!said.more) fresh.slice(-TOASTS_AT_ONCE).forEach(toast);
  if (showCounts(said)) refresh(null);
  return said.more;
}

// ---- signed out -------------------------------------------------------------------------------------------------

/* The session of the socket has ended; a new one of the same person (signed in again in another tab) goes on. */
async function askWhoIsSignedIn() {
  try {
    take(await ask());
    failures += 1;
    reconnect();
  } catch {
    if (!leaving) {
      show("lost");
      again = setTimeout(askWhoIsSignedIn, between([RECONNECT_FIRST_MS, RECONNECT_LAST_MS]));
    }
  }
}

function signedOut() {
  leaving = true;
  stopPolling();
  clearTimeout(again);
  socket?.close();
  show("lost");
  document.getElementById("signed-out").hidden = false;
}

// ---- what the page shows ----------------------------------------------------------------------------------------

function show(state) {
  const place = document.getElementById("live-state");
  if (!place) return;
  place.dataset.state = state;
  place.title = place.dataset[state];
  place.querySelector("[data-word]").textContent = place.dataset[state];
  place.hidden = false;
}

/* Counts come from the server and carry a version; adding one here would drift from what the server knows. */
function showCounts(counts) {
  let moved = false;
  if (counts.version !== undefined) {
    if (counts.version < countsVersion) return false;
    moved = counts.version > countsVersion;
    countsVersion = counts.version;
  }
  for (const name of ["unread", "actions"]) {
    if (counts[name] === undefined) continue;
    for (const place of document.querySelectorAll(`[data-count="${name}"]`)) {
      place.querySelector("[data-number]").textContent = counts[name];
      place.hidden = counts[name] === 0;
    }
  }
  return moved;
}

function toast(notice) {
  const sentence = notice.sentence;
  if (!sentence) return;
  const place = document.getElementById("toasts");
  const slip = document.getElementById("toast").content.firstElementChild.cloneNode(true);
  const link = slip.querySelector("a");
  link.textContent = sentence;
  // Only an address of our own: what a notice carries is data.
  if (notice.url && notice.url.startsWith("/") && !notice.url.startsWith("//")) link.href = notice.url;
  slip.querySelector("button").addEventListener("click", () => slip.remove());
  setTimeout(() => slip.remove(), TOAST_MS);
  while (place.children.length >= TOASTS_AT_ONCE) place.firstElementChild.remove();
  place.append(slip);
}

// ---- parts of a page that follow ----------------------------------------------------------------------------------
// <section data-live-refresh data-record="…" hx-get="…" hx-trigger="live from:body" hx-swap="outerHTML">
// With data-record (references, separated by spaces) it listens to those records only.
// <form data-live-tell data-record="…">: the page is not loaded again, it says that it is old.

let gathered = null;

function refresh(record) {
  if (gathered === null) {
    gathered = new Set();
    setTimeout(() => {
      const records = gathered;
      gathered = null;
      for (const form of document.querySelectorAll("[data-live-tell]")) {
        if (form.dataset.record.split(" ").some((ref) => records.has(ref))) tellOld();
      }
      htmx.trigger(body, "live", { records: [...records] });
    }, GATHER_MS);
  }
  gathered.add(record ?? null);
}

function tellOld() {
  document.getElementById("stale").hidden = false;
}

body.addEventListener("htmx:beforeRequest", (event) => {
  const cause = event.detail.requestConfig.triggeringEvent;
  if (cause?.type !== "live") return;
  const mine = event.detail.elt.dataset.record;
  const { records } = cause.detail;
  const concerned = !mine || records.includes(null) || mine.split(" ").some((ref) => records.includes(ref));
  if (!concerned) event.preventDefault();
});

/* A refresh never takes away what a person is typing: the page says instead that it is old. */
body.addEventListener("input", (event) => {
  event.target.form?.setAttribute("data-typed", "");
});

body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.requestConfig.triggeringEvent?.type !== "live") return;
  const { target } = event.detail;
  if (target.querySelector("form[data-typed]") || target.closest("form[data-typed]")) {
    event.detail.shouldSwap = false;
    tellOld();
  } else {
    keepOpen(target);
  }
});

/* What the reader has unfolded stays unfolded. */
function keepOpen(target) {
  const open = new Set([...target.querySelectorAll("details[open] > summary")].map((one) => one.textContent.trim()));
  if (!open.size) return;
  body.addEventListener(
    "htmx:afterSettle",
    () => {
      for (const summary of document.querySelectorAll("details:not(.menu) > summary")) {
        if (open.has(summary.textContent.trim())) summary.parentElement.open = true;
      }
    },
    { once: true },
  );
}

// ---- from here on -----------------------------------------------------------------------------------------------

if (settings.live) {
  connect();
  // A closing page must not count as a lost connection; one that comes back from the browser's cache must connect.
  addEventListener("pagehide", () => {
    leaving = true;
    clearTimeout(again);
    stopPolling();
    socket?.close();
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    leaving = false;
    connect();
    refresh(null);
  });
  addEventListener("online", prove);
  document.addEventListener("visibilitychange", () => !document.hidden && prove());
}
