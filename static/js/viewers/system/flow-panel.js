/** What the panel says of a flow: before and after the event, and what other cores did meanwhile. */

import { button, icon, make, one } from "../../kit/dom.js";
import { count, duration } from "../../kit/units.js";
import { goTo } from "./places.js";

/** @typedef {import("./timeline.js").SystemTimeline} SystemTimeline */
/** @typedef {import("./flow.js").Flow} Flow */
/** @typedef {import("./flow.js").EventOf} EventOf */
/** @typedef {import("../../timeline/hit-test.js").Hit} Hit */

const RUNNING = "nc_exec_running";
const FEW_FLOW = 4;
const FEW_BESIDE = 4;
const SOURCES = /** @type {Record<string, string>} */ ({
  framework: "Framework",
  neuron_rt: "Runtime",
});
const REASONS = /** @type {Record<string, string>} */ ({
  "execution id": "by its execution id",
  "inside the call": "inside the call on its thread",
  time: "by time alone",
});

/**
 * A time from another one, with its sign.
 * @param {number} ns
 * @returns {string}
 */
export function signed(ns) {
  return `${ns < 0 ? "−" : "+"}${duration(Math.abs(ns), 3)}`;
}

/**
 * Where an event is, in a word or two.
 * @param {EventOf} event
 * @returns {string}
 */
export function shortPlace({ source, pcore_idx: pcore, nc_idx: nc }) {
  if (source === "neuron_hw") return `Core ${pcore ?? nc ?? "unknown"}`;
  return SOURCES[source] ?? source;
}

/**
 * Who did something: its rank if it has one, and where on which host and process it differs.
 * @param {EventOf} event
 * @param {EventOf | {instance_id: string, process_id: string}} than
 * @returns {string}
 */
export function whoText(event, than) {
  const { worker_gid: rank, nc_idx: nc, pcore_idx: pcore } = event;
  const logical = nc !== null && rank === null ? `logical core ${nc}` : "";
  const core = pcore !== null ? `core ${pcore}` : logical;
  const isAway = event.instance_id !== than.instance_id;
  const isOther = isAway || event.process_id !== than.process_id;
  const process = isOther ? `process ${event.process_id}` : "";
  const parts = [rank === null ? "" : `rank ${rank}`, core, process];
  return [...parts, isAway ? event.instance_id : ""].filter(Boolean).join(" · ");
}

/**
 * An event as a line that leads to it.
 * @param {SystemTimeline} viewer
 * @param {EventOf} event
 * @param {{place: string, time: string, title: string, look: string}} words
 * @returns {HTMLElement}
 */
function line(viewer, event, { place, time, title, look }) {
  const made = button({ class: "flow__line", act: () => void goTo(viewer, event) });
  made.title = title;
  made.append(
    make("span", { class: `flow__way flow__way--${look}` }, icon("right")),
    make("code", { class: "flow__name" }, event.name),
    make("span", { class: "quiet flow__place" }, place),
    make("span", { class: "flow__time" }, time),
  );
  return make("li", {}, made);
}

/**
 * Lines of the flow, without the event itself.
 * @param {SystemTimeline} viewer
 * @param {Hit} hit
 * @param {Flow} flow
 * @returns {HTMLElement[]}
 */
function flowLines(viewer, hit, { flow }) {
  const own = flow.findIndex(({ row }) => row === hit.row);
  return flow
    .filter(({ row }) => row !== hit.row)
    .map((event) => {
      const isBefore = flow.indexOf(event) < own;
      const time = signed(event.start_ts - hit.start);
      const title = `${REASONS[event.reason] ?? event.reason} · ${duration(event.end_ts - event.start_ts)} long`;
      return line(viewer, event, {
        ...{ place: shortPlace(event), time, title },
        look: isBefore ? "in" : "out",
      });
    });
}

/**
 * @param {SystemTimeline} viewer
 * @param {Hit} hit
 * @param {Flow} flow
 * @returns {HTMLElement[]}
 */
function besideLines(viewer, hit, { beside }) {
  const { instance, process } = hit.track.attrs ?? {};
  const than = { instance_id: instance ?? "", process_id: String(process) };
  return beside.map((event) =>
    line(viewer, event, {
      place: whoText(event, than),
      time: `${signed(event.start_ts - hit.start)} · ${duration(event.end_ts - event.start_ts, 3)}`,
      title: `${duration(event.shared_ns)} of it at the same time`,
      look: event.has_same_name ? "same" : "other",
    }),
  );
}

