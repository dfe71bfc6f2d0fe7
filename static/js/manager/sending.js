/** Uploads as rows at the top of the list, until the server has them. */

import { button, icon, make, progressBar } from "../kit/dom.js";
import { fileSize, left, sizeOf, THIN } from "../kit/units.js";

/**
 * @typedef {import("../upload/queue.js").Job} Job
 * @typedef {import("../upload/queue.js").UploadQueue} UploadQueue
 */

/**
 * Keeps a row for every upload on its way.
 * @param {HTMLElement} place holds the table
 * @param {UploadQueue} queue
 */
export function showSending(place, queue) {
  /** @type {Map<Job, ReturnType<typeof rowOf>>} */
  const rows = new Map();
  queue.addEventListener("change", (event) => {
    const job = /** @type {CustomEvent<Job>} */ (event).detail;
    if (!job.isOnItsWay) {
      rows.get(job)?.element.remove();
      rows.delete(job);
      return;
    }
    let row = rows.get(job);
    if (!row) {
      row = rowOf(job, queue);
      rows.set(job, row);
      place.querySelector("[data-sending]")?.append(row.element);
    }
    row.tell();
  });
}

/**
 * @param {Job} job
 * @param {UploadQueue} queue
 */
function rowOf(job, queue) {
  const { name } = job.order;
  const bar = progressBar(`Upload of ${name}`);
  bar.element.classList.add("segments");
  const text = make("span", { class: "wide__text" });
  const cancel = button({
    icon: "close",
    label: `Cancel the upload of ${name}`,
    class: "button--quiet button--icon",
    act: () => queue.cancel(job),
  });
  const files = `${job.files.length} file${job.files.length === 1 ? "" : "s"} · ${fileSize(job.size)}`;
  const words = make("div", { class: "name__text" }, make("strong", { class: "name__link" }, name));
  words.append(make("div", { class: "name__second" }, files));
  const status = make("span", { class: "status status--UPLOADING" });
  status.append(icon("upload"), "Uploading");
  const cells = [
    make("td", { class: "list__name" }, make("div", { class: "name" }, icon("chip"), words)),
    make("td", { class: "list__status" }, status),
    make(
      "td",
      { class: "list__wide", colspan: "4" },
      make("div", { class: "wide" }, bar.element, text),
    ),
    make("td", { class: "list__uploaded" }, "now"),
    make("td", { class: "list__more" }, cancel),
  ];
  const tell = () => {
    const { sent, total, rate, left: seconds } = job.progress;
    const share = total > 0 ? sent / total : 0;
    const percent = `${Math.floor(share * 100)}${THIN}%`;
    const speed = rate > 0 ? ` · ${fileSize(rate)}/s · ${left(seconds)}` : "";
    const rest = ` · ${sizeOf(share * job.size, job.size)}${speed}`;
    bar.set(share, percent + rest);
    if (job.state === "waiting") text.textContent = "Waiting for the uploads before it";
    else text.replaceChildren(make("strong", {}, percent), rest);
  };
  return { element: make("tr", { class: "list__row" }, ...cells), tell };
}
