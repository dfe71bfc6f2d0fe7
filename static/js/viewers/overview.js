/** The overview's lanes: busy share of each kind of row over the whole profile. */

import { NO_BUCKET } from "../data/arrow.js";
import { placedTiles, visitItems } from "../timeline/items.js";
import { shownGroups } from "../timeline/rows.js";

const COLUMNS = 600;
const LANES = ["Tensor", "TensorMatrix", "Vector", "Scalar", "GpSimd", "Sync", "DMA"];
const HUES = [1, 0, 2, 4, 5, 8, 6];

/** @type {WeakMap<object, {tiles: number, lanes: {hue: number, shares: Float32Array}[]}>} */
const kept = new WeakMap();

/**
 * @param {import("../timeline/rows.js").TimelineDocument} document
 * @param {import("../data/tile-store.js").TileStore} store
 * @param {import("../render/palette.js").Palette} palette
 * @param {"queue" | "engine"} dma
 * @returns {{colour: string, shares: Float32Array}[]}
 */
export function overviewLanes(document, store, palette, dma) {
  const level = document.levels.length - 1;
  const range = { start: 0, end: document.duration_ns };
  const placed = shownGroups(document, dma).map((group) => ({
    group,
    tiles: placedTiles(document, group, level, range, store),
  }));
  const tiles = placed.reduce((sum, one) => sum + one.tiles.length, 0);
  let found = kept.get(document);
  if (!found || found.tiles !== tiles) {
    found = { tiles, lanes: build(document, placed, range) };
    kept.set(document, found);
  }
  return found.lanes.map(({ hue, shares }) => ({ colour: palette.css[hue], shares }));
}

/**
 * @param {import("../timeline/rows.js").TimelineDocument} document
 * @param {{group: import("../timeline/rows.js").Group, tiles: import("../timeline/items.js").Placed[]}[]} placed
 * @param {{start: number, end: number}} range
 * @returns {{hue: number, shares: Float32Array}[]}
 */
function build(document, placed, range) {
  const perColumn = Math.max(1, range.end) / COLUMNS;
  const lanes = LANES.map((_, place) => ({ hue: HUES[place], shares: new Float32Array(COLUMNS) }));
  for (const { group, tiles } of placed) {
    for (const id of group.tracks) {
      const track = document.tracks[id];
      const place = track.kind.startsWith("dma") ? 6 : LANES.indexOf(track.name);
      if (track.kind === "clock" || track.kind === "error" || place < 0) continue;
      const whole = perColumn * (track.kind.startsWith("dma") ? 16 : 1);
      const { shares } = lanes[place];
      visitItems(
        tiles,
        id,
        range,
        (tile, item, from, bucketNs) => {
          const isSlice = tile.bucket[item] === NO_BUCKET;
          const length = isSlice ? tile.duration[item] : bucketNs;
          const density = isSlice ? 1 : tile.busy[item] / bucketNs;
          const last = Math.min(COLUMNS - 1, Math.floor((from + length) / perColumn));
          for (let at = Math.max(0, Math.floor(from / perColumn)); at <= last; at++) {
            const begin = Math.max(from, at * perColumn);
            const end = Math.min(from + length, (at + 1) * perColumn);
            const busy = Math.max(0, end - begin) * density;
            // What happened at all leaves ink, however short.
            shares[at] = Math.min(1, Math.max(0.01, shares[at] + busy / whole));
          }
        },
        document,
      );
    }
  }
  return lanes;
}
