/** The Device profiles dialog: every child profile, how far it is, and the way into it. */

import { one } from "../../kit/dom.js";
import { request } from "../../kit/http.js";
import { count } from "../../kit/units.js";
import { devicesCard, isMoving } from "../summary/devices.js";

/** @typedef {import("./timeline.js").SystemTimeline} SystemTimeline */

const REFRESH_MS = 3000;

/**
 * How many are ready, of how many where that is not all of them.
 * @param {{ready: number, total: number}} found
 * @returns {string}
 */
export function readyText({ ready, total }) {
  return ready === total ? count(total) : `${count(ready)} of ${count(total)}`;
}

/**
 * Follows the list for as long as something of it is still being processed.
 * @param {SystemTimeline} viewer
 */
export async function watchDevices(viewer) {
  const label = one("[data-devices-count]", viewer.host);
  try {
    /** @type {import("../summary/devices.js").Devices} */
    const found = await request(`/api/v1/profiles/${viewer.system.profile}/devices/`);
    label.textContent = readyText(found);
    const back = `${window.location.pathname}${window.location.search}`;
    one("[data-device-list]", viewer.host).replaceChildren(devicesCard(found, "", back));
    if (isMoving(found)) window.setTimeout(() => void watchDevices(viewer), REFRESH_MS);
  } catch {
    label.textContent = "–";
  }
}
