/** The language of a search, and the fields of this run, in a small window. */

import { make, one } from "../../../kit/dom.js";

/** @typedef {import("./server.js").Field} Field */

const EXAMPLES = /** @type {const} */ ([
  ["matmul", "in any name or label"],
  ['"dynamic dma"', "text with spaces"],
  ["/^ACT.*EXP$/", "a regular expression"],
  ["engine:vector", "a field that holds a text"],
  ["opcode=MATMUL", "a field that is just this"],
  ["duration>2us", "numbers with units"],
  ["-layer:attention", "what is not wanted"],
]);

/**
 * How a field is offered: what to type, and its units.
 * @param {Field} field
 * @returns {{typed: string, names: string, words: string}}
 */
export function offer({ name, aliases, measures, units, description }) {
  const short = aliases[0] ?? name;
  const isNumber = measures !== "text" && measures !== "truth";
  const unit = units ? ` (${units})` : "";
  const names = [short, ...[name, ...aliases].filter((other) => other !== short)];
  return {
    typed: `${short}${isNumber ? ">" : ":"}`,
    names: [...new Set(names)].join(", "),
    words: `${description}${unit}`,
  };
}

/**
 * Fields whose names or words hold a text; those with a short name come first.
 * @param {Field[]} fields
 * @param {string} text
 * @returns {Field[]}
 */
export function offered(fields, text) {
  const wanted = text.trim().toLowerCase();
  const found = fields.filter(({ name, aliases, description }) =>
    [name, ...aliases, description].some((word) => word.toLowerCase().includes(wanted)),
  );
  return found.sort((a, b) => Number(b.aliases.length > 0) - Number(a.aliases.length > 0));
}

/**
 * Fills the window when it is first opened.
 * @param {HTMLElement} host
 * @param {() => Promise<{columns: Field[]}>} load
 * @param {(typed: string, isWhole: boolean) => void} take puts something into the field
 */
export function listenToHelp(host, load, take) {
  const window = one("#find-help", host);
  const list = one("[data-find-fields]", window);
  const filter = /** @type {HTMLInputElement} */ (one("[data-find-filter]", window));
  /** @type {Field[]} */
  let fields = [];
  const show = () => list.replaceChildren(...offered(fields, filter.value).map(fieldItem));
  one("[data-find-examples]", window).replaceChildren(
    ...EXAMPLES.map(([typed, words]) => item(typed, typed, words, { "data-example": typed })),
  );
  filter.addEventListener("input", show);
  window.addEventListener("beforetoggle", async (event) => {
    if (/** @type {ToggleEvent} */ (event).newState !== "open" || fields.length > 0) return;
    try {
      fields = (await load()).columns;
      show();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      list.replaceChildren(make("li", { class: "field-error" }, text));
    }
  });
  window.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement} */ (event.target).closest("button[data-typed]");
    if (!(button instanceof HTMLElement)) return;
    window.hidePopover();
    take(button.dataset.typed ?? "", button.dataset.example !== undefined);
  });
}

/** @param {Field} field */
function fieldItem(field) {
  const { typed, names, words } = offer(field);
  return item(typed, names, words);
}

/**
 * @param {string} typed
 * @param {string} names
 * @param {string} words
 * @param {Record<string, string>} [more]
 */
function item(typed, names, words, more = {}) {
  const button = make("button", { type: "button", "data-typed": typed, ...more });
  button.append(make("code", {}, names), make("span", { class: "quiet" }, words));
  return make("li", {}, button);
}
