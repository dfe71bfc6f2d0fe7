/** What the upload dialog says about files, space and names. */

import { button, icon, make, one } from "../kit/dom.js";
import { fileSize } from "../kit/units.js";
import { nameLength } from "./pairing.js";

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
 * @param {File[]} files
 * @param {number} freeBytes
 * @param {number} mostBytes limit of one file
 * @returns {HTMLElement | null}
 */
export function tellNote(files, freeBytes, mostBytes) {
  const large = files.find((file) => file.size > mostBytes);
  if (large) {
    const size = `${fileSize(large.size)} of at most ${fileSize(mostBytes)}.`;
    return errorNote(`${large.name} is larger than this server takes`, size, "upload.too_large");
  }
  const needed = files.reduce((sum, file) => sum + file.size, 0);
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
 * Why something was not received, and a button to send it again.
 * @param {import("../kit/http.js").ApiError} error
 * @param {() => void} again
 * @returns {HTMLElement[]}
 */
export function failure({ title, message, hint, code }, again) {
  const detail = message === `${title}.` ? "" : message;
  const strong = make("strong", { class: "field-error" }, title);
  const text = make("p", {}, strong, ` ${detail} ${hint} `);
  if (code) text.append(make("code", { class: "quiet" }, code));
  const retry = button({ text: "Try again", icon: "again", act: again });
  return [text, make("div", { class: "pair__buttons" }, retry)];
}

/**
 * Label, hint, counter and error of the name field.
 * @param {HTMLElement} dialog
 * @param {string} pattern
 * @param {string[]} names of the profiles that go when Upload is pressed
 * @returns {boolean} whether the name stands in the way
 */
export function tellName(dialog, pattern, names) {
  const most = Number(dialog.dataset.nameLength ?? "150");
  const isMany = names.length > 1;
  const longest = Math.max(0, ...(names.length > 0 ? names : [pattern]).map(nameLength));
  const label = isMany ? `Name for ${names.length} profiles` : "Name";
  const places = isMany ? "{neff} and {ntff} become the files’ names. " : "";
  one("[data-name-label]", dialog).textContent = label;
  one("[data-name-hint]", dialog).textContent = `${places}${longest} of ${most} characters`;
  let problem = "";
  if (names.length > 0 && pattern === "") problem = "A name is needed.";
  else if (longest > most) problem = `${longest - most} characters too many.`;
  else if (isMany && new Set(names).size < names.length) {
    problem = "Some of the profiles get the same name.";
  }
  one("[data-name-error]", dialog).textContent = problem;
  one("#upload-name", dialog).setAttribute("aria-invalid", String(problem !== ""));
  return problem !== "";
}

/**
 * The switch between files and a directory, and what the drop zone asks for.
 * @param {HTMLElement} dialog
 * @param {"files" | "directory"} mode
 * @param {boolean} isHeld a directory has been given
 * @param {boolean} isMore files have been given
 */
export function tellMode(dialog, mode, isHeld, isMore) {
  const isFiles = mode === "files";
  for (const other of ["files", "directory"]) {
    const isOn = String(other === mode);
    one(`[data-mode="${other}"]`, dialog).setAttribute("aria-pressed", isOn);
  }
  one("[data-drop]", dialog).hidden = !isFiles && isHeld;
  one("[data-drop-summary]", dialog).hidden = !isFiles;
  one("#upload-title", dialog).textContent = isFiles
    ? "Upload Profile"
    : "Upload a capture directory";
  one("[data-drop-title]", dialog).textContent = isFiles
    ? `Drop ${isMore ? "more " : ""}files or a directory`
    : "Drop a capture directory, a folder of tables, or an archive";
  one("[data-drop-kinds]", dialog).textContent = isFiles
    ? "NEFF and NTFF, any number, any order; JSON of the official tool"
    : ".tar, .tar.gz, .tar.zst, .zip";
  one("[data-choose]", dialog).textContent = isFiles ? "Choose files" : "Choose an archive";
}
