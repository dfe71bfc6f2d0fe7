/** The dialog's directory mode: what the directory holds, and how far its files are. */

import { button, icon, make, progressBar } from "../kit/dom.js";
import { count, fileSize, left, sizeOf } from "../kit/units.js";
import {
  becomes,
  captureSize,
  holdings,
  hostsOf,
  leftOut,
  many,
  sentFiles,
  shortened,
  whyNot,
  whyNotCode,
} from "./capture.js";
import { failure } from "./messages.js";
import { sentOfEach } from "./send.js";
import { tarOf } from "./tar.js";

/**
 * @typedef {import("./capture.js").Capture} Capture
 * @typedef {import("./capture.js").Holding} Holding
 * @typedef {import("./queue.js").Job} Job
 */

const MOST_BLOCKS = 120;
const LONGEST_NAME = 34;
const BADGES = /** @type {Record<string, string>} */ ({
  framework: "JSON",
  neff: "NEFF",
  ntff: "NTFF",
  parquet: "PARQUET",
  official: "JSON",
  archive: "TAR",
  other: "?",
});
const SIGNS = { ok: "check", warn: "warn", missing: "minus", none: "minus" };
const SIGN_WORDS = { ok: "There", warn: "Partly there", missing: "Missing", none: "Left out" };

/**
 * The request's part for a capture; nothing is copied, the files are read while they are sent.
 * @param {Capture} capture
 * @returns {import("./queue.js").Directory}
 */
export function directoryOf(capture) {
  const { archive } = capture;
  if (archive) {
    return { name: archive.name, body: archive, files: [archive], sizes: [archive.size] };
  }
  const members = sentFiles(capture);
  const { body, sizes } = tarOf(members);
  const files = members.map(({ file }) => file);
  return { name: `${capture.name}.tar`, body, files, sizes, leftOut: leftOut(capture) };
}

/** What is shown for one capture; it follows the job once it is on its way. */
export class DirectoryPane {
  /**
   * @param {Capture} capture
   * @param {{remove: () => void, again: (job: Job) => void}} acts
   */
  constructor(capture, acts) {
    this.capture = capture;
    this.acts = acts;
    this.remove = button({ text: "Remove", class: "button--quiet", act: () => acts.remove() });
    this.bar = progressBar(`Upload of ${capture.name}`);
    this.bar.element.classList.add("progress--wide");
    this.rate = make("span", { class: "quiet" });
    this.blocks = make("div", { class: "blocks", "aria-hidden": "true" });
    this.progress = make("section", { class: "holds__progress", hidden: "" });
    this.note = make("div", { class: "pair__text", hidden: "" });
    this.element = make("div", { class: "holds" }, this.head(), this.list());
    const problem = whyNot(capture);
    if (problem) {
      const text = make("div", {}, make("strong", {}, "Nothing to show"), ` ${problem} `);
      text.append(make("code", {}, whyNotCode(capture)));
      const note = make("div", { class: "note note--err", role: "alert" }, icon("FAILED"), text);
      this.element.append(note);
    }
    this.element.append(this.progress, this.note);
  }

  /** @returns {HTMLElement} */
  head() {
    const { capture } = this;
    const { hosts, processes } = hostsOf(capture);
    const sent = capture.archive ? 1 : sentFiles(capture).length;
    const facts = [
      ...(hosts > 0 ? [many(hosts, "host")] : []),
      ...(processes > hosts ? [`${processes} processes`] : []),
      `${count(sent)} file${sent === 1 ? "" : "s"}`,
      fileSize(captureSize(capture)),
    ];
    const name = make("strong", { title: capture.name }, capture.name);
    const text = make("span", { class: "drop__text" }, name, ` · ${facts.join(" · ")}`);
    return make("div", { class: "drop drop--held" }, icon("folder"), text, this.remove);
  }

