/** What the upload dialog says about files, space and names. */

import { icon, make, one } from "../kit/dom.js";
import { fileSize } from "../kit/units.js";
import { nameLength, nameOf } from "./pairing.js";

/** @typedef {import("./pairing.js").Pair} Pair */

/**
 * What was dropped and is no part of a profile, with the reason on demand.
 * @param {{name: string, why: string}[]} ignored
 * @returns {HTMLElement}
 */
export function ignoredNote(ignored) {
  const first = ignored[0]?.name ?? "";
  const more = ignored.length > 1 ? ` and ${ignored.length - 1} more` : "";
  const summary = make("summary", {}, "Ignored: ", make("code", {}, first), `${more}. Show why`);
  const lines = ignored.map(({ name, why }) => make("li", {}, make("code", {}, name), ` · ${why}`));
  return make(
    "div",
    { class: "upload__ignored" },
    icon("info"),
    make("details", {}, summary, make("ul", {}, ...lines)),
  );
}

/**
 * What stops an upload before its first byte: no space, a file beyond the limit. Null if nothing.
 * @param {Pair[]} ready
 * @param {number} freeBytes
 * @param {number} mostBytes limit of one file
 * @returns {HTMLElement | null}
 */
export function tellNote(ready, freeBytes, mostBytes) {
  const files = ready.flatMap((pair) => [...(pair.neff ? [pair.neff] : []), ...pair.ntffs]);
  const large = files.find((item) => item.file.size > mostBytes);
  if (large) {
    const size = `${fileSize(large.file.size)} of at most ${fileSize(mostBytes)}.`;
    return errorNote(
      `${large.file.name} is larger than this server takes`,
      size,
      "upload.too_large",
    );
  }
  const needed = files.reduce((sum, item) => sum + item.file.size, 0);
  if (needed > freeBytes) {
    const sizes = `${fileSize(needed)} needed, ${fileSize(freeBytes)} free.`;
    return errorNote("Not enough space", sizes, "upload.no_space");
  }
  return null;
}

/**
 * @param {string} title
 * @param {string} detail
 * @param {string} code
 * @returns {HTMLElement}
 */
function errorNote(title, detail, code) {
  const text = make("div", {}, make("strong", {}, title), ` ${detail} `, make("code", {}, code));
  return make("div", { class: "note note--err", role: "alert" }, icon("FAILED"), text);
}

/**
 * Label, hint, counter and error of the name field.
 * @param {HTMLElement} dialog
 * @param {string} pattern
 * @param {Pair[]} ready
 * @returns {boolean} whether the name stands in the way
 */
export function tellName(dialog, pattern, ready) {
  const most = Number(dialog.dataset.nameLength ?? "150");
  const isMany = ready.length > 1;
  const names = ready.map((pair) => nameOf(pattern, pair));
  const longest = Math.max(0, ...(names.length > 0 ? names : [pattern]).map(nameLength));
  const label = isMany ? `Name for ${ready.length} profiles` : "Name";
  const places = isMany ? "{neff} and {ntff} become the files’ names. " : "";
  one("[data-name-label]", dialog).textContent = label;
  one("[data-name-hint]", dialog).textContent = `${places}${longest} of ${most} characters`;
  let problem = "";
  if (ready.length > 0 && pattern === "") problem = "A name is needed.";
  else if (longest > most) problem = `${longest - most} characters too many.`;
  else if (isMany && new Set(names).size < names.length) {
    problem = "Some of the profiles get the same name.";
  }
  one("[data-name-error]", dialog).textContent = problem;
  one("#upload-name", dialog).setAttribute("aria-invalid", String(problem !== ""));
  return problem !== "";
}
