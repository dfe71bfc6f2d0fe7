/** The rows of a system timeline as the Rows dialog needs them. */

import { entriesOf } from "../../timeline/system-heads.js";
import { arranged, arrangementOf } from "../../timeline/system-rows.js";

/** @typedef {import("./timeline.js").SystemTimeline} SystemTimeline */
/** @typedef {import("../../timeline/system-heads.js").Entry} Entry */

/** @param {Entry} entry */
const isHostCpu = ({ source, series }) => source === "host" && series?.unit === "percent";

/**
 * @param {SystemTimeline} viewer
 * @returns {import("../row-dialog.js").RowModel}
 */
export function systemRows(viewer) {
  return {
    list: () => {
      const { document, arrangement } = viewer;
      const everything = arrangementOf({ ...arrangement, hidden: new Set(), isCpuShown: true });
      return arranged(document, everything).map(({ entry, heads }) => ({
        key: entry.key,
        name: [entry.name, entry.detail].filter(Boolean).join(" · "),
        above: heads.map(({ title, subtitle }) => `${title} ${subtitle}`.trim()).join(" · "),
        isShown:
          !arrangement.hidden.has(entry.key) && (!isHostCpu(entry) || arrangement.isCpuShown),
        isPinned: arrangement.pinned.includes(entry.key),
        height: arrangement.heights.get(entry.key) ?? null,
      }));
    },
    show: (keys, isShown) => {
      const own = entriesOf(viewer.document).filter(({ key }) => keys.includes(key));
      const hidden = new Set(viewer.arrangement.hidden);
      for (const { key } of own) isShown ? hidden.delete(key) : hidden.add(key);
      const isCpuShown = viewer.arrangement.isCpuShown || (isShown && own.some(isHostCpu));
      viewer.rearrange({ hidden, isCpuShown });
    },
    pin: (key) => viewer.pin(key),
    move: (key, step) => viewer.moveRow(key, step),
    resize: (key, height) => viewer.resizeRow(key, height),
    drawn: (key) => viewer.heightOf(key),
    restore: () =>
      viewer.rearrange({ hidden: new Set(), pinned: [], order: [], heights: new Map() }),
  };
}
