import assert from "node:assert/strict";
import { test } from "node:test";
import { makeViewer } from "./fake-viewer.js";
import { useTinyDom } from "./tiny-dom.js";

useTinyDom();
const timers = /** @type {(() => void)[]} */ ([]);
Object.assign(globalThis, {
  window: {
    location: { pathname: "/profiles/p/timeline/", search: "" },
    clearTimeout: () => {
      timers.length = 0;
    },
    setTimeout: (/** @type {() => void} */ act) => timers.push(act),
  },
});

const { BoxTool } = await import("../../static/js/viewers/tools/box.js");
const { SelectionPage } = await import("../../static/js/viewers/tools/selection/page.js");

const EMPTY = { start_ns: 0, end_ns: 1, duration_ns: 1, parts: [] };
const BOX = { range: { start: 5, end: 9 }, tracks: ["p0/c0/vector"] };

/**
 * A page, and what it asks the server for; answers come when `settle` is called.
 * @param {number} [status]
 */
function opened(status = 200) {
  /** @type {string[]} */
  const asked = [];
  const body = JSON.stringify(
    status === 200 ? EMPTY : { error: { code: "c", detail: "No rows." } },
  );
  globalThis.fetch = /** @type {any} */ (
    async (/** @type {string} */ url, /** @type {RequestInit} */ { method } = {}) => {
      if (method === "HEAD") {
        return new Response(null, { headers: { "X-Row-Count": "12", "X-Complete": "true" } });
      }
      asked.push(url);
      return new Response(body, { status });
    }
  );
  const viewer = makeViewer();
  const boxes = new BoxTool(viewer);
  const page = new SelectionPage(viewer, boxes);
  const show = viewer.tabs.show;
  viewer.tabs.show = function shown(/** @type {string} */ name) {
    show.call(this, name);
    if (name === "selection") page.show();
  };
  page.follow();
  return { viewer, boxes, page, asked, body: viewer.tabs.body() };
}

/** Lets timers and answers come. */
async function settle() {
  while (timers.length > 0) timers.shift()?.();
  for (let turn = 0; turn < 9; turn++) await Promise.resolve();
  await new Promise((done) => setImmediate(done));
}

test("a box goes before a range, and only a box names rows", () => {
  const { viewer, boxes, page } = opened();
  assert.equal(page.query(), null);
  viewer.marked = { start: 1.2, end: 7.8 };
  assert.equal(page.query(), "start_ns=1&end_ns=8");
  boxes.put(BOX);
  assert.equal(page.query(), "start_ns=5&end_ns=9&tracks=p0%2Fc0%2Fvector");
});

test("a new range brings the page to the front and is asked for once, when it rests", async () => {
  const { viewer, page, asked } = opened();
  for (const end of [20, 30, 40]) {
    viewer.marked = { start: 10, end };
    page.follow();
  }
  page.follow();
  assert.deepEqual(asked, []);
  await settle();
  assert.equal(viewer.tabs.shown, "selection");
  assert.deepEqual(asked, ["/api/v1/profiles/p/runs/1/selection/?start_ns=10&end_ns=40"]);
  page.show();
  await settle();
  assert.equal(asked.length, 1);
});

test("when nothing is selected any more the event comes back", async () => {
  const { viewer, page } = opened();
  viewer.marked = { start: 10, end: 20 };
  page.follow();
  await settle();
  viewer.marked = null;
  page.follow();
  await settle();
  assert.equal(viewer.tabs.shown, "event");
});

test("an address that names an event shows it, whatever range is marked", async () => {
  const { viewer } = opened();
  const boxes = new BoxTool(viewer);
  viewer.wanted = { key: "p0/c0/vector", row: 3 };
  viewer.marked = { start: 10, end: 20 };
  new SelectionPage(viewer, boxes).follow();
  await settle();
  assert.equal(viewer.tabs.shown, "event");
});

test("an error is said, and the same range can be asked for again", async () => {
  const { viewer, page, asked, body } = opened(400);
  viewer.marked = { start: 10, end: 20 };
  page.follow();
  await settle();
  assert.match(body.textContent, /No rows\./);
  page.show();
  await settle();
  assert.equal(asked.length, 2);
});

test("without a selection the page says how to make one, and can sum up the view", () => {
  const { viewer, page, body } = opened();
  viewer.range = { start: -50, end: 400.4 };
  page.show();
  assert.match(body.textContent, /press R .* press B/);
  body.all("button")[0].fire("click");
  assert.deepEqual(viewer.marked, { start: 0, end: 400 });
});

test("the field sets the range of what is selected; what is no range is marked as wrong", () => {
  const { viewer, boxes, page, body } = opened();
  boxes.put(BOX);
  page.fill();
  const field = /** @type {any} */ (page.field);
  const type = (/** @type {string} */ text) => {
    field.value = text;
    field.fire("change");
  };
  type("100ns-300ns");
  assert.deepEqual(boxes.box, { ...BOX, range: { start: 100, end: 300 } });
  type("soon");
  assert.equal(field.getAttribute("aria-invalid"), "true");
  type("2000ns-3000ns");
  assert.deepEqual(boxes.box?.range, { start: 100, end: 300 });
  boxes.put(null);
  viewer.marked = { start: 1, end: 2 };
  type("5-7");
  assert.deepEqual(viewer.marked, { start: 5, end: 7 });
  assert.match(body.textContent, /Summary of this range/);
});

test("a range can be saved as a region where there are regions", () => {
  const { viewer, boxes, page, body } = opened();
  boxes.put(BOX);
  page.fill();
  assert.doesNotMatch(body.textContent, /Save as region/);
  let saved = null;
  const run = () => {
    saved = viewer.marked;
  };
  viewer.toolbox.add({ name: "m", commands: [{ name: "Save the range as a region", run }] });
  page.fill();
  const found = body.all("button").find((/** @type {any} */ one) => /region/.test(one.textContent));
  found?.fire("click");
  assert.deepEqual(saved, BOX.range);
});

test("files of the selection lead to its rows, and say how many there are", async () => {
  const { viewer, boxes, page, body } = opened();
  boxes.put(BOX);
  page.follow();
  await settle();
  assert.equal(viewer.tabs.shown, "selection");
  assert.match(body.textContent, /12\u202frows, complete/);
  const hrefs = body.all("a").map((/** @type {any} */ one) => one.getAttribute("href"));
  const query = "start_ns=5&end_ns=9&tracks=p0%2Fc0%2Fvector";
  for (const format of ["csv", "parquet", "perfetto"]) {
    assert.ok(hrefs.includes(`/api/v1/profiles/p/runs/1/export/?${query}&format=${format}`));
  }
});
