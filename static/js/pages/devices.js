/** The page of device profiles: the table, by process, followed while any is being processed. */

import { make, one } from "../kit/dom.js";
import { request } from "../kit/http.js";
import { initTheme } from "../kit/theme.js";
import { devicesCard, isMoving, processesOf } from "../viewers/summary/devices.js";
import { showError } from "../viewers/summary/parts.js";

const REFRESH_MS = 3000;

const page = one("[data-devices]");
const state = one("[data-state]", page);
const cards = one("[data-cards]", page);
const { profile = "" } = page.dataset;
let process = "";
let shown = "";

/** @param {import("../viewers/summary/devices.js").Devices} found */
function draw(found) {
  const card = devicesCard(found, process, `/profiles/${profile}/devices/`);
  card.classList.add("summary__wide");
  const choices = processesOf(found.devices);
  if (choices.length > 1) card.querySelector("header")?.append(chooser(found, choices));
  cards.replaceChildren(card);
  cards.hidden = false;
  state.hidden = true;
}

/**
 * @param {import("../viewers/summary/devices.js").Devices} found
 * @param {string[]} choices
 * @returns {HTMLElement}
 */
function chooser(found, choices) {
  const all = make("option", { value: "" }, "all processes");
  const options = choices.map((name) => make("option", { value: name }, name));
  const select = /** @type {HTMLSelectElement} */ (
    make("select", { class: "card__select", "aria-label": "Process" }, all, ...options)
  );
  select.value = process;
  select.addEventListener("change", () => {
    process = select.value;
    draw(found);
    one("select", cards).focus();
  });
  return select;
}

async function follow() {
  try {
    const found = await request(`/api/v1/profiles/${profile}/devices/`);
    // Drawn anew only where something changed: a choice being made stays open.
    const text = JSON.stringify(found);
    if (text !== shown) draw(found);
    shown = text;
    if (isMoving(found)) window.setTimeout(() => void follow(), REFRESH_MS);
  } catch (error) {
    cards.hidden = true;
    showError(state, error, () => void follow());
  }
}

initTheme();
void follow();
