/** What the pointer does on the rows: to select and pan, or what a tool wants of it. */

import { icon, make, one } from "../../kit/dom.js";

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("./toolbox.js").Mode} Mode */

const SELECT_KEY = "v";

/**
 * Changes the mode; the same one again goes back to selecting.
 * @param {TimelineViewer} viewer
 * @param {Mode | null} mode
 */
export function changeMode(viewer, mode) {
  const { toolbox, stage, host } = viewer;
  toolbox.mode = toolbox.mode === mode ? null : mode;
  stage.style.cursor = toolbox.mode?.cursor ?? "";
  for (const button of host.querySelectorAll("[data-mode]")) {
    const isOn = button.getAttribute("data-mode") === (toolbox.mode?.name ?? "select");
    button.setAttribute("aria-pressed", String(isOn));
  }
}

/**
 * Buttons for the modes, where a tool has one.
 * @param {TimelineViewer} viewer
 */
export function showModes(viewer) {
  const { toolbox, host } = viewer;
  const modes = toolbox.modes;
  if (modes.length === 0) return;
  const place = one("[data-modes]", host);
  const select = { name: "select", key: SELECT_KEY, icon: "pointer", title: "Select and pan" };
  for (const mode of [select, ...modes]) {
    const own = "begin" in mode ? /** @type {Mode} */ (mode) : null;
    const key = mode.key.toUpperCase();
    const button = make("button", {
      class: "segment__one",
      type: "button",
      "data-mode": mode.name,
      "aria-pressed": String(!own),
      "aria-label": mode.title,
      title: `${mode.title} (${key})`,
    });
    button.append(icon(mode.icon));
    button.addEventListener("click", () => changeMode(viewer, own));
    place.append(button);
  }
  place.hidden = false;
  toolbox.add({
    name: "modes",
    escape: () => {
      if (!toolbox.mode) return false;
      changeMode(viewer, null);
      return true;
    },
    keys: [select, ...modes].map((mode) => ({
      key: mode.key,
      shown: mode.key.toUpperCase(),
      does: mode.title.toLowerCase(),
      run: () => changeMode(viewer, "begin" in mode ? /** @type {Mode} */ (mode) : null),
    })),
  });
}
