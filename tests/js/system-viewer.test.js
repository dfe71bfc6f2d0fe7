import assert from "node:assert/strict";
import { test } from "node:test";

Object.assign(globalThis, {
  window: {
    location: { origin: "http://here", pathname: "/profiles/p/timeline/", search: "?t=1-2" },
  },
});
const { modelTitle, safeBack, withBack } = await import(
  "../../static/js/viewers/system/device-card.js"
);
const { lanesOfCore } = await import("../../static/js/viewers/system/device-rows.js");
const { readyText } = await import("../../static/js/viewers/system/device-list.js");
const { attributesOf } = await import("../../static/js/viewers/system/event.js");
const { keep, readKept } = await import("../../static/js/viewers/system/kept.js");
const { clockWords, marksOf, pagesOf, spreadOf, SyncPoints, syncPointOf } = await import(
  "../../static/js/viewers/system/clocks.js"
);
const { emptyWords, stepsInView, valueText } = await import(
  "../../static/js/viewers/system/series-rows.js"
);
const { SeriesStore, widened } = await import("../../static/js/viewers/system/series-store.js");
const { arrangementOf } = await import("../../static/js/timeline/system-rows.js");
const { cut } = await import("../../static/js/render/text.js");
const { makeDocument } = await import("./make-tile.js");

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("a link into a device profile carries the way back", () => {
  const address = withBack("/profiles/d/timeline/?t=5-9");
  const url = new URL(address, "http://here");
  assert.equal(url.searchParams.get("t"), "5-9");
  assert.equal(url.searchParams.get("back"), "/profiles/p/timeline/?t=1-2");
  assert.equal(withBack("http://elsewhere/x"), "#");
});

test("a model is called as on the Summary, by its whole name where nothing is known of it", () => {
  const name = "./nxd_model/context_encoding_model/_tp0_bk0/graph.neff";
  const known = { name, graph: "context_encoding_model", role: "prefill", rank: 0, bucket: 0 };
  assert.equal(modelTitle(known), "prefill · context_encoding_model bucket 0");
  assert.equal(modelTitle({ ...known, role: null, bucket: null }), "context_encoding_model");
  assert.equal(modelTitle({ ...known, graph: null }), name);
});

test("a way back leads to a profile of this server or nowhere", () => {
  assert.equal(safeBack("/profiles/a-1/timeline/?t=1-2"), "/profiles/a-1/timeline/?t=1-2");
  for (const odd of [
    null,
    "",
    "//evil/profiles/a/",
    "javascript:alert(1)",
    "/admin/",
    "https://x",
  ]) {
    assert.equal(safeBack(odd), null);
  }
});

test("the list of device profiles says how many are ready, of how many only while some are not", () => {
  assert.equal(readyText({ ready: 64, total: 64 }), "64");
  assert.equal(readyText({ ready: 3, total: 64 }), "3 of 64");
});

test("a core's lanes are its engines with something in them, then its queues in one", () => {
  const document = makeDocument([
    { name: "Vector" },
    { name: "Tensor" },
    { name: "Sync", rows: 0 },
    { kind: "dma_queue", group: "p0/dma0", name: "q1" },
    { kind: "dma_queue", group: "p0/dma0", name: "q2" },
  ]);
  const lanes = lanesOfCore(/** @type {any} */ (document), 0);
  assert.deepEqual(
    lanes.map(({ name, tracks }) => `${name} ${tracks.length}`),
    ["Tensor 1", "Vector 1", "DMA 2"],
  );
  assert.deepEqual(lanesOfCore(/** @type {any} */ ({ ...document, groups: [] }), 0), []);
});

test("every attribute is shown, what stands in the JSON too", () => {
  const row = {
    ...{ instance_id: "i-a", process_id: 7, thread_id: 9, nc_idx: 0, worker_gid: 3 },
    extra_attributes_json: '{"exec_id": 1, "deep": {"a": 2}, "none": null}',
  };
  assert.deepEqual(attributesOf(row), [
    ...[
      ["Instance", "i-a"],
      ["Process", "7"],
      ["Thread", "9"],
    ],
    ...[
      ["Worker", "global rank 3"],
      ["Logical core", "0"],
    ],
    ...[
      ["exec_id", "1"],
      ["deep", '{"a":2}'],
      ["none", ""],
    ],
  ]);
  assert.deepEqual(attributesOf({ extra_attributes_json: "{oops" }), [["Attributes", "{oops"]]);
});

