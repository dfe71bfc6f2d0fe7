/** The timeline's page: fetch the document, mount the viewer. */

import { make, one } from "../kit/dom.js";
import { request } from "../kit/http.js";
import { initTheme } from "../kit/theme.js";
import { TimelineViewer } from "../viewers/timeline.js";
import { listen } from "../viewers/timeline-input.js";

const host = one("[data-timeline]");

async function mount() {
  const { profile, run, tables } = host.dataset;
  const base = `/api/v1/profiles/${profile}/runs/${run}/`;
  try {
    const document = await request(`${base}timeline/`);
    const viewer = new TimelineViewer(host, document, `${base}tiles/`, tables ?? "");
    listen(viewer);
    viewer.redraw();
    // For the benchmark, which reads how long frames took.
    Object.assign(window, { explorerViewer: viewer });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    one("[data-panel]", host).replaceChildren(
      make("p", { class: "field-error panel__empty" }, text),
    );
  }
}

initTheme();
void mount();
