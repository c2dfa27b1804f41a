/* Shows pushes and opens the record. It keeps nothing and answers no request: there is no fetch handler, so no
   page, and least of all a decision page, can come from here. */
"use strict";

const SHOWN = "/push/shown/";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const said = read(event);
  if (said) event.waitUntil(show(said));
});

function read(event) {
  try {
    return event.data.json();
  } catch {
    return null;
  }
}

async function show(said) {
  await self.registration.showNotification(said.title, {
    body: said.body,
    lang: said.lang,
    tag: said.tag,
    data: { path: said.path },
  });
  // The token says enough: neither cookie nor address goes with it.
  await fetch(SHOWN, {
    method: "POST",
    body: new URLSearchParams({ token: said.token }),
    credentials: "omit",
    referrerPolicy: "no-referrer",
  }).catch(() => {});
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.path));
});

async function open(path) {
  // What a push carries is data: only an address of our own is opened.
  const target = new URL(path, self.location.origin);
  if (target.origin !== self.location.origin) return;
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = pages.find((page) => page.url === target.href);
  if (there) await there.focus();
  else await self.clients.openWindow(target.href);
}
