/** The pair cards of the upload dialog: what belongs together, and how far each file is. */

import { button, icon, make, progressBar } from "../kit/dom.js";
import { fileSize, left, shortId, THIN } from "../kit/units.js";
import { failure } from "./messages.js";
import { itemsOf } from "./pairing.js";
import { sentOfEach } from "./send.js";

/**
 * @typedef {import("./pairing.js").Item} Item
 * @typedef {import("./pairing.js").Pair} Pair
 * @typedef {import("./queue.js").Job} Job
 * @typedef {{remove: (item: Item) => void, accept: (pair: Pair) => void, choose: () => void,
 *   again: (job: Job) => void}} Acts
 */

const BADGES = /** @type {const} */ ({
  result: ["Result of the official tool", "ok", "file"],
  same: ["Same id inside", "ok", "link"],
  number: ["Same number in the name, check", "warn", "warn"],
  unknown: ["No id inside, check", "warn", "warn"],
  swapped: ["The two are swapped", "warn", "swap"],
  "no-neff": ["No NEFF for this trace", "warn", "warn"],
  "no-ntff": ["No trace for this NEFF", "warn", "warn"],
});

/** A card of the dialog; it follows the job once the pair is on its way. */
export class Card {
  /**
   * @param {Pair} pair
   * @param {string} name
   * @param {{isAccepted: boolean, others: number, job: Job | undefined}} facts others: cards of the
   *   kind that is missing here
   * @param {Acts} acts
   */
  constructor(pair, name, facts, acts) {
    this.pair = pair;
    this.acts = acts;
    this.items = itemsOf(pair);
    this.element = make("section", { class: "pair", "aria-label": name });
    /** @type {{state: HTMLElement, remove: HTMLElement, bar: ReturnType<typeof progressBar>}[]} */
    this.rows = [];
    this.note = make("div", { class: "pair__text", hidden: "" });
    const warns = BADGES[pair.match][1] === "warn" && !facts.isAccepted;
    this.element.classList.toggle("pair--warn", warns);
    this.element.append(
      this.head(name, facts.isAccepted),
      ...this.items.map((item) => this.row(item)),
    );
    if (!facts.isAccepted && !facts.job) this.element.append(...this.advice(facts.others));
    this.element.append(this.note);
    if (facts.job) this.follow(facts.job);
  }

  /**
   * @param {string} name
   * @param {boolean} isAccepted
   * @returns {HTMLElement}
   */
  head(name, isAccepted) {
    const [text, kind, sign] = BADGES[this.pair.match];
    const badge = make("span", { class: `badge badge--${isAccepted ? "info" : kind}` });
    badge.append(icon(sign), text);
    const trace = this.pair.ntffs[0]?.sniffed;
    const id = this.pair.neff?.sniffed.neffId || trace?.executions[0] || trace?.stored || "";
    const head = make("div", { class: "pair__head" }, badge);
    head.append(make("span", { class: "pair__name", title: name }, name));
    if (id) head.append(make("code", { class: "pair__id", title: id }, shortId(id)));
    return head;
  }

  /**
   * @param {Item} item
   * @returns {HTMLElement}
   */
  row(item) {
    const role = item.sniffed.role ?? "";
    const remove = button({
      icon: "close",
      label: `Remove ${item.file.name}`,
      class: "button--quiet button--icon",
      act: () => this.acts.remove(item),
    });
    const state = make("span", { class: "pair__state" });
    this.rows.push({ state, remove, bar: progressBar(item.file.name) });
    const name = make("code", { title: item.file.name }, item.file.name);
    const ending = role === "neff" ? /\.ntff$/i : /\.neff$/i;
    if (ending.test(item.file.name)) {
      name.append(
        " ",
        make("span", { class: "quiet" }, `holds a ${role === "neff" ? "program" : "trace"}`),
      );
    }
    const size = make("span", { class: "pair__size" }, fileSize(item.file.size));
    const word = role === "official" ? "JSON" : role.toUpperCase();
    const badge = make("span", { class: `role role--${role}` }, word);
    return make("div", { class: "pair__file" }, icon("file"), badge, name, size, state, remove);
  }