  /** @returns {HTMLElement} */
  list() {
    const title = make("strong", { id: "holds-title" }, "What this directory holds");
    const space = make("span", { class: "bar__space" });
    const head = make("div", { class: "upload__summary" }, title, space);
    head.append(make("span", { "data-becomes": "" }, becomes(this.capture)));
    const rows = holdings(this.capture).map((holding) => rowOf(holding));
    const list = make("ul", { class: "holds__list", "aria-labelledby": "holds-title" }, ...rows);
    return make("section", {}, head, list);
  }

  /**
   * Shows how far the job is.
   * @param {Job} job
   */
  follow(job) {
    const isGoing = job.state === "waiting" || job.state === "sending";
    this.remove.hidden = isGoing || job.state === "received";
    this.progress.hidden = job.state === "cancelled";
    if (this.progress.childElementCount === 0) this.showProgress(job);
    const { sent, rate, left: seconds } = job.progress;
    const own = job.state === "received" ? job.size : Math.min(sent, job.size);
    const speed = rate > 0 && isGoing ? ` · ${fileSize(rate)}/s · ${left(seconds)}` : "";
    const text = `${sizeOf(own, job.size)}${speed}`;
    this.rate.textContent = text;
    this.bar.set(job.size > 0 ? own / job.size : 1, text);
    this.fillBlocks(own, job.order.directory?.sizes ?? []);
    this.tellFailure(job);
  }

  /** @param {Job} job */
  showProgress(job) {
    const space = make("span", { class: "bar__space" });
    const head = make("div", { class: "upload__summary" }, make("strong", {}, "Progress"), space);
    head.append(this.rate);
    const blocks = Math.min(job.files.length, MOST_BLOCKS);
    for (let at = 0; at < blocks; at++) this.blocks.append(make("span", {}, make("span")));
    const each = job.files.length <= MOST_BLOCKS ? "one file" : "some of the files";
    this.progress.append(head, this.bar.element, this.blocks);
    this.progress.append(make("div", { class: "quiet small" }, `Each block is ${each}`));
  }

  /**
   * @param {number} sent bytes
   * @param {number[]} sizes of each file in the archive
   */
  fillBlocks(sent, sizes) {
    const blocks = Array.from(this.blocks.children);
    const done = sentOfEach(sizes, sent);
    const per = sizes.length / Math.max(blocks.length, 1);
    blocks.forEach((block, at) => {
      const [from, to] = [Math.floor(at * per), Math.floor((at + 1) * per)];
      const total = (/** @type {number[]} */ of) => of.slice(from, to).reduce((a, b) => a + b, 0);
      const share = total(done) / Math.max(total(sizes), 1);
      const fill = /** @type {HTMLElement} */ (block.firstElementChild);
      fill.style.transform = `scaleY(${share})`;
    });
  }

  /** @param {Job} job */
  tellFailure(job) {
    this.note.hidden = job.state !== "failed";
    this.note.replaceChildren();
    if (!job.error || job.state !== "failed") return;
    this.note.append(...failure(job.error, () => this.acts.again(job)));
  }
}

/**
 * @param {Holding} holding
 * @returns {HTMLElement}
 */
function rowOf(holding) {
  const { role, name, state } = holding;
  const sign = make("span", { class: `holds__sign holds__sign--${state}` }, icon(SIGNS[state]));
  sign.append(make("span", { class: "sr-only" }, SIGN_WORDS[state]));
  const badge = make("span", { class: `role role--${role}` }, BADGES[role] ?? "PB");
  const isOneOfMany = ["neff", "parquet", "official", "other"].includes(role) && holding.count > 1;
  const what = make("code", { title: name }, shortened(name, isOneOfMany ? 22 : LONGEST_NAME));
  if (isOneOfMany) {
    what.append(make("span", { class: "quiet" }, ` and ${count(holding.count - 1)} more`));
  }
  const times = holding.count > 1 ? `${count(holding.count)} files · ` : "";
  const size = state === "missing" ? "missing" : `${times}${fileSize(holding.bytes)}`;
  const cells = [make("span", { class: "holds__size" }, size), make("span", {}, holding.text)];
  return make("li", { class: `holds__row holds__row--${state}` }, sign, badge, what, ...cells);
}
