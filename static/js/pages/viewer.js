/** The timeline's page: fetch the document, mount the viewer. */

import { make, one } from "../kit/dom.js";
import { request } from "../kit/http.js";
import { initTheme } from "../kit/theme.js";
import { initMenus } from "../manager/menus.js";
import { Findings } from "../viewers/findings.js";
import { selectWanted } from "../viewers/selection.js";
import { listenToSemaphores } from "../viewers/semaphores.js";
import { keepSeen } from "../viewers/summary/device/seen.js";
import { safeBack } from "../viewers/system/device-card.js";
import { SystemTimeline } from "../viewers/system/timeline.js";
import { listenToSystemTools } from "../viewers/system/tools.js";
import { TimelineViewer } from "../viewers/timeline.js";
import { listen } from "../viewers/timeline-input.js";
import { addTools } from "../viewers/tools/index.js";
import { listenToTraceMenu } from "../viewers/trace-menu.js";
import { ValueRows } from "../viewers/value-rows.js";

async function mount() {
  const host = one("[data-timeline]");
  const { profile, run, tables = "" } = host.dataset;
  const base = `/api/v1/profiles/${profile}/runs/${run}/`;
  try {
    const document = await request(`${base}timeline/`);
    const source = { tiles: `${base}tiles/`, tables, run: Number(run) };
    const isSystem = document.kind === "system";
    const viewer = isSystem
      ? new SystemTimeline(host, document, { ...source, base, profile: profile ?? "" })
      : new TimelineViewer(host, document, source);
    addTools(viewer);
    listen(viewer);
    if (viewer instanceof SystemTimeline) listenToSystemTools(viewer);
    else showDevice(viewer, base, profile ?? "");
    listenToTraceMenu(viewer, profile ?? "");
    showBackLink(viewer.back);
    viewer.redraw();
    window.addEventListener("pagehide", () => keepSeen(profile ?? "", viewer));
    await selectWanted(viewer);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const sentence = make("p", { class: "field-error", role: "alert" }, text);
    one("[data-event]", host).replaceChildren(make("div", { class: "panel__empty" }, sentence));
  }
}

/**
 * Rows of values under those of events, semaphores to choose, and what the rules found.
 * @param {TimelineViewer} viewer
 * @param {string} base address of the run
 * @param {string} profile
 */
function showDevice(viewer, base, profile) {
  const values = new ValueRows(viewer, base);
  viewer.values = values;
  viewer.plot.painters.values = (row, top, job) => values.paint(row, top, job);
  listenToSemaphores(viewer);
  viewer.findings = new Findings(viewer, profile);
  void viewer.findings.load();
}

/**
 * Shows the way back to the system timeline this one was opened from.
 * @param {string | null} address
 */
function showBackLink(address) {
  const link = document.querySelector("[data-back-link]");
  const safe = safeBack(address);
  if (!(link instanceof HTMLAnchorElement) || !safe) return;
  link.href = safe;
  link.hidden = false;
}

initTheme();
initMenus();
void mount();
