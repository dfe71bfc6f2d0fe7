/** The Upload Profile dialog: files in, cards, a name, one request a profile, what became of it. */

import { icon, one, setBar, toast, toastAfterLoad } from "../kit/dom.js";
import { fileSize, left, sizeOf, THIN } from "../kit/units.js";
import { Card } from "./cards.js";
import { listenForDrops } from "./drops.js";
import { ignoredNote, tellName, tellNote } from "./messages.js";
import { isReady, nameOf, pairUp } from "./pairing.js";
import { sniff, whyIgnored } from "./sniff.js";

/**
 * @typedef {import("./pairing.js").Item} Item
 * @typedef {import("./pairing.js").Pair} Pair
 * @typedef {import("./queue.js").Job} Job
 * @typedef {import("./queue.js").UploadQueue} UploadQueue
 */

const PATTERN = "{ntff}";
const NAME_LENGTH = 150;

export class UploadPanel {
  /**
   * @param {UploadQueue} queue
   * @param {{isListShown: boolean}} options without a list the page is loaded anew at the end
   */
  constructor(queue, options) {
    this.queue = queue;
    this.isListShown = options.isListShown;
    this.dialog = /** @type {HTMLDialogElement} */ (one("#upload"));
    this.nameField = /** @type {HTMLInputElement} */ (one("#upload-name"));
    this.sendButton = /** @type {HTMLButtonElement} */ (one("[data-send]", this.dialog));
    this.fileInput = /** @type {HTMLInputElement} */ (one("[data-file-input]", this.dialog));
    this.directoryInput = /** @type {HTMLInputElement} */ (
      one("[data-directory-input]", this.dialog)
    );
    this.tray = one("#tray");
    /** @type {Item[]} */
    this.items = [];
    /** @type {{name: string, why: string}[]} */
    this.ignored = [];
    /** @type {Pair[]} */
    this.pairs = [];
    /** @type {Set<string>} */
    this.accepted = new Set();
    /** @type {Map<string, Job>} */
    this.jobs = new Map();
    /** @type {Map<Job, Card>} */
    this.cards = new Map();
    this.isNamed = false;
    this.listen();
    this.show();
  }

