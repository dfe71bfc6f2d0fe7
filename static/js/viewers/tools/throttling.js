/** Whether the bands behind the rows show where the clock was below full. */

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("./toolbox.js").Tool} Tool */

/**
 * @param {TimelineViewer} viewer
 * @returns {Tool | null} null where no clock was recorded
 */
export function throttling(viewer) {
  if (!viewer.document.tracks.some(({ kind }) => kind === "clock")) return null;
  const { plot } = viewer;
  const set = (/** @type {boolean} */ isOn) => {
    plot.isThrottlingShown = isOn;
    viewer.redraw();
    viewer.writeAddressSoon();
  };
  return {
    name: "throttling",
    read: (query) => {
      plot.isThrottlingShown = query.get("throttling") !== "off";
    },
    write: (query) => {
      if (!plot.isThrottlingShown) query.set("throttling", "off");
    },
    toggles: [{ name: "Throttling", isOn: () => plot.isThrottlingShown, set }],
    commands: () => [
      {
        name: plot.isThrottlingShown ? "Hide throttling" : "Show throttling",
        run: () => set(!plot.isThrottlingShown),
      },
    ],
  };
}
