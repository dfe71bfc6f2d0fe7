/** What can be done to a profile, each asked for where it needs asking. */

import { one, toast } from "../kit/dom.js";
import { ApiError, request } from "../kit/http.js";

/** @typedef {{id: string, name: string, size: string, status: string}} Row */

/**
 * Shows a dialog and gives what it was closed with.
 * @param {HTMLDialogElement} dialog
 * @returns {Promise<string>}
 */
function asked(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}

/** @param {unknown} error */
function tell(error) {
  toast(error instanceof ApiError ? `${error.title}. ${error.hint}` : String(error));
}

/**
 * Asks, naming what goes, then deletes.
 * @param {Row} row
 * @returns {Promise<boolean>}
 */
export async function deleteProfile(row) {
  const dialog = /** @type {HTMLDialogElement} */ (one("#confirm"));
  one("h2", dialog).textContent = `Delete “${row.name}”?`;
  one("[data-text]", dialog).textContent =
    `Its uploaded files (${row.size}), all tables and links to it go with it. ` +
    "This cannot be undone.";
  one("[data-yes]", dialog).textContent = "Delete profile";
  if ((await asked(dialog)) !== "yes") return false;
  try {
    await request(`/api/v1/profiles/${row.id}/`, { method: "DELETE" });
    toast(`Deleted ${row.name}`);
    return true;
  } catch (error) {
    tell(error);
    return false;
  }
}

/**
 * Asks for a new name until it is taken or given up.
 * @param {Row} row
 * @returns {Promise<boolean>}
 */
export async function renameProfile(row) {
  const dialog = /** @type {HTMLDialogElement} */ (one("#rename"));
  const field = /** @type {HTMLInputElement} */ (one("input", dialog));
  const problem = one("[data-error]", dialog);
  field.value = row.name;
  problem.textContent = "";
  for (;;) {
    const answer = asked(dialog);
    field.select();
    if ((await answer) !== "yes") return false;
    try {
      await request(`/api/v1/profiles/${row.id}/`, {
        method: "PATCH",
        json: { name: field.value },
      });
      return true;
    } catch (error) {
      problem.textContent =
        error instanceof ApiError ? `${error.title}. ${error.hint}` : String(error);
    }
  }
}

/**
 * Queues a profile again.
 * @param {string} id
 * @param {unknown} [options]
 * @returns {Promise<boolean>}
 */
export async function reprocess(id, options = {}) {
  try {
    await request(`/api/v1/profiles/${id}/reprocess/`, { method: "POST", json: options });
    return true;
  } catch (error) {
    tell(error);
    return false;
  }
}

/**
 * Downloads every source file of a profile.
 * @param {string} id
 */
export async function downloadSources(id) {
  try {
    const sources = /** @type {{file: string}[]} */ (
      await request(`/api/v1/profiles/${id}/sources/`)
    );
    for (const source of sources) {
      const link = document.createElement("a");
      link.href = source.file;
      link.download = "";
      link.click();
      await new Promise((resolve) => window.setTimeout(resolve, 300));
    }
  } catch (error) {
    tell(error);
  }
}

/** Opens the sample profile, made at the first call. */
export async function openSample() {
  try {
    const profile = await request("/api/v1/profiles/sample/", { method: "POST" });
    window.location.href = profile.links.page;
  } catch (error) {
    tell(error);
  }
}