/**
 * @param {string} title
 * @param {string} note
 * @param {HTMLElement[]} lines
 * @returns {HTMLElement}
 */
function section(title, note, lines) {
  const head = make("h3", { class: "flow__head" }, title, make("span", { class: "quiet" }, note));
  return make(
    "section",
    { class: "panel__section" },
    head,
    make("ul", { class: "flow" }, ...lines),
  );
}

/**
 * The few lines of a flow for the Event tab; nothing where there is none.
 * @param {SystemTimeline} viewer
 * @param {Hit} hit
 * @param {Flow} flow
 * @returns {HTMLElement[]}
 */
export function flowSections(viewer, hit, flow) {
  const found = [];
  const lines = flowLines(viewer, hit, flow);
  if (lines.length > 0) {
    const shown = nearest(lines, flow, hit);
    const more = lines.length - shown.length;
    const note = more > 0 ? `${count(more)} more in Flow` : "from its start";
    found.push(section("Flow", note, shown));
  }
  const beside = besideLines(viewer, hit, flow);
  if (beside.length > 0) {
    const more = flow.beside_count - Math.min(FEW_BESIDE, beside.length);
    const note = more > 0 ? `${count(more)} more in Flow` : "from its start";
    found.push(section("Beside this", note, beside.slice(0, FEW_BESIDE)));
  }
  return found;
}

/**
 * The one before the event and the ones after it that a reader looks for first.
 * @param {HTMLElement[]} lines
 * @param {Flow} flow
 * @param {Hit} hit
 * @returns {HTMLElement[]}
 */
function nearest(lines, { flow }, hit) {
  const own = flow.findIndex(({ row }) => row === hit.row);
  const others = flow.filter(({ row }) => row !== hit.row);
  const rank = (/** @type {number} */ at) => {
    if (at === own - 1) return 0;
    if (others[at].name === RUNNING) return 1;
    return at >= own ? 2 : 3;
  };
  const places = lines.map((_, at) => at).sort((a, b) => rank(a) - rank(b) || a - b);
  const chosen = places.slice(0, FEW_FLOW).sort((a, b) => a - b);
  return chosen.map((at) => lines[at]);
}

/**
 * Fills the Flow tab and says how many events there are; away where there are none.
 * @param {SystemTimeline} viewer
 * @param {Hit} hit
 * @param {Flow | null} flow
 */
export function showFlowTab(viewer, hit, flow) {
  const tab = one("[data-act='flow-tab']", viewer.host);
  const lines = flow ? flowLines(viewer, hit, flow) : [];
  const beside = flow ? besideLines(viewer, hit, flow) : [];
  tab.hidden = lines.length + beside.length === 0;
  one("[data-flow-count]", tab).textContent = count(lines.length + beside.length);
  if (!flow || tab.hidden) {
    showTab(viewer, "event");
    return;
  }
  const before = Math.max(
    0,
    flow.flow.findIndex(({ row }) => row === hit.row),
  );
  const title = make("h2", {}, make("code", { class: "panel__title" }, hit.label));
  const about = make("p", { class: "quiet" }, "Times from its start. A line leads to its event.");
  const parts = [make("div", { class: "panel__head" }, title, about)];
  const add = (
    /** @type {string} */ name,
    /** @type {string} */ note,
    /** @type {HTMLElement[]} */ some,
  ) => {
    if (some.length > 0) parts.push(section(name, note, some));
  };
  add("Before", "upstream", lines.slice(0, before));
  add("After", "downstream", lines.slice(before));
  const most =
    flow.beside_count > beside.length
      ? `the first ${beside.length} of ${count(flow.beside_count)}`
      : "start · duration";
  add("Beside this", most, beside);
  one("[data-flow]", viewer.host).replaceChildren(...parts);
}

/**
 * @param {SystemTimeline} viewer
 * @param {"event" | "flow"} name
 */
export function showTab({ host, tabs }, name) {
  const isFlow = name === "flow";
  tabs.show("event");
  host.classList.toggle("tl--flow", isFlow);
  one("[data-flow]", host).hidden = !isFlow;
  one("[data-event]", host).hidden = isFlow;
  one("[data-act='flow-tab']", host).setAttribute("aria-pressed", String(isFlow));
}