  listen() {
    const on = (/** @type {string} */ selector, /** @type {() => void} */ act) =>
      one(selector, this.dialog).addEventListener("click", act);
    on("[data-choose]", () => this.fileInput.click());
    on("[data-directory]", () => this.directoryInput.click());
    on("[data-close]", () => this.dialog.close());
    on("[data-background]", () => this.dialog.close());
    on("[data-cancel]", () => this.queue.cancelAll());
    on("[data-send]", () => this.send());
    for (const input of [this.fileInput, this.directoryInput]) {
      input.addEventListener("change", () => {
        void this.add(Array.from(input.files ?? []));
        input.value = "";
      });
    }
    this.nameField.addEventListener("input", () => {
      this.isNamed = true;
      this.show();
    });
    one("[data-side]", this.dialog).addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.sendButton.disabled) this.send();
    });
    one("[data-tray-open]").addEventListener("click", () => this.open());
    this.dialog.addEventListener("close", () => this.showTray());
    this.queue.addEventListener("change", (event) =>
      this.moved(/** @type {CustomEvent} */ (event).detail),
    );
    this.queue.addEventListener("idle", () => this.idle());
    window.addEventListener("beforeunload", (event) => {
      if (this.queue.isBusy) event.preventDefault();
    });
    listenForDrops((files) => void this.add(files));
  }

  open() {
    if (!this.dialog.open) this.dialog.showModal();
    this.showTray();
  }

  chooseDirectory() {
    this.open();
    this.directoryInput.click();
  }

  /**
   * Takes files in, each once.
   * @param {File[]} files
   */
  async add(files) {
    if (files.length === 0) return;
    this.open();
    for (const file of files) {
      const isKnown = this.items.some(
        ({ file: { name, size, lastModified } }) =>
          name === file.name && size === file.size && lastModified === file.lastModified,
      );
      if (isKnown) continue;
      const sniffed = await sniff(file);
      if (sniffed.role) this.items.push({ file, sniffed });
      else this.ignored.push({ name: file.name, why: whyIgnored(file) });
    }
    this.show();
  }

  /** @param {Item} item */
  remove(item) {
    this.items = this.items.filter((other) => other !== item);
    this.show();
    one("[data-choose]", this.dialog).focus();
  }

  /** @param {Pair} pair */
  accept(pair) {
    this.accepted.add(pair.key);
    this.show();
    this.sendButton.focus();
  }

  /** The pairs that go when Upload is pressed. */
  get ready() {
    return this.pairs.filter((pair) => isReady(pair, this.accepted) && !this.isOnItsWay(pair));
  }

  /** @param {Pair} pair */
  isOnItsWay(pair) {
    const state = this.jobs.get(pair.key)?.state;
    return state !== undefined && state !== "cancelled";
  }

  get pattern() {
    return this.nameField.value.trim();
  }

  /** Draws everything but the progress. */
  show() {
    this.pairs = pairUp(this.items);
    const ready = this.ready;
    if (!this.isNamed) this.nameField.value = this.defaultName;
    this.showCards();
    this.showSummary(ready);
    const space = Number(this.dialog.dataset.free ?? "0");
    const most = Number(this.dialog.dataset.most ?? "0");
    const note = tellNote(ready, space, most);
    const nameProblem = tellName(this.dialog, this.pattern, ready);
    this.sendButton.disabled = ready.length === 0 || nameProblem || note !== null;
    this.sendButton.textContent =
      ready.length > 1 ? `Upload ${ready.length} profiles` : "Upload profile";
    if (note) one("[data-cards]", this.dialog).append(note);
    this.showProgress();
  }

  /** The pairs the name field speaks of: those that are ready, else the one that is next. */
  get named() {
    const { ready } = this;
    if (ready.length > 0) return ready;
    return this.pairs.filter((pair) => !this.isOnItsWay(pair)).slice(0, 1);
  }

  /** The pattern where there are several, else the name itself. */
  get defaultName() {
    const { named } = this;
    if (named.length > 1) return PATTERN;
    return named[0] ? [...nameOf(PATTERN, named[0])].slice(0, NAME_LENGTH).join("") : "";
  }

  showCards() {
    this.cards.clear();
    const acts = {
      remove: (/** @type {Item} */ item) => this.remove(item),
      accept: (/** @type {Pair} */ pair) => this.accept(pair),
      choose: () => this.fileInput.click(),
      again: (/** @type {Job} */ job) => this.queue.again(job),
    };
    const place = one("[data-cards]", this.dialog);
    const { named } = this;
    const elements = this.pairs.map((pair) => {
      const job = this.isOnItsWay(pair) ? this.jobs.get(pair.key) : undefined;
      const missing = pair.neff ? "ntff" : "neff";
      const isAccepted = this.accepted.has(pair.key);
      const facts = {
        isAccepted,
        others: this.items.filter((item) => item.sniffed.role === missing).length,
        job,
      };
      const pattern = named.includes(pair) ? this.pattern || PATTERN : PATTERN;
      const name = job ? job.order.name : nameOf(pattern, pair);
      const card = new Card(pair, name, facts, acts);
      if (job) this.cards.set(job, card);
      return card.element;
    });
    place.replaceChildren(...elements);
    if (this.ignored.length > 0) place.append(ignoredNote(this.ignored));
  }

  /** @param {Pair[]} ready */
  showSummary(ready) {
    const waits = this.pairs.filter((pair) => !isReady(pair, this.accepted)).length;
    const profiles = `${ready.length} profile${ready.length === 1 ? "" : "s"} ready`;
    const asks = `${waits} need${waits === 1 ? "s" : ""} a look`;
    const parts = [...(ready.length > 0 ? [profiles] : []), ...(waits > 0 ? [asks] : [])];
    one("[data-summary]", this.dialog).textContent = parts.join(", ");
    const total = this.items.reduce((sum, item) => sum + item.file.size, 0);
    one("[data-sizes]", this.dialog).textContent =
      this.items.length === 0
        ? ""
        : `${this.items.length} file${this.items.length === 1 ? "" : "s"} · ${fileSize(total)}`;
    one("[data-drop-title]", this.dialog).textContent =
      this.items.length === 0 ? "Drop files or a directory" : "Drop more files or a directory";
  }

  send() {
    for (const pair of this.ready) {
      const order = {
        name: nameOf(this.pattern, pair),
        neff: pair.neff?.file ?? null,
        ntffs: pair.ntffs.map((item) => item.file),
      };
      this.jobs.set(pair.key, this.queue.add(order));
    }
    this.show();
  }

  /** @param {Job} job */
  moved(job) {
    this.cards.get(job)?.follow(job);
    if (job.state === "received") this.received(job);
    if (job.state === "cancelled") {
      one("[data-live]", this.dialog).textContent = "Cancelled. Nothing was kept.";
      this.queue.forget(job);
    }
    this.showProgress();
    this.showTray();
  }

  /** @param {Job} job */
  received(job) {
    const text = `${job.receivedText}: ${job.order.name}`;
    one("[data-live]", this.dialog).textContent = text;
    if (this.isListShown) toast(text, "check");
    else toastAfterLoad(text);
  }

  /** Everything has been sent, failed or was cancelled. */
  idle() {
    const isAnyReceived = this.queue.jobs.some((job) => job.state === "received");
    for (const [key, job] of this.jobs) {
      if (job.state !== "received") continue;
      const sent = new Set(job.files);
      this.items = this.items.filter((item) => !sent.has(item.file));
      this.queue.forget(job);
      this.jobs.delete(key);
    }
    if (isAnyReceived && this.items.length === 0) {
      if (!this.isListShown) {
        window.location.assign("/profiles/");
        return;
      }
      this.isNamed = false;
      this.ignored = [];
      this.accepted.clear();
      this.dialog.close();
    }
    this.show();
    this.showTray();
  }

  /** The line at the bottom: how much of everything, how fast, how long still. */
  showProgress() {
    const isBusy = this.queue.isBusy;
    one("[data-cancel]", this.dialog).hidden = !isBusy;
    one("[data-background]", this.dialog).hidden = !isBusy;
    this.sendButton.hidden = isBusy && this.ready.length === 0;
    const place = one("[data-progress]", this.dialog);
    const note = one("[data-progress-note]", this.dialog);
    place.textContent = isBusy ? this.progressText() : "";
    note.textContent = isBusy ? "Goes on if you close this dialog. Keep the tab open." : "";
  }

  progressText() {
    const { sent, size, rate, left: seconds } = this.queue.total();
    const percent = `${Math.floor((sent * 100) / Math.max(size, 1))}${THIN}%`;
    const speed = rate > 0 ? ` · ${fileSize(rate)}/s · ${left(seconds)}` : "";
    return `${percent} · ${sizeOf(sent, size)}${speed}`;
  }

  /** The tray shows what goes on while the dialog is closed. */
  showTray() {
    const failed = this.queue.jobs.find((job) => job.state === "failed");
    this.tray.hidden = this.dialog.open || !(this.queue.isBusy || failed);
    if (this.tray.hidden) return;
    const now = this.queue.jobs.find((job) => job.state === "sending");
    const text = now
      ? `Uploading ${now.order.name}`
      : `${failed?.order.name ?? ""} was not received`;
    const { sent, size } = this.queue.total();
    one("[data-tray-text]").replaceChildren(...(now ? [] : [icon("warn"), " "]), text);
    setBar(one("[data-tray-bar]"), size > 0 ? sent / size : 0, this.progressText());
  }
}
