/** All rows that a device's timeline can have, whatever was chosen, with what they are called. */

import { inOrder, valuesKey } from "./row-choices.js";
import { shownGroups, shownTracks, trackName } from "./rows.js";
import { valueGroups } from "./value-rows.js";

/** @typedef {import("./rows.js").TimelineDocument} TimelineDocument */
/** @typedef {import("./rows.js").Group} Group */
/** @typedef {import("./rows.js").Track} Track */
/** @typedef {import("./rows.js").Series} Series */
/** @typedef {{dma: "queue" | "engine", semaphores: ReadonlySet<string>}} Shown */
/** @typedef {{key: string, group: Group, name: string, detail: string, track: Track | null, values: Series[] | null}} DeviceEntry */

/**
 * @param {TimelineDocument} document
 * @param {Shown} shown
 * @returns {DeviceEntry[]} in their first order
 */
export function deviceEntries(document, { dma, semaphores }) {
  const tracks = shownGroups(document, dma).flatMap((group) =>
    shownTracks(document, group).map((track) => ({
      ...{ key: track.key, group, track, values: null },
      ...{ name: trackName(document, track), detail: groupName(group) },
    })),
  );
  const values = document.parts.flatMap(({ part }) =>
    valueGroups(document, part, semaphores).flatMap(({ group, rows }) =>
      rows.map((row) => ({
        ...{ key: valuesKey(row), group, track: null, values: row },
        ...{ name: row[0].title, detail: groupName(group) },
      })),
    ),
  );
  const parts = document.parts.map(({ part }) => part);
  const place = (/** @type {DeviceEntry} */ { group }) => parts.indexOf(group.part);
  return [...tracks, ...values].sort((a, b) => place(a) - place(b));
}

/**
 * The rows in the order in which they stand: pinned ones first, then group by group as chosen.
 * @param {DeviceEntry[]} entries
 * @param {import("./row-choices.js").RowChoices} choices
 * @returns {DeviceEntry[]}
 */
export function standing(entries, { pinned, order }) {
  const top = pinned.flatMap((key) => entries.filter((entry) => entry.key === key));
  const rest = entries.filter(({ key }) => !pinned.includes(key));
  /** @type {Map<string, DeviceEntry[]>} */
  const groups = new Map();
  for (const entry of rest) {
    const own = groups.get(entry.group.id) ?? [];
    own.push(entry);
    groups.set(entry.group.id, own);
  }
  const ordered = [...groups.values()].map((own) => inOrder(own, ({ key }) => key, order));
  return [...top, ...ordered.flat()];
}

/** @param {Group} group */
function groupName({ title, subtitle, kind }) {
  if (kind === "clock" || kind === "errors") return "";
  return [title, subtitle].filter(Boolean).join(" · ");
}
