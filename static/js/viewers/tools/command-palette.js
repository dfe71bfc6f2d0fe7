/** Go to anything by its name: commands, tools, tabs and rows of the profile. */

import { make, one } from "../../kit/dom.js";
import { parseRange } from "../../kit/units.js";
import { listedKeys } from "../../timeline/keys.js";
import { act } from "../timeline-actions.js";

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("./toolbox.js").Tool} Tool */
/** @typedef {import("./toolbox.js").Command} Command */

const MOST_SHOWN = 50;

/**
 * Commands that hold all the words typed; those that begin with the first word come first.
 * @param {Command[]} commands
 * @param {string} text
 * @returns {Command[]}
 */
export function matching(commands, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const named = commands.map((command) => ({ command, name: command.name.toLowerCase() }));
  const found = named.filter(({ name }) => words.every((word) => name.includes(word)));
  const first = words[0] ?? "";
  const isEarly = (/** @type {{name: string}} */ { name }) => (name.startsWith(first) ? 0 : 1);
  found.sort((a, b) => isEarly(a) - isEarly(b));
  return found.slice(0, MOST_SHOWN).map(({ command }) => command);
}

/**
 * Everything there is to do here.
 * @param {TimelineViewer} viewer
 * @returns {Command[]}
 */
function commandsOf(viewer) {
  const own = listedKeys().map(({ action, name, shown }) => ({
    ...{ name, shown },
    run: () => act(viewer, action),
  }));
  const tabs = [...document.querySelectorAll(".tabs a[href]")].map((link) => ({
    name: `Open ${link.textContent?.trim() ?? ""}`,
    run: () => /** @type {HTMLAnchorElement} */ (link).click(),
  }));
  const rows = viewer.document.groups
    .filter(({ rows }) => rows > 0)
    .map(({ id, title, subtitle }) => ({
      name: `Go to ${[title, subtitle].filter(Boolean).join(" · ")}`,
      run: () => showGroup(viewer, id),
    }));
  return [...own, ...viewer.toolbox.commands, ...tabs, ...rows];
}

/**
 * Scrolls to the head of a group.
 * @param {TimelineViewer} viewer
 * @param {string} id
 */
function showGroup(viewer, id) {
  const row = viewer.frame?.rows.find(({ group }) => group.id === id);
  if (row) viewer.scroll.scrollTop = row.y;
  viewer.stage.focus();
}

export class CommandPalette {
  /** @param {TimelineViewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.dialog = /** @type {HTMLDialogElement} */ (one("[data-palette]", viewer.host));
    this.field = /** @type {HTMLInputElement} */ (one("[data-palette-field]", this.dialog));
    this.list = one("[data-palette-list]", this.dialog);
    /** @type {Command[]} */
    this.shown = [];
    this.at = 0;
    this.field.addEventListener("input", () => this.show());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("click", (event) => {
      const item = /** @type {HTMLElement} */ (event.target).closest("[data-place]");
      if (item instanceof HTMLElement) this.run(Number(item.dataset.place));
    });
  }

  open() {
    if (this.dialog.open) return;
    this.field.value = "";
    this.show();
    this.dialog.showModal();
    this.field.focus();
  }

  show() {
    const text = this.field.value;
    const range = parseRange(text);
    const { viewer } = this;
    const there = range && {
      name: `Go to ${text.trim()}`,
      run: () => viewer.glideTo({ start: range[0], end: range[1] }),
    };
    this.shown = [...(there ? [there] : []), ...matching(commandsOf(viewer), text)];
    this.shown = this.shown.filter(({ isOff }) => !isOff);
    this.at = 0;
    this.fill();
  }

  fill() {
    const items = this.shown.map(({ name, shown }, place) => {
      const item = make("li", {
        role: "option",
        id: `palette-${place}`,
        "data-place": String(place),
        "aria-selected": String(place === this.at),
      });
      item.append(make("span", {}, name));
      if (shown) item.append(make("kbd", {}, shown));
      return item;
    });
    const none = make("li", { class: "quiet", role: "none" }, "Nothing goes by that name.");
    this.list.replaceChildren(...(items.length > 0 ? items : [none]));
    const active = items[this.at];
    if (active) this.field.setAttribute("aria-activedescendant", active.id);
    else this.field.removeAttribute("aria-activedescendant");
    active?.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const count = this.shown.length;
    if (step && count > 0) {
      event.preventDefault();
      this.at = (this.at + step + count) % count;
      this.fill();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.run(this.at);
    }
  }

  /** @param {number} place */
  run(place) {
    const command = this.shown[place];
    if (!command) return;
    this.dialog.close();
    this.viewer.stage.focus();
    command.run();
  }
}

/**
 * @param {TimelineViewer} viewer
 * @returns {Tool}
 */
export function commandPalette(viewer) {
  const palette = new CommandPalette(viewer);
  const open = () => palette.open();
  return {
    name: "command-palette",
    keys: [{ key: "k", isCtrl: true, shown: "Ctrl K", does: "go to anything by name", run: open }],
  };
}
