/** Files dropped anywhere on the page, folders walked through with the place of every file. */

import { toast } from "../kit/dom.js";
import { MOST_FILES } from "./capture.js";

/** @typedef {import("./capture.js").Given} Given */

/**
 * Calls back with the files of every drop.
 * @param {(given: Given[]) => void} took
 */
export function listenForDrops(took) {
  let depth = 0;
  const show = (/** @type {number} */ change) => {
    depth = Math.max(0, depth + change);
    document.body.classList.toggle("dropping", depth > 0);
  };
  const isFiles = (/** @type {DragEvent} */ event) =>
    event.dataTransfer?.types.includes("Files") ?? false;
  document.addEventListener("dragenter", (event) => isFiles(event) && show(1));
  document.addEventListener("dragleave", (event) => isFiles(event) && show(-1));
  document.addEventListener("dragover", (event) => {
    if (isFiles(event)) event.preventDefault();
  });
  document.addEventListener("drop", async (event) => {
    if (!isFiles(event)) return;
    event.preventDefault();
    show(-depth);
    try {
      took(await filesOf(/** @type {DataTransfer} */ (event.dataTransfer)));
    } catch {
      toast("Something dropped could not be read. Was it moved?", "warn");
    }
  });
}

/**
 * Files of a field, with their place where a directory was chosen.
 * @param {HTMLInputElement} input
 * @returns {Given[]}
 */
export function filesOfField(input) {
  const files = Array.from(input.files ?? []);
  return files.map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/**
 * All files of a drop, those inside folders too.
 * @param {DataTransfer} dropped
 * @returns {Promise<Given[]>}
 */
async function filesOf(dropped) {
  // The list is only valid during the event: everything is taken out of it before the first wait.
  const plain = Array.from(dropped.files, (file) => ({ path: file.name, file }));
  const entries = Array.from(dropped.items).flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  if (!entries.some((entry) => entry.isDirectory)) return plain;
  /** @type {Given[]} */
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return found;
}

/**
 * Stops at one file more than a capture may hold, which says that there are too many.
 * @param {FileSystemEntry} entry
 * @param {Given[]} found
 */
export async function walk(entry, found) {
  if (found.length > MOST_FILES) return;
  if (entry.isFile) {
    const one = /** @type {FileSystemFileEntry} */ (entry);
    /** @type {File} */
    const file = await new Promise((resolve, reject) => one.file(resolve, reject));
    found.push({ path: entry.fullPath.replace(/^\//, ""), file });
    return;
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  // A reader hands out at most a hundred entries at a time, and an empty list at the end.
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const one of some) await walk(one, found);
  }
}
