/** How far everything on its way is: the dialog's last line, and the tray while it is closed. */

import { icon, one, setBar } from "../kit/dom.js";
import { fileSize, left, sizeOf, THIN } from "../kit/units.js";

/** @typedef {import("./queue.js").UploadQueue} UploadQueue */

/**
 * @param {UploadQueue} queue
 * @returns {string}
 */
export function progressText(queue) {
  const { sent, size, rate, left: seconds } = queue.total();
  const percent = `${Math.floor((sent * 100) / Math.max(size, 1))}${THIN}%`;
  const speed = rate > 0 ? ` · ${fileSize(rate)}/s · ${left(seconds)}` : "";
  return `${percent} · ${sizeOf(sent, size)}${speed}`;
}

/**
 * Shows what goes on while the dialog is closed.
 * @param {UploadQueue} queue
 * @param {boolean} isDialogOpen
 */
export function showTray(queue, isDialogOpen) {
  const tray = one("#tray");
  const failed = queue.jobs.find((job) => job.state === "failed");
  tray.hidden = isDialogOpen || !(queue.isBusy || failed);
  if (tray.hidden) return;
  const now = queue.jobs.find((job) => job.state === "sending");
  const text = now ? `Uploading ${now.order.name}` : `${failed?.order.name ?? ""} was not received`;
  const { sent, size } = queue.total();
  one("[data-tray-text]").replaceChildren(...(now ? [] : [icon("warn"), " "]), text);
  setBar(one("[data-tray-bar]"), size > 0 ? sent / size : 0, progressText(queue));
}
