/** Draws again when colours or fonts have changed. */

import { readPalette } from "../render/palette.js";
import { forgetWidths } from "../render/text.js";

/** @param {import("./timeline.js").TimelineViewer} viewer */
export function watchLook(viewer) {
  const read = () => {
    viewer.palette = readPalette(viewer.host);
    viewer.redraw();
  };
  document.addEventListener("themechange", read);
  matchMedia("(prefers-color-scheme: light)").addEventListener("change", read);
  void document.fonts.ready.then(() => {
    forgetWidths();
    viewer.redraw();
  });
}
