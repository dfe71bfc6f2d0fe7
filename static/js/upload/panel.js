/** The Upload Profile dialog: files in, cards, one request a profile, what became of it. */

import { icon, make, one, toast } from "../kit/dom.js";
import { ApiError } from "../kit/http.js";
import { fileSize, left, THIN } from "../kit/units.js";
import { pairUp } from "./pairing.js";
import { sendProfile } from "./send.js";
import { sniff } from "./sniff.js";

/** @typedef {import("./pairing.js").Item} Item */
/** @typedef {import("./pairing.js").Pair} Pair */

const NAME_LENGTH = 150;
const BADGES = /** @type {const} */ ({
  same: ["Same id inside", "badge--ok", "link"],
  number: ["Same number in the name, check", "badge--warn", "warn"],
  unknown: ["No ids inside, check", "badge--warn", "warn"],
  different: ["Different ids", "badge--warn", "warn"],
  "no-neff": ["No NEFF for this trace", "badge--warn", "warn"],
  "no-ntff": ["No trace for this NEFF", "badge--warn", "warn"],
});

export class UploadPanel {
  /** @param {() => void} changed told when a profile has been accepted */
  constructor(changed) {
    this.changed = changed;
    this.dialog = /** @type {HTMLDialogElement} */ (one("#upload"));
    this.nameField = /** @type {HTMLInputElement} */ (one("#upload-name"));
    this.sendButton = /** @type {HTMLButtonElement} */ (one("[data-send]", this.dialog));
    this.cancelButton = one("[data-cancel]", this.dialog);
    /** @type {Item[]} */
    this.items = [];
    /** @type {string[]} */
    this.ignored = [];
    /** @type {Pair[]} */
    this.pairs = [];
    /** @type {AbortController | null} */
    this.sending = null;
    this.isNamed = false;
    this.listen();
  }

