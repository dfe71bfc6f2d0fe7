/** The Profile Manager: rows kept up to date, uploads, what can be done to a row. */

import { copy, one } from "../kit/dom.js";
import { initTheme } from "../kit/theme.js";
import { UploadPanel } from "../upload/panel.js";
import { deleteProfile, downloadSources, openSample, renameProfile, reprocess } from "./actions.js";
import { openMenu } from "./row-menu.js";

const BUSY_MS = 2000;
const IDLE_MS = 15_000;
const SOON_MS = 400;

const place = one("[data-rows]");
const isFirstRun = place.hidden;
let updatedAt = Date.now();
let isStale = false;
let timer = 0;

/** @param {number} afterMs */
function schedule(afterMs) {
  window.clearTimeout(timer);
  timer = window.setTimeout(refresh, afterMs);
}

function isRunning() {
  return place.querySelector("[data-running='yes']") !== null;
}

async function refresh() {
  if (isFirstRun) return;
  try {
    const answer = await fetch(`/profiles/rows/${window.location.search}`);
    if (!answer.ok) throw new Error(String(answer.status));
    const html = await answer.text();
    const focused = document.activeElement?.closest("[data-id]")?.getAttribute("data-id");
    if (document.getElementById("menu")?.hidden !== false) {
      place.innerHTML = html;
      if (focused) focusRow(focused);
    }
    updatedAt = Date.now();
    isStale = false;
  } catch {
    isStale = true;
  }
  showAge();
  schedule(isRunning() || isStale ? BUSY_MS : IDLE_MS);
}

/** @param {string} id */
function focusRow(id) {
  const again = place.querySelector(`[data-id="${CSS.escape(id)}"] a`);
  if (again instanceof HTMLElement) again.focus();
}

function showAge() {
  const text = document.querySelector("[data-updated]");
  if (!text) return;
  const seconds = Math.round((Date.now() - updatedAt) / 1000);
  text.classList.toggle("stale", isStale);
  text.textContent = isStale
    ? `No connection since ${new Date(updatedAt).toLocaleTimeString()}`
    : seconds < 2
      ? "Updated now"
      : `Updated ${seconds}\u202fs ago`;
}

const panel = new UploadPanel(() => {
  if (isFirstRun) window.location.reload();
  else schedule(SOON_MS);
});

/**
 * @param {HTMLElement} element
 * @returns {import("./actions.js").Row | null}
 */
function rowOf(element) {
  const data = /** @type {HTMLElement | null} */ (element.closest("[data-id]"))?.dataset;
  if (!data?.id) return null;
  const { id, name = "", size = "", status = "" } = data;
  return { id, name, size, status };
}

/** @param {HTMLElement} button */
function rowMenu(button) {
  const row = rowOf(button);
  if (!row) return;
  const then = (/** @type {Promise<unknown>} */ done) => done.then(() => schedule(0));
  const isIdle = row.status === "PROCESSED" || row.status === "FAILED";
  openMenu(button, [
    { text: "Rename", act: () => then(renameProfile(row)) },
    ...(isIdle ? [{ text: "Process again", act: () => then(reprocess(row.id)) }] : []),
    { text: "Download the source files", act: () => void downloadSources(row.id) },
    { text: "Delete", act: () => then(deleteProfile(row)), danger: true },
  ]);
}

document.addEventListener("click", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  const menuButton = /** @type {HTMLElement | null} */ (target.closest("[data-menu]"));
  if (menuButton) rowMenu(menuButton);
  if (target.closest("[data-upload]")) panel.open();
  if (target.closest("[data-sample]")) void openSample();
  const code = target.closest("[data-copy]")?.parentElement?.querySelector("pre");
  if (code) void copy(code.textContent ?? "");
});

document.querySelector("[data-search]")?.addEventListener("input", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.currentTarget);
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value) query.set(name, String(value));
  window.history.replaceState(null, "", `?${query}`);
  schedule(SOON_MS);
});
document
  .querySelector("[data-search]")
  ?.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("keydown", (event) => {
  const isTyping = /** @type {HTMLElement} */ (event.target).closest("input, select, textarea");
  if (event.key === "/" && !isTyping) {
    event.preventDefault();
    /** @type {HTMLElement | null} */ (document.querySelector("[type='search']"))?.focus();
  }
});

initTheme();
showAge();
window.setInterval(showAge, 1000);
schedule(isRunning() ? BUSY_MS : IDLE_MS);
if (new URLSearchParams(window.location.search).has("upload")) panel.open();
