/** Every tool of the timeline, in the order in which Esc asks them and in which they are drawn. */

import { boxTool } from "./box.js";
import { colourTool } from "./colour.js";
import { commandPalette } from "./command-palette.js";
import { criticalPath } from "./critical-path.js";
import { dependencies } from "./dependencies.js";
import { dependencyChain } from "./dependency-chain.js";
import { find } from "./find.js";
import { markers } from "./markers.js";
import { showModes } from "./modes.js";
import { picture } from "./picture.js";
import { placeMenu } from "./place-menu.js";
import { rangeTool } from "./range.js";
import { deviceRows } from "./rows.js";
import { systemFlow } from "./system-flow.js";
import { throttling } from "./throttling.js";
import { showToggles } from "./toggles.js";
import { waits } from "./waits.js";
import { warnings } from "./warnings.js";

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("./toolbox.js").Tool} Tool */

/**
 * A line for each tool; a tool that has nothing to do in this kind of run gives null.
 * @type {((viewer: TimelineViewer) => Tool | null)[]}
 */
const TOOLS = [
  rangeTool,
  boxTool,
  placeMenu,
  commandPalette,
  waits,
  criticalPath,
  dependencyChain,
  dependencies,
  markers,
  find,
  deviceRows,
  systemFlow,
  colourTool,
  throttling,
  picture,
  warnings,
];

/**
 * Gives a viewer its tools, before its first picture.
 * @param {TimelineViewer} viewer
 */
export function addTools(viewer) {
  for (const tool of TOOLS) {
    const made = tool(viewer);
    if (!made) continue;
    viewer.toolbox.add(made);
    if (made.tab) viewer.tabs.add(made.tab);
  }
  showModes(viewer);
  showToggles(viewer);
}
