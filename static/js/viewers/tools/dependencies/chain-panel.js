/** The panel's section about whole chains: which way, how far, and what was found. */

import { button, make } from "../../../kit/dom.js";
import { count, duration } from "../../../kit/units.js";
import { depthOf, MOST_DEPTH, reachedBy, USUAL_DEPTH } from "../../../timeline/dependency-chain.js";
import { edgeLine, gapWords, shortList } from "../../edge-line.js";

/** @typedef {import("../dependency-chain.js").DependencyChain} DependencyChain */
/** @typedef {import("../../../timeline/dependency-chain.js").Chain} Chain */
/** @typedef {import("../../../timeline/dependency-chain.js").Asked} Asked */
/** @typedef {import("../../../timeline/hit-test.js").Hit} Hit */

const LISTED_AT_ONCE = 12;

/**
 * What a chain is, in a sentence or two.
 * @param {Chain} chain
 * @param {Asked} asked
 * @returns {string}
 */
export function chainWords(
  { events, edges, waited_ns: waited, cut, beyond, edges_left_out: left },
  { way },
) {
  if (events.length === 0)
    return "The trace does not tell what started this transfer or followed it.";
  const whose = way === "back" ? "came before" : "came after";
  const many = events.length === 1 ? "Nothing on record" : `${count(events.length - 1)} events`;
  const parts = [`${many} ${whose}, by ${count(edges.length)} edges.`];
  if (events.length > 1) parts.push(`Idle before them: ${duration(waited, 3)} in all.`);
  const further = `${count(beyond)} more lie one edge further`;
  if (cut === "depth") parts.push(`${further}: choose a greater depth.`);
  if (cut === "events")
    parts.push(`${further}: the list is cut at ${count(events.length)} events.`);
  if (cut === "time") parts.push(`${further}: the search was stopped after its time.`);
  if (left > 0) parts.push(`${count(left)} edges between them are left out.`);
  return parts.join(" ");
}

/**
 * @param {DependencyChain} tool
 * @param {Hit} hit what the panel shows
 * @returns {HTMLElement}
 */
export function chainSection(tool, hit) {
  const { asked, chain, error, request } = tool;
  const section = make("section", { class: "panel__section", "data-chain": "" });
  const depth = /** @type {HTMLInputElement} */ (
    make("input", {
      ...{ class: "field chain__depth", type: "number", min: "1", max: String(MOST_DEPTH) },
      ...{
        "aria-label": "Depth of the chain in edges",
        value: String(asked?.depth ?? USUAL_DEPTH),
      },
    })
  );
  const way = (/** @type {"back" | "forward"} */ name, /** @type {string} */ text) => {
    const made = button({ text, act: () => tool.follow(name, depthOf(depth.value)) });
    const isOwn = asked?.way === name && asked.row === hit.row && asked.table === hit.track.table;
    made.setAttribute("aria-pressed", String(isOwn));
    return made;
  };
  const bar = make("div", { class: "chain__bar" }, way("back", "Back"), way("forward", "Forward"));
  bar.append(make("label", { class: "chain__label quiet" }, "depth ", depth));
  if (asked)
    bar.append(button({ text: "Clear", class: "button--quiet", act: () => void tool.clear() }));
  section.append(make("h3", {}, "Whole chain"), bar);
  if (error) section.append(make("p", { class: "field-error" }, error));
  else if (request) section.append(make("p", { class: "quiet", role: "status" }, "Looking…"));
  else if (chain && asked) section.append(...found(tool, chain, asked));
  return section;
}

/**
 * @param {DependencyChain} tool
 * @param {Chain} chain
 * @param {Asked} asked
 * @returns {HTMLElement[]}
 */
function found(tool, chain, asked) {
  const edges = reachedBy(chain, asked.way);
  const rows = chain.events.map((event, at) => {
    const edge = edges.get(at);
    const waited = event.waited_ns ? ` · idle ${duration(event.waited_ns, 3)}` : "";
    const about = edge ? `${event.depth} · ${gapWords(edge.gap_ns)}${waited}` : "where it begins";
    const way = asked.way === "back" ? "in" : "out";
    return edgeLine({ place: event, about, kind: edge?.kind, way, go: (place) => tool.go(place) });
  });
  const words = make("p", { role: "status" }, chainWords(chain, asked));
  return [words, ...shortList(rows, rows.length, LISTED_AT_ONCE)];
}
