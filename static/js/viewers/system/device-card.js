/** The card of a device profile an execution belongs to, and the way into it. */

import { icon, make } from "../../kit/dom.js";
import { count, duration, share } from "../../kit/units.js";
import { draw } from "../../render/activity.js";
import { graphTitle } from "../summary/words.js";

/** @typedef {import("../../timeline/hit-test.js").Hit} Hit */
/** @typedef {import("./timeline.js").SystemTimeline} SystemTimeline */
/** @typedef {import("./event.js").Model} Model */
/**
 * `device_zero_host_ns` is where the device profile's zero lies, from the system profile's.
 * @typedef {{profile_id: string | null, name: string, status: string | null, relation: string, evidence: string, open_url: string | null, device_zero_host_ns: number | null}} Candidate
 */

const MOST_CARDS = 6;
const BADGES = /** @type {Record<string, string>} */ ({
  PROCESSED: "ok",
  PROCESSING: "info",
  PENDING: "plain",
  FAILED: "err",
});

/**
 * A card a candidate, best first; a sentence where there is none.
 * @param {SystemTimeline} viewer
 * @param {Hit} hit
 * @param {import("./event.js").DeviceLink} link
 * @returns {HTMLElement[]}
 */
export function deviceCards(viewer, hit, { candidates, note }) {
  if (candidates.length === 0) {
    const words = note || "No device profile of this program was captured.";
    const title = make("h3", {}, "Device profile");
    const text = make("p", { class: "quiet" }, words);
    return [make("section", { class: "panel__section" }, title, text)];
  }
  const cards = candidates.slice(0, MOST_CARDS).map((one, at) => card(viewer, hit, one, at === 0));
  if (note) cards[0].append(make("p", { class: "quiet" }, note));
  const more = candidates.length - MOST_CARDS;
  if (more > 0) cards.push(make("p", { class: "quiet panel__loading" }, `and ${count(more)} more`));
  return cards;
}

/**
 * A model in the words of the Summary: role, graph and bucket; its whole name where it has none.
 * @param {Model} model
 * @returns {string}
 */
export function modelTitle({ name, graph, role, bucket }) {
  if (graph === null) return name ?? "";
  const words = bucket === null ? graph : `${graph} bucket ${bucket}`;
  return graphTitle({ graph: words, role });
}

/**
 * @param {Model} model
 * @returns {HTMLElement}
 */
export function modelSection({ name, graph, role, rank, bucket }) {
  const list = make("dl", { class: "panel__fields" });
  const title = modelTitle({ name, graph, role, rank, bucket });
  const fields = /** @type {[string, string | number | null][]} */ ([
    ["Graph", title],
    ["Tensor-parallel rank", rank],
    ["File", title === name ? null : name],
  ]);
  for (const [label, value] of fields) {
    if (value === null || value === undefined) continue;
    list.append(make("dt", {}, label), make("dd", {}, make("code", {}, String(value))));
  }
  return make("section", { class: "panel__section" }, make("h3", {}, "Model"), list);
}

/**
 * @param {SystemTimeline} viewer
 * @param {Hit} hit
 * @param {Candidate} candidate
 * @param {boolean} isFirst
 * @returns {HTMLElement}
 */
