/**
 * Desktop notifications: only who wrote, never what; only while nobody looks; only after they were asked for here.
 */

import { pathOf } from "./addresses.js";
import { nameOf } from "./conversation_item.js";
import { isWatched } from "./dom.js";

/** @typedef {import("../../ui/app_state.js").App} App */

/** @type {WeakSet<object>} */
const watched = new WeakSet();

/** Whether notifications are asked for and allowed. @param {App} app */
export function areNotificationsOn(app) {
  return Boolean(app.session?.settings.notifications) && "Notification" in window
    && Notification.permission === "granted";
}

/**
 * Turns them on or off. The browser asks the person here, so call this from a click only.
 *
 * @param {App} app
 */
export async function toggleNotifications(app) {
  const { session } = app;
  if (!session) {
    return;
  }
  if (areNotificationsOn(app)) {
    await session.setSetting("notifications", false);
    app.toast("Notifications are off.");
    return;
  }
  if (!("Notification" in window)) {
    app.toast("This browser has no notifications.", { kind: "warn" });
    return;
  }
  if ((await Notification.requestPermission()) !== "granted") {
    app.toast("The browser does not allow notifications for this page; its settings can change that.", {
      kind: "warn",
    });
    return;
  }
  await session.setSetting("notifications", true);
  app.toast("You will see who has written while you look elsewhere.", { kind: "ok" });
}

/**
 * Notifies of what comes while the app's present session lasts. Calling it again changes nothing.
 *
 * @param {App} app
 */
export function watchIncoming(app) {
  const { session } = app;
  if (!session || watched.has(session)) {
    return;
  }
  watched.add(session);
  session.addEventListener("incoming", (event) => {
    const { peer } = /** @type {CustomEvent<{peer: string}>} */ (event).detail;
    const summary = session.conversation(peer);
    if (!summary || summary.blocked || isWatched() || !areNotificationsOn(app)) {
      return;
    }
    const note = new Notification(
      summary.request ? "New message request" : `New message from ${nameOf(summary)}`,
      { tag: peer },
    );
    note.addEventListener("click", () => {
      window.focus();
      app.go(pathOf(summary));
      note.close();
    });
  });
}
