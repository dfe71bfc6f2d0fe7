import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { find, shownTracks } from "../../static/js/viewers/tools/find.js";
import { makeContext, makeViewer, ROW } from "./fake-viewer.js";
import { TinyElement, useTinyDom } from "./tiny-dom.js";

/** @typedef {any} Any */

/** @type {URL[]} */
let asked = [];
/** @type {(url: URL) => Any} */
let answer = () => ({});

const HIT = { track: "p0/c9/nobody", part: 0, table: "Instruction", row: 3, label: "CAST" };
const FOUND = {
  ...{ complete: true, rows: 9, rows_read: 9, count: 2, sum_ns: 30, duration_ns: 1000 },
  first: { ...HIT, start_ns: 100, end_ns: 110 },
  last: { ...HIT, row: 4, start_ns: 500, end_ns: 520 },
  tracks: [
    {
      ...{ track: "p0/c0/vector", name: "Vector", kind: "engine", part: 0, core: 0 },
      ...{ count: 2, sum_ns: 30, busy_ns: 30, busy_share: 0.03 },
    },
  ],
};
const CAPS = {
  ...{ complete: true, count: 2, bucket_ns: 1 },
  tracks: [{ track: 1, runs: [100, 110, 1, 1, 500, 520, 1, 1] }],
};

/** @param {URL} url @returns {Any} */
function usual({ pathname, searchParams }) {
  if (pathname.endsWith("caps/")) return CAPS;
  if (!pathname.endsWith("step/")) return FOUND;
  const from = Number(searchParams.get("from_ns") ?? -1);
  const isNext = searchParams.get("way") === "next";
  const hasRow = searchParams.has("from_row");
  const hits = [FOUND.first, FOUND.last];
  const wanted = isNext
    ? hits.find(({ start_ns: at }) => (hasRow ? at > from : at >= from))
    : hits.findLast(({ start_ns: at }) => from < 0 || at < from);
  return { count: 2, complete: true, hit: wanted ?? null, place: wanted === hits[0] ? 1 : 2 };
}

/** @param {string} [address] the query of the page */
function made(address = "") {
  useTinyDom();
  const elements = new Map();
  const at = (/** @type {string} */ selector) => {
    if (!elements.has(selector)) {
      const element = /** @type {Any} */ (new TinyElement("div"));
      Object.assign(element, { value: "", blur() {}, select() {}, querySelector: at });
      elements.set(selector, element);
    }
    return elements.get(selector);
  };
  const viewer = /** @type {Any} */ (makeViewer());
  viewer.host = { querySelector: at, querySelectorAll: () => [] };
  Object.assign(document, { querySelector: at, querySelectorAll: () => [] });
  viewer.stage = new TinyElement("div");
  viewer.store = { get: async () => null };
  viewer.dma = "queue";
  viewer.closed = new Set();
  Object.assign(globalThis, {
    window: { location: { search: address }, setTimeout, clearTimeout },
  });
  const tool = /** @type {Any} */ (find(viewer));
  viewer.toolbox.add(tool);
  return { viewer, tool, finder: viewer.find, at };
}

/** Lets everything that is under way come to its end. */
async function rest() {
  for (let turn = 0; turn < 8; turn++) await new Promise((go) => setTimeout(go, 2));
}

/** @param {Any} viewer @param {Any} tool */
function drawn(viewer, tool) {
  const context = makeContext();
  const layer = { context, scale: viewer.scale(), palette: { warnCss: "amber" } };
  tool.draw({ ...layer, width: 1000, height: 8 * ROW }, "rows");
  return context.calls.map((/** @type {Any[]} */ [, x, , width]) => [x, width]);
}

beforeEach(() => {
  asked = [];
  answer = usual;
  globalThis.fetch = /** @type {Any} */ (
    async (/** @type {string} */ text) => {
      const url = new URL(text, "http://here");
      asked.push(url);
      await new Promise((go) => setTimeout(go, 0));
      const { status = 200, ...body } = answer(url);
      return { status, ok: status < 300, text: async () => JSON.stringify(body) };
    }
  );
});

test("a search tells its hits beside the field and its sums below", async () => {
  const { viewer, finder, at } = made();
  finder.ask("cast");
  await rest();
  assert.equal(asked[0].pathname, "/api/v1/profiles/p/runs/1/search/");
  assert.equal(at("[data-find-count]").textContent, "2 hits");
  const line = at("[data-find-line]");
  assert.equal(line.hidden, false);
  assert.match(line.textContent, /first .*summed.*Vector 3/);
  assert.ok(viewer.written > 0);
  const query = new URLSearchParams();
  viewer.toolbox.write(query);
  assert.equal(query.get("find"), "cast");
});

test("an address with a search is searched for at the start", async () => {
  const { at } = made("?find=cast%20-x");
  await rest();
  assert.equal(asked[0].searchParams.get("q"), "cast -x");
  assert.equal(at("[data-find]").value, "cast -x");
});

