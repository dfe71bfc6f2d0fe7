/** The arrows of a system run's flows as a tool: drawn over the rows, said in the link, with chips. */

import { SystemTimeline } from "../system/timeline.js";

/** @typedef {import("./toolbox.js").Tool} Tool */

const QUERY = "flow";

/**
 * @param {import("../timeline.js").TimelineViewer} viewer
 * @returns {Tool | null} null in a device's run, which has dependencies instead
 */
export function systemFlow(viewer) {
  if (!(viewer instanceof SystemTimeline)) return null;
  const { flows } = viewer;
  return {
    name: "system-flow",
    read: (query) => {
      flows.isOn = query.get(QUERY) !== "0";
    },
    write: (query) => {
      if (!flows.isOn) query.set(QUERY, "0");
    },
    draw: (layer, surface) => {
      if (surface === "rows") flows.draw(layer);
    },
    grab: (point, surface) => (surface === "rows" ? flows.grab(point) : null),
    commands: () => [
      {
        name: flows.isOn ? "Hide the arrows of flows" : "Show the arrows of flows",
        run: () => {
          flows.set(!flows.isOn);
          viewer.host.dispatchEvent(new Event("rearranged"));
        },
      },
    ],
  };
}