/** A storage that holds one text. */
function storage(text = "") {
  const kept = { text, getItem: () => kept.text, setItem: (_, value) => (kept.text = value) };
  return kept;
}

test("how the rows are arranged is kept for the next profile, what is drawn of devices is not", () => {
  const place = storage();
  const devices = new Map([["a", { id: "d", lanes: 7 }]]);
  keep(
    arrangementOf({
      grouping: "core",
      hidden: new Set(["h"]),
      pinned: ["p"],
      order: ["o"],
      heights: new Map([["p", 60]]),
      devices,
    }),
    place,
  );
  const read = readKept(place);
  assert.deepEqual(read, {
    ...{ grouping: "core", hidden: new Set(["h"]), pinned: ["p"], order: ["o"], isCpuShown: false },
    heights: new Map([["p", 60]]),
  });
});

test("a storage with nonsense, or without leave to be used, is as none", () => {
  const none = { hidden: new Set(), pinned: [], order: [], heights: new Map() };
  const start = { ...none, grouping: "source", isCpuShown: false };
  assert.deepEqual(readKept(storage("{")), start);
  assert.deepEqual(readKept(storage('{"grouping": 5, "pinned": [1, "a"], "hidden": "x"}')), {
    ...{ ...start, pinned: ["a"] },
  });
  const closed = {
    getItem: () => {
      throw new Error("no");
    },
    setItem: () => {
      throw new Error("no");
    },
  };
  assert.deepEqual(readKept(closed), start);
  keep(arrangementOf(), closed);
});

const point = (/** @type {string} */ offset) =>
  syncPointOf(
    { instance_id: "i", process_id: 7, nc_idx: 0, pcore: 4, host_ns: "105", offset_ns: offset },
    100n,
  );

test("sync points tell how well the clocks agree", () => {
  assert.equal(point("1772000000000000001").at, 5);
  const points = [point("1772000000000001500"), point("1772000000000000000")];
  assert.equal(spreadOf(points), 1500);
  assert.equal(spreadOf([]), null);
  assert.match(clockWords(points), /2 sync points ▾\. They agree within 1\.500.µs/);
  assert.match(clockWords([point("1")]), /With one alone nothing says how exact it is/);
  assert.match(clockWords([]), /No sync point/);
});

test("all rows of a table are read, a page at a time, also when it shrinks meanwhile", async () => {
  const read = (/** @type {number} */ length, /** @type {number} */ total) => {
    /** @type {number[]} */
    const asked = [];
    const page = async (/** @type {number} */ offset) => {
      asked.push(offset);
      const rows = Array.from({ length: Math.max(0, Math.min(1000, length - offset)) }, () => ({}));
      return { rows, total };
    };
    return { asked, page };
  };
  for (const [length, total, expected] of /** @type {[number, number, number[]][]} */ ([
    [2500, 2500, [0, 1000, 2000]],
    [2000, 2000, [0, 1000]],
    [0, 0, [0]],
    [1500, 9000, [0, 1000, 1500]],
  ])) {
    const { asked, page } = read(length, total);
    let count = 0;
    for await (const rows of pagesOf(page)) count += rows.length;
    assert.deepEqual(asked, expected);
    assert.equal(count, length);
  }
});

test("sync points beyond the first page have their marks too", async () => {
  const rows = Array.from({ length: 2300 }, (_, at) => ({
    ...{ instance_id: "i", process_id: 7, nc_idx: 0, pcore: 4, offset_ns: "1" },
    host_ns: String(100 + at),
  }));
  const was = globalThis.fetch;
  globalThis.fetch = /** @type {any} */ (
    async (/** @type {string} */ url) => {
      const query = new URL(url, "http://x").searchParams;
      const [offset, limit] = [Number(query.get("offset")), Number(query.get("limit"))];
      const body = query.has("limit")
        ? { rows: rows.slice(offset, offset + limit), total: rows.length }
        : [{ name: "SyncPoint" }];
      return new Response(JSON.stringify(body), {
        headers: { "Content-Type": "application/json" },
      });
    }
  );
  try {
    let drawn = 0;
    const system = { tables: "/t/", run: 1 };
    const document = { origin_unix_ns: "100" };
    const viewer = /** @type {any} */ ({ system, document, redraw: () => drawn++ });
    const found = new SyncPoints(viewer);
    await found.load();
    assert.equal(found.points.length, 2300);
    assert.equal(found.points.at(-1)?.at, 2299);
    assert.equal(drawn, 3);
  } finally {
    globalThis.fetch = was;
  }
});

