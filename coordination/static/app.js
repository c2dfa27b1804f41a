/* What the pages gain where a browser runs scripts. Every page works without this file. */
"use strict";

(() => {
  const body = document.body;

  // ---- live notices -------------------------------------------------------------------------------------------

  const RECONNECT_FIRST_MS = 1000;
  const RECONNECT_LAST_MS = 30000;
  const GATHER_MS = 250; // several notices of one step refresh the page once
  const TOASTS_AT_ONCE = 3;
  const TOAST_MS = 8000;

  /* The highest seq up to which nothing is missing. Notices may arrive ahead of it; only this one is acknowledged. */
  let cursor = Number(body.dataset.cursor || 0);
  const ahead = new Set();
  let countsVersion = -1;
  let replaying = true;
  let missed = [];
  let attempts = 0;
  let socket = null;
  let leaving = false;

  function connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(`${scheme}//${location.host}${body.dataset.live}`);
    socket.addEventListener("open", () => {
      replaying = true;
      missed = [];
      say({ type: "hello", cursor });
    });
    socket.addEventListener("message", (event) => receive(JSON.parse(event.data)));
    socket.addEventListener("close", reconnect);
  }

  function reconnect(event) {
    if (leaving || event.target !== socket) return;
    // Full jitter: after a restart of the server, thousands of pages must not come back in the same second.
    const ceiling = Math.min(RECONNECT_LAST_MS, RECONNECT_FIRST_MS * 2 ** attempts);
    attempts += 1;
    setTimeout(connect, RECONNECT_FIRST_MS + Math.random() * (ceiling - RECONNECT_FIRST_MS));
  }

  function say(message) {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  function receive(message) {
    if (message.type === "notice") {
      receiveNotice(message);
    } else if (message.type === "replayed") {
      attempts = 0;
      advance(message.cursor);
      replaying = false;
      missed.slice(-TOASTS_AT_ONCE).forEach(toast);
      showCounts(message);
    } else if (message.type === "counts") {
      // Nobody tells people what they did themselves, but their other devices must see it too.
      if (showCounts(message)) refresh(null);
    } else if (message.type === "reset") {
      // Too far behind to be replayed: what the page shows is old as a whole.
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

  /* Parts of a page that follow the record:
     <section data-live-refresh data-record="…" hx-get="…" hx-trigger="live from:body" hx-swap="outerHTML">.
     With data-record (references, separated by spaces) it listens to those records only. */
  let gathered = null;

  function refresh(record) {
    if (gathered === null) {
      gathered = new Set();
      setTimeout(() => {
        const records = gathered;
        gathered = null;
        htmx.trigger(body, "live", { records: [...records] });
      }, GATHER_MS);
    }
    gathered.add(record ?? null);
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
    if (event.detail.target.querySelector("form[data-typed]")) {
      event.detail.shouldSwap = false;
      document.getElementById("stale").hidden = false;
    }
  });

  if (body.dataset.live) {
    connect();
    // A closing page must not count as a lost connection; one that comes back from the browser's cache must connect.
    addEventListener("pagehide", () => {
      leaving = true;
      socket.close();
    });
    addEventListener("pageshow", (event) => {
      if (!event.persisted) return;
      leaving = false;
      connect();
      refresh(null);
    });
  }

  // ---- a button that acts is pressed once ---------------------------------------------------------------------

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-once]")) return;
    const buttons = event.target.querySelectorAll("button:not([type=button])");
    // After the browser has read the form: a disabled button's own value would not be sent.
    setTimeout(() => buttons.forEach((button) => {
      button.disabled = true;
      button.setAttribute("aria-busy", "true");
    }));
  });

  function release(place) {
    for (const button of place.querySelectorAll("[data-once] [aria-busy]")) {
      button.disabled = false;
      button.removeAttribute("aria-busy");
    }
  }

  addEventListener("pageshow", () => release(document));
  body.addEventListener("htmx:afterRequest", () => release(document));

  // ---- rows that repeat -----------------------------------------------------------------------------------------
  // <div data-formset="prefix"> … <template>a row with __prefix__</template> <button type="button" data-add-row hidden>
  // Without a script the server's spare rows do the same.

  function prepareFormsets(place) {
    for (const button of place.querySelectorAll("[data-formset] [data-add-row][hidden]")) button.hidden = false;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add-row]");
    if (!button) return;
    const formset = button.closest("[data-formset]");
    const total = formset.querySelector(`[name="${formset.dataset.formset}-TOTAL_FORMS"]`);
    const row = formset.querySelector("template").content.cloneNode(true);
    for (const element of row.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
      for (const name of ["name", "id", "for", "aria-describedby"]) {
        const value = element.getAttribute(name);
        if (value) element.setAttribute(name, value.replaceAll("__prefix__", total.value));
      }
    }
    const first = row.querySelector("input:not([type=hidden]), select, textarea");
    button.before(row);
    total.value = Number(total.value) + 1;
    first?.focus();
  });

  prepareFormsets(document);
  body.addEventListener("htmx:load", (event) => prepareFormsets(event.target));

  // ---- menus ----------------------------------------------------------------------------------------------------

  function closeMenus(except) {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
  }

  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.menu[open]");
    closeMenus(null);
    open?.querySelector("summary").focus();
  });
})();
