/** The Device profiles dialog: every child profile, how far it is, and the way into it. */

import { make, one } from "../../kit/dom.js";
import { request } from "../../kit/http.js";
import { count, duration } from "../../kit/units.js";
import { withBack } from "./device-card.js";

/** @typedef {import("./timeline.js").SystemTimeline} SystemTimeline */
/** @typedef {{id: string, name: string, status: string, instance: string, process: number | string | null, nc: number | null, model_id: number | string | null, session: number | null, files: string[], calls: number | null, total_ns: number | null, median_ns: number | null, mfu: number | null, reason?: string}} Device */

const REFRESH_MS = 3000;

/**
 * The list, as often as something of it is still being processed.
 * @param {SystemTimeline} viewer
 */
export async function watchDevices(viewer) {
  const label = one("[data-devices-count]", viewer.host);
  try {
    const answer = await request(`/api/v1/profiles/${viewer.system.profile}/devices/`);
    /** @type {Device[]} */
    const devices = Array.isArray(answer) ? answer : (answer.results ?? answer.devices ?? []);
    const ready = devices.filter(({ status }) => status === "PROCESSED").length;
    label.textContent = ready === devices.length ? count(ready) : `${ready} of ${devices.length}`;
    one("[data-device-list]", viewer.host).replaceChildren(table(devices));
    const isMoving = devices.some(({ status }) => status === "PENDING" || status === "PROCESSING");
    if (isMoving) window.setTimeout(() => void watchDevices(viewer), REFRESH_MS);
  } catch {
    label.textContent = "–";
  }
}

/**
 * @param {Device[]} devices
 * @returns {HTMLElement}
 */
function table(devices) {
  if (devices.length === 0) {
    return make("p", { class: "quiet" }, "This directory held no device profiles.");
  }
  const names = ["Device profile", "Status", "Core", "Calls", "Total", "Median", "MFU"];
  const heads = names.map((name, at) =>
    make("th", { scope: "col", class: at > 1 ? "number" : undefined }, name),
  );
  const rows = devices.map((device) => {
    const address = withBack(`/profiles/${device.id}/timeline/`);
    const link = make("a", { href: address }, device.name);
    const time = (/** @type {number | null} */ ns) => (ns === null ? "–" : duration(ns, 3));
    const numbers = [
      device.nc === null ? "–" : String(device.nc),
      device.calls === null ? "–" : count(device.calls),
      time(device.total_ns),
      time(device.median_ns),
    ];
    const cells = numbers.map((text) => make("td", { class: "number" }, text));
    const reason = device.reason ?? "Not computed yet";
    const mfu = device.mfu === null ? "–" : `${device.mfu}`;
    cells.push(make("td", { class: "number", title: reason }, mfu));
    return make("tr", {}, make("td", {}, link), make("td", {}, device.status), ...cells);
  });
  const made = make("table", {});
  made.append(make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows));
  return made;
}
