/* Switches this browser on for pushes. Without it the page says that it cannot be done here. */

const form = document.getElementById("this-device");
const key = form?.dataset.key;
const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

function say(state) {
  for (const line of document.querySelectorAll("[data-device-state]")) line.hidden = line.dataset.deviceState !== state;
  form.querySelector("button").hidden = state !== "off";
}

function bytesOf(word) {
  const base64 = word.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function wordOf(buffer) {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function markOf(endpoint) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, 16);
}

async function look() {
  const registration = await navigator.serviceWorker.getRegistration("/");
  const subscription = await registration?.pushManager.getSubscription();
  const mark = subscription ? await markOf(subscription.endpoint) : "";
  const mine = mark && document.querySelector(`[data-device="${mark}"]`);
  if (mine) mine.querySelector("[data-this]").hidden = false;
  say(mine ? "on" : Notification.permission === "denied" ? "denied" : "off");
}

async function switchOn() {
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    if ((await Notification.requestPermission()) !== "granted") return say("denied");
    const registration = await navigator.serviceWorker.register("/push-worker.js", { scope: "/" });
    await navigator.serviceWorker.ready;
    const old = await registration.pushManager.getSubscription();
    // A subscription that was made with another key of ours would be refused by the push service.
    if (old && wordOf(old.options.applicationServerKey) !== key) await old.unsubscribe();
    const subscription = await registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: bytesOf(key),
    });
    form.elements.endpoint.value = subscription.endpoint;
    for (const name of ["p256dh", "auth"]) form.elements[name].value = wordOf(subscription.getKey(name));
    form.submit();
  } catch {
    say("failed");
  } finally {
    button.disabled = false;
  }
}

if (form) {
  if (able) {
    form.querySelector("button").addEventListener("click", switchOn);
    look().catch(() => say("failed"));
  } else {
    say("unable");
  }
}
