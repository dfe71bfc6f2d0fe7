/** The page of a device profile's summary: the region stands in the address, numbers follow it. */

import { one } from "../kit/dom.js";
import { request } from "../kit/http.js";
import { initTheme } from "../kit/theme.js";
import { summaryCards } from "../viewers/summary/device/cards.js";
import { MeaningCard } from "../viewers/summary/device/meaning.js";
import { OpcodeTable } from "../viewers/summary/device/opcodes.js";
import { timelineShowing } from "../viewers/summary/device/places.js";
import { metricsAddress, readRegion, writeRegion } from "../viewers/summary/device/region.js";
import { RegionBar } from "../viewers/summary/device/region-bar.js";
import { lastSeen } from "../viewers/summary/device/seen.js";
import { showError } from "../viewers/summary/parts.js";

/** @typedef {import("../viewers/summary/device/region.js").Region} Region */
/** @typedef {import("../viewers/summary/device/shapes.js").Summary} Summary */
/** @typedef {import("../viewers/summary/device/shapes.js").Meaning} Meaning */

const page = one("[data-device-summary]");
const state = one("[data-state]", page);
const cards = one("[data-cards]", page);
const { profile = "", run = "", parts = "" } = page.dataset;
const opcodes = new OpcodeTable();
const card = new MeaningCard(page, one("[data-meaning]", page));
/** @type {AbortController | null} */
let asked = null;

/** @returns {Promise<{part: number, name: string}[]>} traces of the profile, where it has several */
async function traces() {
  if (!parts.includes(",")) return [];
  const timeline = await request(`/api/v1/profiles/${profile}/runs/${run}/timeline/`);
  return timeline.parts;
}

/**
 * @param {Summary} summary
 * @param {Map<string, Meaning>} meanings
 */
function draw(summary, meanings) {
  const { start_ns: start, end_ns: end } = summary.range;
  card.meanings = meanings;
  card.everywhere = timelineShowing(profile, [[start, end]]);
  card.hide();
  cards.replaceChildren(...summaryCards(summary, { profile, meanings, opcodes }));
  cards.hidden = false;
  state.hidden = true;
}

/**
 * Asks for the numbers of a region and shows them; what was asked before is given up.
 * @param {RegionBar} bar
 * @param {Map<string, Meaning>} meanings
 * @param {Region} region
 */
async function show(bar, meanings, region) {
  asked?.abort();
  const own = new AbortController();
  asked = own;
  cards.setAttribute("aria-busy", "true");
  try {
    const summary = await request(metricsAddress(profile, region), { signal: own.signal });
    bar.show(region, summary);
    draw(summary, meanings);
  } catch (error) {
    if (own.signal.aborted) return;
    cards.hidden = true;
    showError(state, error, () => void show(bar, meanings, region));
  }
  if (asked === own) cards.removeAttribute("aria-busy");
}

async function mount() {
  state.textContent = "Reading the profile …";
  try {
    const [list, named] = await Promise.all([request("/api/v1/metrics/"), traces()]);
    /** @type {Map<string, Meaning>} */
    const meanings = new Map(list.map((/** @type {Meaning} */ one) => [one.id, one]));
    const choose = (/** @type {Region} */ region) => {
      window.history.pushState(null, "", window.location.pathname + writeRegion(region));
      void show(bar, meanings, region);
    };
    const seen = lastSeen(profile);
    const bar = new RegionBar(one("[data-region]", page), { profile, parts: named, seen, choose });
    const here = () => show(bar, meanings, readRegion(window.location.search));
    window.addEventListener("popstate", () => void here());
    await here();
  } catch (error) {
    showError(state, error, () => void mount());
  }
}

initTheme();
void mount();