  listen() {
    const input = /** @type {HTMLInputElement} */ (one("[data-file-input]", this.dialog));
    one("[data-choose]", this.dialog).addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      this.add(Array.from(input.files ?? []));
      input.value = "";
    });
    this.nameField.addEventListener("input", () => {
      this.isNamed = this.nameField.value !== "";
      this.showName();
    });
    this.sendButton.addEventListener("click", () => this.send());
    this.cancelButton.addEventListener("click", () => this.sending?.abort());
    window.addEventListener("beforeunload", (event) => {
      if (this.sending) event.preventDefault();
    });
    this.listenForDrops();
  }

  listenForDrops() {
    let depth = 0;
    const isFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files");
    document.addEventListener("dragenter", (event) => {
      if (isFiles(event)) document.body.classList.toggle("dropping", ++depth > 0);
    });
    document.addEventListener("dragleave", (event) => {
      if (isFiles(event)) document.body.classList.toggle("dropping", --depth > 0);
    });
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      depth = 0;
      document.body.classList.remove("dropping");
      const files = Array.from(event.dataTransfer?.files ?? []);
      if (files.length > 0) this.add(files);
    });
  }

  open() {
    if (!this.dialog.open) this.dialog.showModal();
    this.show();
  }

  /** @param {File[]} files */
  async add(files) {
    this.open();
    if (this.sending) return;
    for (const file of files) {
      const isKnown = this.items.some(
        (item) => item.file.name === file.name && item.file.size === file.size,
      );
      if (isKnown) continue;
      const sniffed = await sniff(file);
      if (sniffed.role) this.items.push({ file, sniffed });
      else this.ignored.push(file.size === 0 ? `${file.name}, empty` : file.name);
    }
    this.show();
  }

  /** @param {Item} item */
  remove(item) {
    this.items = this.items.filter((other) => other !== item);
    this.show();
  }

  show() {
    this.pairs = pairUp(this.items);
    const cards = one("[data-cards]", this.dialog);
    cards.replaceChildren(...this.pairs.map((pair) => this.card(pair)));
    if (this.ignored.length > 0) {
      const text = `Ignored: ${this.ignored.join(", ")}. Not a NEFF or NTFF by its first bytes.`;
      cards.append(make("p", { class: "quiet small" }, text));
    }
    const total = this.items.reduce((sum, item) => sum + item.file.size, 0);
    one("[data-summary]", this.dialog).textContent =
      this.items.length === 0
        ? ""
        : `${this.pairs.length} profile${this.pairs.length === 1 ? "" : "s"} · ` +
          `${this.items.length} file${this.items.length === 1 ? "" : "s"} · ${fileSize(total)}`;
    if (!this.isNamed) this.nameField.value = this.pairs[0]?.name ?? "";
    this.showName();
  }

  showName() {
    const many = this.pairs.length > 1;
    const length = this.nameField.value.trim().length;
    one("[data-name-count]", this.dialog).textContent = `${length} of ${NAME_LENGTH}`;
    one("[data-name-hint]", this.dialog).textContent = many
      ? "Several profiles: each is named after its own trace."
      : "";
    this.nameField.disabled = many;
    const problem = !many && this.pairs.length === 1 && length === 0 ? "A name is needed." : "";
    one("[data-name-error]", this.dialog).textContent = problem;
    this.nameField.setAttribute("aria-invalid", String(problem !== ""));
    this.sendButton.disabled = this.pairs.length === 0 || problem !== "" || this.sending !== null;
    this.sendButton.textContent =
      this.pairs.length > 1 ? `Upload ${this.pairs.length} profiles` : "Upload";
  }

  /**
   * @param {Pair} pair
   * @returns {HTMLElement}
   */
  card(pair) {
    const [text, kind, sign] = BADGES[pair.match];
    const warns = kind === "badge--warn";
    const id = pair.neff?.sniffed.neffId || pair.ntffs[0]?.sniffed.executions[0] || "";
    const head = make("div", { class: "pair__head" });
    const badge = make("span", { class: `badge ${kind}` });
    badge.append(icon(sign), text);
    const short = id ? `${id.slice(0, 8)}…${id.slice(-4)}` : "";
    head.append(badge, make("span", { class: "pair__name" }, pair.name), make("code", {}, short));
    const card = make("section", { class: `pair${warns ? " pair--warn" : ""}` }, head);
    for (const item of [pair.neff, ...pair.ntffs]) if (item) card.append(this.fileRow(item));
    const advice = {
      "no-neff": "Names, tensors and static DMA detail will be missing. Drop its NEFF to add them.",
      "no-ntff": "Header, tensors and queues only: there is no timeline without a trace.",
    };
    const more = pair.match === "no-neff" || pair.match === "no-ntff" ? advice[pair.match] : "";
    if (more) card.append(make("p", { class: "pair__text" }, more));
    return card;
  }

  /**
   * @param {Item} item
   * @returns {HTMLElement}
   */
  fileRow(item) {
    const role = item.sniffed.role ?? "";
    const close = make("button", {
      class: "button button--quiet button--icon",
      type: "button",
      "aria-label": `Remove ${item.file.name}`,
    });
    close.append(icon("close"));
    close.addEventListener("click", () => this.remove(item));
    const state = make(
      "span",
      { class: "quiet small", "data-file-state": item.file.name },
      "Waiting",
    );
    const row = make("div", { class: "pair__file" });
    row.append(
      icon("file"),
      make("span", { class: `role role--${role}` }, role.toUpperCase()),
      make("code", {}, item.file.name),
      make("span", {}, fileSize(item.file.size)),
      state,
      close,
    );
    return row;
  }

  async send() {
    const waiting = [...this.pairs];
    this.sending = new AbortController();
    this.cancelButton.hidden = false;
    this.showName();
    const isOne = waiting.length === 1;
    for (const pair of waiting) {
      const name = isOne ? this.nameField.value.trim() : pair.name;
      const isSent = await this.sendOne(pair, name, this.sending.signal);
      if (!isSent) break;
    }
    this.sending = null;
    this.cancelButton.hidden = true;
    this.show();
    if (this.items.length === 0) {
      this.isNamed = false;
      this.dialog.close();
    }
  }

  /**
   * @param {Pair} pair
   * @param {string} name
   * @param {AbortSignal} signal
   * @returns {Promise<boolean>} whether the server has it
   */
  async sendOne(pair, name, signal) {
    const files = [pair.neff, ...pair.ntffs].flatMap((item) => (item ? [item] : []));
    const total = one("[data-total]", this.dialog);
    try {
      await sendProfile(
        { name, neff: pair.neff?.file ?? null, ntffs: pair.ntffs.map((item) => item.file) },
        signal,
        (progress) => this.tell(files, progress, total),
      );
    } catch (error) {
      total.textContent = "";
      this.fail(error);
      return false;
    }
    const kinds = [pair.neff ? "NEFF" : "", pair.ntffs.length > 0 ? "NTFF" : ""].filter(Boolean);
    const text = `${kinds.join(" and ")} uploaded`;
    total.textContent = text;
    toast(`${text}: ${name}`);
    this.items = this.items.filter((item) => !files.includes(item));
    this.changed();
    return true;
  }

  /**
   * @param {Item[]} files in the order in which they are sent
   * @param {import("./send.js").Progress} progress
   * @param {HTMLElement} total
   */
  tell(files, progress, total) {
    const percent = Math.floor((progress.sent * 100) / Math.max(progress.total, 1));
    const rate =
      progress.rate > 0 ? ` · ${fileSize(progress.rate)}/s · ${left(progress.left)}` : "";
    total.textContent = `${percent}${THIN}% · ${fileSize(progress.sent)} of ${fileSize(progress.total)}${rate}`;
    let before = 0;
    for (const { file } of files) {
      const sent = Math.min(Math.max(progress.sent - before, 0), file.size);
      before += file.size;
      const state = this.dialog.querySelector(`[data-file-state="${CSS.escape(file.name)}"]`);
      if (!state) continue;
      const share = file.size > 0 ? Math.floor((sent * 100) / file.size) : 100;
      state.textContent = share >= 100 ? "Received" : sent > 0 ? `${share}${THIN}%` : "Waiting";
    }
  }

  /** @param {unknown} error */
  fail(error) {
    const place = one("[data-total]", this.dialog);
    if (error instanceof DOMException && error.name === "AbortError") {
      place.textContent = "Cancelled. Nothing was kept.";
      return;
    }
    const told = error instanceof ApiError ? error : new ApiError("", String(error), "", "");
    const text = make("span", { class: "field-error", role: "alert" });
    text.textContent = `${told.title}. ${told.message} ${told.hint} (${told.code})`;
    place.replaceChildren(text);
    if (told.code === "pair.swapped") toast("The two files are swapped; drop them again.");
  }
}