function card(viewer, hit, candidate, isFirst) {
  const { name, status, relation, evidence, open_url: address } = candidate;
  const { id, text } = deviceWords(viewer, hit, candidate);
  const badge = make("span", { class: `badge badge--${BADGES[status ?? ""] ?? "plain"}` });
  badge.append(status ?? "not stored");
  const title = make("strong", { class: "device__name", title: name }, id);
  const head = make("div", { class: "device__head" }, icon("chip"), title, badge);
  const words = make("p", { class: "quiet" }, make("em", {}, relation), ` · ${evidence}`);
  const box = make("section", { class: "panel__section device" }, head, make("p", {}, text));
  if (status === "PROCESSED" && candidate.profile_id) {
    box.append(deviceFacts(viewer, candidate.profile_id));
  }
  if (!address) {
    box.append(words);
    return box;
  }
  if (status && status !== "PROCESSED") {
    const states = "It opens as soon as it has been processed.";
    box.append(make("p", { class: "quiet" }, status === "FAILED" ? "It failed; see why." : states));
  }
  const kind = isFirst ? "button button--primary" : "button";
  const open = make("a", { class: kind, href: withBack(address) }, icon("right"));
  open.append("Open device timeline");
  open.addEventListener("click", () => {
    // The address of this view is written at once, so that Back returns to this event.
    viewer.writeAddressNow();
    open.setAttribute("href", withBack(address));
  });
  const tools = make("p", { class: "panel__tools" }, open);
  if (viewer.devices.canShow(hit, candidate))
    tools.append(" ", viewer.devices.toggle(hit, candidate));
  box.append(tools, words);
  return box;
}

/**
 * What a card is called and what it is: the name without what all names of the run begin with, and
 * of which cores it is.
 * @param {SystemTimeline} viewer
 * @param {Hit} hit
 * @param {Candidate} candidate
 * @returns {{id: string, text: string}}
 */
function deviceWords(viewer, hit, { name, relation }) {
  const own = /_(nc_\d+.*)$/.exec(name)?.[1] ?? name;
  const cores = viewer.devices.coresOf(hit).flatMap(({ attrs }) => attrs?.pcore ?? []);
  const many = cores.length > 1 ? `cores ${cores.slice(0, -1).join(", ")} and ` : "core ";
  const of = cores.length > 0 ? `, ${many}${cores.at(-1)}` : "";
  const what = relation === "this execution" ? "this execution" : "this program";
  return { id: own, text: `Device profile of ${what}${of}` };
}

/**
 * The fingerprint of a device profile and its first figures, filled in when they have come.
 * @param {SystemTimeline} viewer
 * @param {string} id
 * @returns {HTMLElement}
 */
function deviceFacts(viewer, id) {
  const print = /** @type {HTMLCanvasElement} */ (
    make("canvas", { class: "device__print", width: "600", height: "64", role: "img" })
  );
  const list = make("dl", { class: "panel__times" });
  const fact = (/** @type {string} */ name) => {
    const value = make("dd", {}, "–");
    list.append(make("div", {}, make("dt", {}, name), value));
    return value;
  };
  const [time, busy, packets] = ["Device time", "Tensor busy", "DMA packets"].map(fact);
  const fill = async () => {
    const { run, document } = await viewer.devices.profileOf(id);
    const queues = document.groups.filter(({ kind }) => kind === "dma");
    time.textContent = duration(document.duration_ns);
    packets.textContent = count(queues.reduce((sum, { rows }) => sum + rows, 0));
    print.dataset.activity = `/profiles/${id}/runs/${run}/activity/`;
    const activity = await draw(print);
    const tensor = activity?.lanes.find(({ name }) => name === "Tensor")?.busy ?? [];
    if (tensor.length > 0) busy.textContent = share(mean(tensor));
  };
  fill().catch(() => {
    print.title = "The device profile cannot be read";
  });
  return make("div", { class: "device__facts" }, print, list);
}

/**
 * @param {number[]} values
 * @returns {number}
 */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * An address of our own with the one of this view in it, for the link back.
 * @param {string} address
 * @returns {string}
 */
export function withBack(address) {
  const url = new URL(address, window.location.origin);
  if (url.origin !== window.location.origin) return "#";
  url.searchParams.set("back", window.location.pathname + window.location.search);
  return url.pathname + url.search;
}

/**
 * Where a link back may lead: a profile's page on this server, nothing else.
 * @param {string | null} address
 * @returns {string | null}
 */
export function safeBack(address) {
  return address && /^\/profiles\/[\w-]+\/[\w/-]*(\?[^#]*)?$/.test(address) ? address : null;
}
