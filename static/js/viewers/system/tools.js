/** What the buttons and fields of the system timeline's toolbar do. */

import { one } from "../../kit/dom.js";
import { rowDialog, rowsText } from "../row-dialog.js";
import { watchDevices } from "./device-list.js";
import { showTab } from "./flow-panel.js";
import { systemRows } from "./row-list.js";

/** @typedef {import("./timeline.js").SystemTimeline} SystemTimeline */

/** @param {SystemTimeline} viewer */
export function listenToSystemTools(viewer) {
  const { host } = viewer;
  const group = /** @type {HTMLSelectElement} */ (one("[data-grouping]", host));
  group.addEventListener("change", () => viewer.groupBy(group.value));
  const cpu = one("[data-act='cpu']", host);
  const flow = one("[data-act='flow']", host);
  const rows = one("[data-rows-count]", host);
  const model = systemRows(viewer);
  const showRows = rowDialog(host, model);
  const tell = () => {
    group.value = viewer.arrangement.grouping;
    flow.setAttribute("aria-pressed", String(viewer.flows.isOn));
    cpu.setAttribute("aria-pressed", String(viewer.arrangement.isCpuShown));
    rows.textContent = rowsText(model);
  };
  host.addEventListener("rearranged", tell);
  tell();
  const actions = /** @type {Record<string, () => void>} */ ({
    cpu: () => viewer.rearrange({ isCpuShown: !viewer.arrangement.isCpuShown }),
    rows: showRows,
    flow: () => {
      viewer.flows.set(!viewer.flows.isOn);
      tell();
    },
    "flow-tab": () => showTab(viewer, "flow"),
    fold: () => showTab(viewer, "event"),
    devices: () => /** @type {HTMLDialogElement} */ (one("[data-devices]", host)).showModal(),
  });
  host.addEventListener("click", (event) => {
    const target = /** @type {HTMLElement} */ (event.target).closest("[data-act]");
    const name = target instanceof HTMLElement ? target.dataset.act : undefined;
    if (name) actions[name]?.();
  });
  void watchDevices(viewer);
  void viewer.devices.showFirst();
}