  /**
   * What is missing, and the ways on.
   * @param {number} others
   * @returns {HTMLElement[]}
   */
  advice(others) {
    const { match } = this.pair;
    const accept = (/** @type {string} */ text) =>
      button({ text, class: "button--quiet", act: () => this.acts.accept(this.pair) });
    const choose = (/** @type {string} */ text) => button({ text, act: () => this.acts.choose() });
    const carry = others === 1 ? "carries another id" : "carry other ids";
    /** @type {Record<string, [string, HTMLElement[]]>} */
    const texts = {
      "no-neff": [
        `Drop the NEFF this trace was captured with.${others ? ` The NEFF${others > 1 ? "s" : ""} above ${carry}.` : ""} ` +
          "Without it there are opcodes and operands, but no names, tensors or queues.",
        [choose("Choose a NEFF"), accept("Upload the trace anyway")],
      ],
      "no-ntff": [
        `Drop a trace of this program.${others ? ` The trace${others > 1 ? "s" : ""} here ${carry}.` : ""} ` +
          "Without one there are header, tensors and queues, but no timeline.",
        [choose("Choose an NTFF"), accept("Upload the NEFF anyway")],
      ],
      swapped: [
        "The file named .neff holds a trace, and the one named .ntff a program.",
        [button({ text: "Swap them", icon: "swap", act: () => this.acts.accept(this.pair) })],
      ],
      number: [
        "One of the two carries no id, so only the number in the names speaks for them.",
        [],
      ],
      unknown: ["One of the two carries no id, so nothing says whether they belong together.", []],
    };
    const found = texts[match];
    if (!found) return [];
    const text = make("div", { class: "pair__text" }, make("p", {}, found[0]));
    if (found[1].length > 0) text.append(make("div", { class: "pair__buttons" }, ...found[1]));
    return [text];
  }

  /**
   * Shows how far the job is.
   * @param {Job} job
   */
  follow(job) {
    const sent = sentOfEach(
      job.files.map((file) => file.size),
      job.progress.sent,
    );
    this.rows.forEach(({ state, remove, bar }, place) => {
      const size = job.files[place]?.size ?? 0;
      const own = sent[place] ?? 0;
      remove.hidden = job.state !== "failed" && job.state !== "cancelled";
      this.state(job, state, bar, size > 0 ? own / size : 1, place);
    });
    this.element.classList.toggle("pair--failed", job.state === "failed");
    this.tellFailure(job);
  }

  /**
   * @param {Job} job
   * @param {HTMLElement} place
   * @param {ReturnType<typeof progressBar>} bar
   * @param {number} share
   * @param {number} index
   */
  state(job, place, bar, share, index) {
    const isReceived = job.state === "received" || (job.state === "sending" && share >= 1);
    place.className = "pair__state";
    if (job.state === "failed") {
      place.classList.add("pair__state--err");
      place.replaceChildren("Not received");
    } else if (job.state === "cancelled") place.replaceChildren("Cancelled");
    else if (isReceived) {
      place.classList.add("pair__state--ok");
      place.replaceChildren(icon("check"), "Received");
    } else {
      const isNow = job.state === "sending" && (share > 0 || index === 0);
      const percent = `${Math.floor(share * 100)}${THIN}%`;
      const isLast = index === job.files.length - 1;
      const time =
        isLast && Number.isFinite(job.progress.left) ? ` · ${left(job.progress.left)}` : "";
      const text = isNow ? percent + time : "Waiting";
      bar.set(share, text);
      if (place.firstChild !== bar.element) place.replaceChildren(bar.element, make("span"));
      if (place.lastChild) place.lastChild.textContent = text;
    }
  }

  /** @param {Job} job */
  tellFailure(job) {
    this.note.hidden = job.state !== "failed";
    if (!job.error || job.state !== "failed" || this.note.childElementCount > 0) {
      if (job.state !== "failed") this.note.replaceChildren();
      return;
    }
    this.note.replaceChildren(...failure(job.error, () => this.acts.again(job)));
  }
}
