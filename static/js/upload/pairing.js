/** Files to pair cards: which NEFF serves which traces, and what each profile will be called. */

import { compare } from "./sniff.js";

/**
 * @typedef {import("./sniff.js").Sniffed} Sniffed
 * @typedef {{file: File, sniffed: Sniffed}} Item
 * @typedef {"same" | "number" | "unknown" | "swapped" | "no-neff" | "no-ntff"
 *   | "result"} Match
 * @typedef {{key: string, neff: Item | null, ntffs: Item[], match: Match, result?: Item}} Pair
 *   `result` is what the official tool made, a profile by itself
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
  const longestFirst = (/** @type {string} */ a, /** @type {string} */ b) =>
    b.length - a.length || (a < b ? 1 : -1);
  return common.sort(longestFirst)[0] ?? null;
}

/**
 * A file's name without its ending and folders.
 * @param {string} name
 * @returns {string}
 */
export function stem(name) {
  return (name.split(/[\\/]/).pop() ?? "").replace(/\.(neff|ntff|json(\.gz)?)$/i, "");
}

/**
 * A profile's name: `{neff}` and `{ntff}` stand for the files' names, each for the other where one
 * is missing.
 * @param {string} pattern
 * @param {Pair} pair
 * @returns {string}
 */
export function nameOf(pattern, pair) {
  const trace = stem((pair.result ?? pair.ntffs[0])?.file.name ?? "");
  const program = stem(pair.neff?.file.name ?? "");
  return pattern
    .replaceAll("{neff}", program || trace)
    .replaceAll("{ntff}", trace || program)
    .trim();
}

/**
 * How long a name is as the server counts it: in code points.
 * @param {string} name
 * @returns {number}
 */
export function nameLength(name) {
  return [...name].length;
}

/** Which matches need no word of the user, best first. */
const ORDER = /** @type {Match[]} */ ([
  "same",
  "result",
  "number",
  "unknown",
  "swapped",
  "no-neff",
  "no-ntff",
]);

/**
 * Whether a card may be sent as it is.
 * @param {Pair} pair
 * @param {Set<string>} accepted keys of cards the user said yes to
 * @returns {boolean}
 */
export function isReady(pair, accepted) {
  return ORDER.indexOf(pair.match) < ORDER.indexOf("swapped") || accepted.has(pair.key);
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
  if (verdict === "different") return { score: 0, match: "no-neff" };
  if (sharedNumber(neff.file.name, ntff.file.name)) return { score: 2, match: "number" };
  return { score: 1, match: "unknown" };
}

/**
 * Whether the two are named as each other: a NEFF called .ntff beside a trace called .neff.
 * @param {Item} neff
 * @param {Item[]} ntffs
 * @returns {boolean}
 */
function isSwapped(neff, ntffs) {
  return /\.ntff$/i.test(neff.file.name) && ntffs.some((one) => /\.neff$/i.test(one.file.name));
}

/**
 * The files of a card, in the order in which they are shown and sent.
 * @param {Pair} pair
 * @returns {Item[]}
 */
export function itemsOf(pair) {
  const { neff, ntffs, result } = pair;
  return [...(neff ? [neff] : []), ...ntffs, ...(result ? [result] : [])];
}

/**
 * @param {Item} item
 * @returns {string}
 */
function keyOf(item) {
  return `${item.file.name}\n${item.file.size}\n${item.file.lastModified}`;
}

/**
 * Pair cards for files. Traces of one NEFF become one card; what fits nothing stands alone. A trace
 * without an id goes to a NEFF only if that is the only one.
 * @param {Item[]} items
 * @returns {Pair[]} complete ones first
 */
export function pairUp(items) {
  const neffs = items.filter((item) => item.sniffed.role === "neff");
  const traces = items.filter((item) => item.sniffed.role === "ntff");
  /** @type {Map<Item, Pair>} */
  const cards = new Map(
    neffs.map((neff) => [neff, { key: keyOf(neff), neff, ntffs: [], match: "same" }]),
  );
  /** @type {Pair[]} */
  const alone = [];
  for (const trace of traces) {
    const fits = neffs.map((neff) => ({ neff, ...fit(neff, trace) }));
    const best = fits.sort((a, b) => b.score - a.score)[0];
    const card = best && cards.get(best.neff);
    if (card && (best.score >= 2 || (best.score === 1 && neffs.length === 1))) {
      card.ntffs.push(trace);
      if (ORDER.indexOf(best.match) > ORDER.indexOf(card.match)) card.match = best.match;
    } else {
      alone.push({ key: keyOf(trace), neff: null, ntffs: [trace], match: "no-neff" });
    }
  }
  for (const card of cards.values()) {
    if (card.ntffs.length === 0) card.match = "no-ntff";
    else if (card.neff && isSwapped(card.neff, card.ntffs)) card.match = "swapped";
  }
  for (const item of items.filter(({ sniffed }) => sniffed.role === "official")) {
    alone.push({ key: keyOf(item), neff: null, ntffs: [], match: "result", result: item });
  }
  const found = [...cards.values(), ...alone];
  return found.sort((a, b) => ORDER.indexOf(a.match) - ORDER.indexOf(b.match));
}
