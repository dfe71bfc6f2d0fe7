/** Files to pair cards: which NEFF serves which traces. */

import { compare } from "./sniff.js";

/**
 * @typedef {import("./sniff.js").Sniffed} Sniffed
 * @typedef {{file: File, sniffed: Sniffed}} Item
 * @typedef {"same" | "number" | "unknown" | "no-neff" | "no-ntff" | "different"} Match
 * @typedef {{neff: Item | null, ntffs: Item[], match: Match, name: string}} Pair
 */

/**
 * The longest number of six or more digits both names contain: a hint, no more.
 * @param {string} one
 * @param {string} other
 * @returns {string | null}
 */
export function sharedNumber(one, other) {
  const mine = new Set(one.match(/\d{6,}/g) ?? []);
  const common = (other.match(/\d{6,}/g) ?? []).filter((digits) => mine.has(digits));
  return common.sort((a, b) => b.length - a.length || b.localeCompare(a))[0] ?? null;
}

/**
 * A name for a profile from its files' names, the trace's first.
 * @param {Item | null} neff
 * @param {Item[]} ntffs
 * @returns {string}
 */
export function defaultName(neff, ntffs) {
  const file = ntffs[0]?.file ?? neff?.file;
  return (file?.name ?? "profile").replace(/\.(neff|ntff)$/i, "").slice(0, 150) || "profile";
}

/**
 * How well a NEFF fits a trace; higher is better, 0 not at all.
 * @param {Item} neff
 * @param {Item} ntff
 * @returns {{score: number, match: Match}}
 */
function fit(neff, ntff) {
  const verdict = compare(neff.sniffed.neffId, ntff.sniffed);
  if (verdict === "same") return { score: 3, match: "same" };
  if (verdict === "different") return { score: 0, match: "different" };
  if (sharedNumber(neff.file.name, ntff.file.name)) return { score: 2, match: "number" };
  return { score: 1, match: "unknown" };
}

/**
 * Pair cards for files. Traces of one NEFF become one card; what fits nothing stands alone. With
 * exactly one NEFF and one trace whose ids are unknown, they are taken together.
 * @param {Item[]} items
 * @returns {Pair[]}
 */
export function pairUp(items) {
  const neffs = items.filter((item) => item.sniffed.role === "neff");
  const ntffs = items.filter((item) => item.sniffed.role === "ntff");
  /** @type {Map<Item, {ntffs: Item[], match: Match}>} */
  const served = new Map();
  /** @type {Pair[]} */
  const pairs = [];
  for (const ntff of ntffs) {
    const fits = neffs.map((neff) => ({ neff, ...fit(neff, ntff) }));
    const best = fits.sort((a, b) => b.score - a.score)[0];
    const isClear = best && (best.score >= 2 || (best.score === 1 && neffs.length === 1));
    if (best && isClear) {
      const card = served.get(best.neff) ?? { ntffs: [], match: best.match };
      card.ntffs.push(ntff);
      served.set(best.neff, card);
    } else {
      const name = defaultName(null, [ntff]);
      pairs.push({ neff: null, ntffs: [ntff], match: "no-neff", name });
    }
  }
  for (const neff of neffs) {
    const card = served.get(neff);
    const own = card?.ntffs ?? [];
    const name = defaultName(neff, own);
    pairs.push({ neff, ntffs: own, match: card?.match ?? "no-ntff", name });
  }
  return pairs.sort((a, b) => Number(b.match === "same") - Number(a.match === "same"));
}