test("caps are asked for once for a view and what lies beside it, and drawn", async () => {
  const { viewer, tool, finder } = made();
  finder.ask("cast");
  await rest();
  assert.deepEqual(drawn(viewer, tool), []);
  await rest();
  assert.deepEqual(drawn(viewer, tool), [
    [100, 10],
    [500, 20],
  ]);
  viewer.range = { start: 250, end: 750 };
  drawn(viewer, tool);
  await rest();
  const caps = asked.filter(({ pathname }) => pathname.endsWith("caps/"));
  assert.equal(caps.length, 1);
});

test("without a search nothing is drawn, asked or cleared", async () => {
  const { viewer, tool } = made();
  assert.deepEqual(drawn(viewer, tool), []);
  assert.equal(tool.escape(), false);
  const query = new URLSearchParams();
  tool.write(query);
  await rest();
  assert.deepEqual([asked.length, String(query)], [0, ""]);
});

test("Esc clears the search, its caps and its words", async () => {
  const { viewer, tool, finder, at } = made();
  finder.ask("cast");
  await rest();
  assert.equal(tool.escape(), true);
  assert.equal(at("[data-find]").value, "");
  assert.equal(at("[data-find-count]").textContent, "");
  assert.equal(at("[data-find-line]").hidden, true);
  assert.deepEqual(drawn(viewer, tool), []);
  assert.equal(tool.escape(), false);
});

test("steps go on from hit to hit and begin anew behind the last", async () => {
  const { viewer, finder, at } = made();
  finder.ask("cast");
  await rest();
  const words = () => at("[data-find-count]").textContent;
  await finder.step(1);
  assert.equal(words(), "1 of 2 hits");
  await finder.step(1);
  assert.equal(words(), "2 of 2 hits");
  await finder.step(1);
  assert.equal(words(), "1 of 2 hits");
  await finder.step(-1);
  assert.equal(words(), "2 of 2 hits");
  // The first step begins at the view.
  finder.ask("cast");
  viewer.range = { start: 300, end: 400 };
  await finder.step(1);
  assert.equal(words(), "2 of 2 hits");
  finder.ask("cast");
  await finder.step(-1);
  assert.equal(words(), "1 of 2 hits");
});

test("an error is told with its piece and what can be put there", async () => {
  const error = { detail: "There is no field lyer.", code: "search.field" };
  const fields = { position: "0", length: "4", near: "layer" };
  answer = () => ({ status: 400, error: { ...error, fields } });
  const { finder, at } = made();
  finder.ask("lyer:x");
  await rest();
  const line = at("[data-find-line]");
  assert.equal(at("[data-find]").getAttribute("aria-invalid"), "true");
  assert.match(line.textContent, /lyer:x.*There is no field lyer/);
  answer = usual;
  line.all("button")[0].fire("click");
  await rest();
  assert.equal(at("[data-find]").value, "layer:x");
  assert.equal(at("[data-find]").getAttribute("aria-invalid"), "false");
  assert.equal(at("[data-find-count]").textContent, "2 hits");
});

test("a new search is not disturbed by answers to the one before", async () => {
  answer = (url) =>
    url.searchParams.get("q") === "old" ? { ...FOUND, complete: false, count: 99 } : FOUND;
  const { finder, at } = made();
  finder.ask("old");
  await rest();
  assert.match(at("[data-find-count]").textContent, /^99 so far/);
  finder.ask("new");
  await rest();
  assert.equal(at("[data-find-count]").textContent, "2 hits");
  const before = asked.length;
  await rest();
  assert.equal(asked.length, before);
});

test("an example from the list is searched for, a field waits for its value", async () => {
  const { finder, at } = made();
  finder.put("duration>", false);
  assert.equal(asked.length, 0);
  assert.equal(at("[data-find]").value, "duration>");
  at("[data-find]").value = "cast";
  finder.put("engine:vector", true);
  await rest();
  assert.equal(asked[0].searchParams.get("q"), "cast engine:vector");
});

test("the menu of a place finds events of the same label, whatever is written in it", async () => {
  const { tool } = made();
  assert.deepEqual(tool.menu({ hit: null }), []);
  assert.deepEqual(tool.menu({ hit: { label: "x", count: 5 } }), []);
  const [item] = tool.menu({ hit: { label: 'a "b" \\', count: 0 } });
  item.run();
  await rest();
  assert.equal(asked[0].searchParams.get("q"), 'label="a \\"b\\" \\\\"');
});

test("packets of a queue are shown on the rows of the core's engines where these are chosen", () => {
  const track = (/** @type {string} */ key, /** @type {string} */ kind, core = 0) => ({
    ...{ key, kind, part: 0, core },
  });
  const tracks = [
    track("q", "dma_queue"),
    track("e0", "dma_engine"),
    track("e1", "dma_engine"),
    track("other", "dma_engine", 1),
    track("vector", "engine"),
  ];
  const keys = (/** @type {string} */ dma, /** @type {string} */ key) =>
    shownTracks(/** @type {Any} */ ({ document: { tracks }, dma }), key).map((one) => one.key);
  assert.deepEqual(keys("queue", "q"), ["q"]);
  assert.deepEqual(keys("engine", "q"), ["e0", "e1"]);
  assert.deepEqual(keys("engine", "vector"), ["vector"]);
  assert.deepEqual(keys("queue", "nobody"), []);
});
