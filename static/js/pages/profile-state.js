/** A profile that cannot be viewed yet, or failed: followed live, with its ways out. */

import { copy, one } from "../kit/dom.js";
import { initTheme } from "../kit/theme.js";
import { deleteProfile, reprocess } from "./actions.js";

const EVERY_MS = 1000;

const page = one("[data-state]");
const id = page.dataset.id ?? "";
const url = page.dataset.url ?? "";

async function refresh() {
  try {
    const answer = await fetch(url);
    if (answer.status === 404) {
      window.location.href = "/profiles/";
      return;
    }
    const status = answer.headers.get("X-Profile-Status") ?? "";
    if (status === "PROCESSED") {
      window.location.reload();
      return;
    }
    page.innerHTML = await answer.text();
    page.dataset.status = status;
    if (status !== "FAILED") window.setTimeout(refresh, EVERY_MS);
  } catch {
    window.setTimeout(refresh, 2 * EVERY_MS);
  }
}

/** The report: code, versions, sizes and log; no contents, host names or paths. */
function report() {
  const texts = (/** @type {string} */ selector) =>
    [...page.querySelectorAll(selector)].map((element) => element.textContent?.trim() ?? "");
  return [
    ...texts(".state__title h1"),
    ...texts(".state__code code"),
    ...texts(".source > .quiet"),
    ...texts(".log").map((text) => text.replace(/(\/[\w.-]+){2,}/g, "…")),
  ].join("\n");
}

page.addEventListener("click", async (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  const again = /** @type {HTMLElement | null} */ (target.closest("[data-reprocess]"));
  if (again && (await reprocess(id, JSON.parse(again.dataset.reprocess ?? "{}")))) void refresh();
  if (target.closest("[data-report]")) void copy(report());
  const remove = /** @type {HTMLElement | null} */ (target.closest("[data-delete]"));
  if (remove) {
    const size = remove.dataset.size ?? "";
    const row = { id, name: page.dataset.name ?? "", size, status: "" };
    if (await deleteProfile(row)) window.location.href = "/profiles/";
  }
});

initTheme();
if (page.dataset.status !== "FAILED") window.setTimeout(refresh, EVERY_MS);
