/** The summary's page: fetch the numbers, show the cards. */

import { one } from "../kit/dom.js";
import { request } from "../kit/http.js";
import { initTheme } from "../kit/theme.js";
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
    cards.hidden = false;
    state.hidden = true;
  } catch (error) {
    showError(state, error, () => void show());
  }
}

initTheme();
void show();
