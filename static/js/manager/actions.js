/** What can be done to a profile, each asked for where it needs asking. */

import { make, one, toast } from "../kit/dom.js";
import { ApiError, request } from "../kit/http.js";

/** @param {unknown} error */
function words(error) {
  return error instanceof ApiError ? `${error.title}. ${error.hint}` : "The server did not answer.";
}

/**
 * Asks, naming what goes, then deletes. Stays open and says why when the server refuses.
 * @param {{id: string, name: string, goes: string[]}} profile
 * @returns {Promise<boolean>} whether it is gone
 */
export function deleteProfile(profile) {
  const dialog = /** @type {HTMLDialogElement} */ (one("#confirm"));
  const yes = /** @type {HTMLButtonElement} */ (one("[data-yes]", dialog));
  const problem = one("[data-error]", dialog);
  one("h2", dialog).textContent = `Delete “${profile.name}”?`;
  const list = make("ul", {}, ...profile.goes.map((text) => make("li", {}, text)));
  one("[data-text]", dialog).replaceChildren("This goes with it:", list, "It cannot be undone.");
  problem.textContent = "";
  return new Promise((resolve) => {
    let isGone = false;
    yes.onclick = async () => {
      yes.disabled = true;
      try {
        await request(`/api/v1/profiles/${profile.id}/`, { method: "DELETE" });
        isGone = true;
        toast(`Deleted ${profile.name}`, "check");
        dialog.close();
      } catch (error) {
        problem.textContent = words(error);
      }
      yes.disabled = false;
    };
    dialog.addEventListener("close", () => resolve(isGone), { once: true });
    dialog.showModal();
  });
}

/**
 * Queues a profile again.
 * @param {string} id
 * @param {unknown} [options] without and partial, as the API takes them
 * @returns {Promise<boolean>}
 */
export async function reprocess(id, options = {}) {
  try {
    await request(`/api/v1/profiles/${id}/reprocess/`, { method: "POST", json: options });
    return true;
  } catch (error) {
    toast(words(error), "warn");
    return false;
  }
}

/**
 * Opens a sample profile, made at the first call.
 * @param {string} which attention or serving
 */
export async function openSample(which) {
  try {
    const profile = await request(`/api/v1/profiles/sample/?which=${which}`, { method: "POST" });
    window.location.assign(profile.links.page);
  } catch (error) {
    toast(words(error), "warn");
  }
}