test("marks are those in view, one where several would lie on each other", () => {
  const points = [point("1"), point("2"), { ...point("3"), at: 5.2 }, { ...point("4"), at: 900 }];
  const scale = { width: 100, x: (/** @type {number} */ at) => at * 2 };
  assert.deepEqual(marksOf([{ ...point("5"), at: 20 }, ...points], scale), [10, 40]);
});

const series = (/** @type {Record<string, unknown>} */ changes = {}) =>
  /** @type {any} */ ({ interval_ns: 1e9, shape: "sampled", unit: "percent", ...changes });
const samples = (/** @type {any} */ changes = {}) => ({
  ...{ start_ns: [], min: [], max: [], mean: [], last: [], nearest: null },
  ...changes,
});

test("a sampled row says when nothing of it falls in view, a step row holds its value", () => {
  const words = emptyWords(series(), 0, 1_464_000);
  assert.equal(words, "Sampled every second. No sample falls in this 1.46\u202fms.");
  assert.equal(emptyWords(series(), 1, 5), "");
  assert.equal(emptyWords(series({ shape: "step" }), 0, 5), "");
  assert.match(emptyWords(series({ interval_ns: 5e8 }), 0, 5), /^Sampled every 500.ms/);
});

test("a step lasts until the next one; what was before the view reaches into it", () => {
  const view = { start: 100, end: 200 };
  const nearest = { before: { start_ns: 10, value: 3 } };
  const one = samples({ start_ns: [150], min: [4], max: [6], mean: [5], last: [6], nearest });
  assert.deepEqual(stepsInView(one, view, true), [
    { from: 100, to: 150, min: 3, max: 3, last: 3 },
    { from: 150, to: 200, min: 4, max: 6, last: 6 },
  ]);
  assert.equal(stepsInView(samples({ nearest }), view, true).length, 1);
  assert.equal(stepsInView(samples({ nearest }), view, false).length, 0);
});

test("samples outside the view are not drawn", () => {
  const view = { start: 100, end: 200 };
  const values = { min: [1, 2, 3], max: [1, 2, 3], mean: [1, 2, 3], last: [1, 2, 3] };
  const found = stepsInView(samples({ start_ns: [50, 150, 250], ...values }), view, false);
  assert.deepEqual(
    found.map(({ from }) => from),
    [150],
  );
});

test("values are said in their unit", () => {
  assert.equal(valueText(1 << 30, "bytes"), "1\u202fGiB");
  assert.equal(valueText(12.34, "percent"), "12.3\u202f%");
  assert.equal(valueText(4.35e11, "bytes_per_s"), "435\u202fGB/s");
});

test("samples are asked for once a view, panning a little asks for nothing", async () => {
  /** @type {string[]} */
  const asked = [];
  let changes = 0;
  const store = new SeriesStore(
    "/s/",
    () => changes++,
    async (url) => {
      asked.push(url);
      return samples();
    },
  );
  assert.equal(store.get("hbm 2", { start: 1000, end: 2000 }, 8), null);
  await settle();
  assert.ok(store.get("hbm 2", { start: 1000, end: 2000 }, 8));
  assert.ok(store.get("hbm 2", { start: 1010, end: 2010 }, 8));
  assert.equal(asked.length, 1);
  assert.match(asked[0], /^\/s\/hbm%202\/\?start_ns=-?\d+&end_ns=\d+&points=8$/);
  assert.equal(changes, 1);
});

test("while a new range is on its way the old answer stays", async () => {
  const store = new SeriesStore(
    "/s/",
    () => {},
    async () => samples(),
  );
  store.get("a", { start: 0, end: 10 }, 8);
  await settle();
  const old = store.get("a", { start: 0, end: 10 }, 8);
  assert.equal(store.get("a", { start: 9000, end: 19_000 }, 8), old);
});

test("a widened range holds the view with room on both sides", () => {
  for (const [start, end] of [
    [0, 10],
    [-5, 3],
    [1000, 1001],
    [123, 99_999],
  ]) {
    const wide = widened({ start, end });
    assert.ok(wide.start < start && wide.end > end);
  }
});

test("names of spans are cut where they do not fit, and left out where nothing would be left", () => {
  const measure = (/** @type {string} */ text) => text.length * 6;
  assert.equal(cut("sample_tokens", 100, measure), "sample_tokens");
  assert.equal(cut("sample_tokens", 60, measure), "sample_to…");
  assert.equal(cut("sample_tokens", 12, measure), "");
});
