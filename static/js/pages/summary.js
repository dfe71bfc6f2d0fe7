/** The summary's page: fetch the numbers, show the cards. */

import { make, one } from "../kit/dom.js";
import { request } from "../kit/http.js";
import { initTheme } from "../kit/theme.js";
import { hbmCard } from "../viewers/summary/hbm.js";
import { showError } from "../viewers/summary/parts.js";
import { summaryCards } from "../viewers/summary/system-summary.js";

const page = one("[data-summary]");
const state = one("[data-state]", page);
const { profile = "", run = "" } = page.dataset;
const BASE = `/api/v1/profiles/${profile}/`;

async function show() {
  state.textContent = "Reading the run …";
  try {
    const [summary, devices] = await Promise.all([
      request(`${BASE}runs/${run}/system-summary/`),
      request(`${BASE}devices/`),
    ]);
    state.textContent = "This run has no events: its trace files are empty.";
    if (!summary.events) return;
    const cards = one("[data-cards]", page);
    cards.replaceChildren(...summaryCards(profile, summary, devices));
    const memory = make("div", { class: "summary__wide" });
    one(".summary__wide", cards).after(memory);
    cards.hidden = false;
    state.hidden = true;
    await showMemory(memory, summary);
  } catch (error) {
    showError(state, error, () => void show());
  }
}

/**
 * The card of device memory, drawn anew for the memory that is chosen.
 * @param {HTMLElement} place
 * @param {import("../viewers/summary/words.js").Summary} summary
 * @param {string} [chosen] place of a memory, empty for all
 */
async function showMemory(place, summary, chosen = "") {
  const query = chosen === "" ? "" : `?memory=${chosen}`;
  try {
    const usage = await request(`${BASE}runs/${run}/hbm-usage/${query}`);
    const choose = (/** @type {string} */ memory) => void showMemory(place, summary, memory);
    const { first_ns: first, last_ns: last } = summary;
    const isAgain = place.contains(document.activeElement);
    place.replaceChildren(hbmCard(usage, { profile, first, last, choose, chosen }));
    if (isAgain) one("select", place).focus();
  } catch (error) {
    const words = make("div", { class: "card summary__state" });
    place.replaceChildren(words);
    showError(words, error, () => void showMemory(place, summary, chosen));
  }
}

initTheme();
void show();
