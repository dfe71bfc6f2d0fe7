/** The timeline's page: fetch the document, mount the viewer. */

import { make, one } from "../kit/dom.js";
import { request } from "../kit/http.js";
import { initTheme } from "../kit/theme.js";
import { selectWanted } from "../viewers/selection.js";
import { TimelineViewer } from "../viewers/timeline.js";
import { listen } from "../viewers/timeline-input.js";

async function mount() {
  const host = one("[data-timeline]");
  const { profile, run, tables = "" } = host.dataset;
  const base = `/api/v1/profiles/${profile}/runs/${run}/`;
  try {
    const document = await request(`${base}timeline/`);
    const source = { tiles: `${base}tiles/`, tables, run: Number(run) };
    const viewer = new TimelineViewer(host, document, source);
    listen(viewer);
    viewer.redraw();
    await selectWanted(viewer);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const sentence = make("p", { class: "field-error", role: "alert" }, text);
    one("[data-event]", host).replaceChildren(make("div", { class: "panel__empty" }, sentence));
  }
}

initTheme();
void mount();
