/** The Upload Profile dialog: files in, cards, a name, one request a profile, what became of it. */

import { one, toast, toastAfterLoad } from "../kit/dom.js";
import { fileSize } from "../kit/units.js";
import { isCapture, MOST_FILES, readCapture, whyNot } from "./capture.js";
import { Card } from "./cards.js";
import { DirectoryPane, directoryOf } from "./directory-pane.js";
import { filesOfField, listenForDrops } from "./drops.js";
import { ignoredNote, tellMode, tellName, tellNote } from "./messages.js";
import { isReady, itemsOf, nameOf, pairUp } from "./pairing.js";
import { sniff, whyIgnored } from "./sniff.js";
import { progressText, showTray } from "./tray.js";

/**
 * @typedef {import("./pairing.js").Item} Item
 * @typedef {import("./pairing.js").Pair} Pair
 * @typedef {import("./queue.js").Job} Job
 * @typedef {import("./queue.js").UploadQueue} UploadQueue
 * @typedef {import("./capture.js").Capture} Capture
 * @typedef {import("./capture.js").Given} Given
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
    /** @type {"files" | "directory"} */
    this.mode = "files";
    /** @type {Capture | null} */
    this.capture = null;
    /** @type {DirectoryPane | null} */
    this.pane = null;
    /** @type {Job | null} */
    this.captureJob = null;
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
    on("[data-mode='files']", () => this.turnTo("files"));
    on("[data-mode='directory']", () => this.turnTo("directory"));
    for (const input of [this.fileInput, this.directoryInput]) {
      input.addEventListener("change", () => {
        void this.take(filesOfField(input), input === this.directoryInput);
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
    this.dialog.addEventListener("close", () => showTray(this.queue, this.dialog.open));
    this.queue.addEventListener("change", (event) =>
      this.moved(/** @type {CustomEvent} */ (event).detail),
    );
    this.queue.addEventListener("idle", () => this.idle());
    window.addEventListener("beforeunload", (event) => {
      if (this.queue.isBusy) event.preventDefault();
    });
    listenForDrops((given) => void this.take(given, false));
  }

  open() {
    if (!this.dialog.open) this.dialog.showModal();
    showTray(this.queue, this.dialog.open);
  }

  chooseDirectory() {
    this.open();
    this.directoryInput.click();
  }

  /**
   * Takes files in: those of a capture as a whole, others as pairs.
   * @param {Given[]} given
   * @param {boolean} isDirectory chosen as one
   */
  async take(given, isDirectory) {
    if (given.length === 0) return;
    if (!isDirectory && !isCapture(given) && given.length <= MOST_FILES) {
      this.turnTo("files");
      await this.add(given.map(({ file }) => file));
      return;
    }
    this.open();
    if (this.captureJob?.isOnItsWay) return;
    this.forgetCapture();
    // Before the files are looked at: a name that is typed meanwhile stays.
    this.turnTo("directory");
    this.capture = await readCapture(given);
    this.show();
  }

  /** @param {"files" | "directory"} mode */
  turnTo(mode) {
    const isNew = mode !== this.mode;
    this.mode = mode;
    if (isNew) this.isNamed = false;
    // Files of a directory can be sent as pairs as well; those on their way stay where they are.
    if (isNew && mode === "files" && this.capture && !this.captureJob) {
      void this.add(this.capture.found.map(({ file }) => file));
    }
    this.pane = null;
    this.show();
  }

  forgetCapture() {
    if (this.captureJob) this.queue.forget(this.captureJob);
    this.capture = null;
    this.captureJob = null;
    this.pane = null;
    this.isNamed = false;
    this.show();
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
      if (sniffed.role && sniffed.role !== "parquet") this.items.push({ file, sniffed });
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

  /** The files that go when Upload is pressed, and the names of what they become. */
  get outgoing() {
    if (this.mode === "files") {
      const pairs = this.ready;
      const items = pairs.flatMap(itemsOf);
      const names = pairs.map((pair) => nameOf(this.pattern, pair));
      return { names, files: items.map((item) => item.file) };
    }
    if (!this.capture || this.captureJob || whyNot(this.capture)) return { names: [], files: [] };
    return { names: [this.pattern], files: directoryOf(this.capture).files };
  }

  /** Draws everything but the progress. */
  show() {
    this.pairs = pairUp(this.items);
    if (!this.isNamed) this.nameField.value = this.defaultName;
    tellMode(this.dialog, this.mode, this.capture !== null, this.items.length > 0);
    if (this.mode === "files") {
      this.showCards();
      this.showSummary(this.ready);
    } else this.showDirectory();
    const { names, files } = this.outgoing;
    const space = Number(this.dialog.dataset.free ?? "0");
    const most = Number(this.dialog.dataset.most ?? "0");
    const note = tellNote(files, space, this.capture?.archive ? space : most);
    const nameProblem = tellName(this.dialog, this.pattern, names);
    this.sendButton.disabled = names.length === 0 || nameProblem || note !== null;
    this.sendButton.textContent =
      names.length > 1 ? `Upload ${names.length} profiles` : "Upload profile";
    if (note) one("[data-cards]", this.dialog).append(note);
    this.showProgress();
  }

  showDirectory() {
    const place = one("[data-cards]", this.dialog);
    if (!this.capture) {
      place.replaceChildren();
      return;
    }
    const acts = {
      remove: () => this.forgetCapture(),
      again: (/** @type {Job} */ job) => this.queue.again(job),
    };
    this.pane ??= new DirectoryPane(this.capture, acts);
    if (this.captureJob) this.pane.follow(this.captureJob);
    place.replaceChildren(this.pane.element);
  }

  /** The pairs the name field speaks of: those that are ready, else the one that is next. */
  get named() {
    const { ready } = this;
    if (ready.length > 0) return ready;
    return this.pairs.filter((pair) => !this.isOnItsWay(pair)).slice(0, 1);
  }

  /** The pattern where there are several, else the name itself. */
  get defaultName() {
    if (this.mode === "directory") {
      return [...(this.capture?.name ?? "")].slice(0, NAME_LENGTH).join("");
    }
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
  }

  send() {
    if (this.mode === "directory" && this.capture) {
      const directory = directoryOf(this.capture);
      const order = { name: this.pattern, neff: null, ntffs: [], directory };
      this.captureJob = this.queue.add(order);
      this.show();
      return;
    }
    for (const pair of this.ready) {
      const order = {
        name: nameOf(this.pattern, pair),
        neff: pair.neff?.file ?? null,
        ntffs: pair.ntffs.map((item) => item.file),
        result: pair.result?.file,
      };
      this.jobs.set(pair.key, this.queue.add(order));
    }
    this.show();
  }

  /** @param {Job} job */
  moved(job) {
    this.cards.get(job)?.follow(job);
    if (job === this.captureJob) this.pane?.follow(job);
    if (job.state === "received") this.received(job);
    if (job.state === "cancelled") {
      one("[data-live]", this.dialog).textContent = "Cancelled. Nothing was kept.";
      this.queue.forget(job);
      if (job === this.captureJob) this.captureJob = null;
    }
    this.showProgress();
    showTray(this.queue, this.dialog.open);
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
    if (this.captureJob?.state === "received") this.forgetCapture();
    if (isAnyReceived && this.items.length === 0 && !this.capture) {
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
    showTray(this.queue, this.dialog.open);
  }

  /** The line at the bottom: how much of everything, how fast, how long still. */
  showProgress() {
    const isBusy = this.queue.isBusy;
    one("[data-cancel]", this.dialog).hidden = !isBusy;
    one("[data-background]", this.dialog).hidden = !isBusy;
    this.sendButton.hidden = isBusy && this.outgoing.names.length === 0;
    const place = one("[data-progress]", this.dialog);
    const note = one("[data-progress-note]", this.dialog);
    place.textContent = isBusy ? progressText(this.queue) : "";
    note.textContent = isBusy ? "Goes on if you close this dialog. Keep the tab open." : "";
  }
}
