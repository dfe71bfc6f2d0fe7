import assert from "node:assert/strict";
import { test } from "node:test";
import { Scale } from "../../static/js/kit/scale.js";
import { makeContext, makeViewer, ROW } from "./fake-viewer.js";
import { TinyElement, useTinyDom } from "./tiny-dom.js";

useTinyDom();
const { bandsAt, placeWords, WarningBands, warnings, warningsOf } = await import(
  "../../static/js/viewers/tools/warnings.js"
);
const THIN = "\u202f";
const palette = /** @type {any} */ ({ warnCss: "amber" });

/** @param {string} rule @param {Partial<any>} [more] @returns {any} */
const finding = (rule, more = {}) => ({
  ...{ rank: 1, rule, title: `Title of ${rule}`, detail: "Detail.", advice: `Advice of ${rule}.` },
  bound: { factor: 1, saved_ns: 0, assumption: "" },
  evidence: { noun: "packet", count: 2, tracks: ["p0/c0/vector"] },
  ...{ ranges: [[100, 200]], range_count: 1, ...more },
});

/** @param {any[]} list */
function shown(list) {
  const viewer = makeViewer();
  const body = new TinyElement("div");
  viewer.tabs.body = () => /** @type {any} */ (body);
  viewer.findings = { list };
  const tool = warnings(viewer);
  assert.ok(tool);
  return { viewer, body, tool };
}

/** @param {any} viewer @param {any} tool @param {string} surface */
function drawn(viewer, tool, surface) {
  const context = makeContext();
  const layer = { context, palette, scale: viewer.scale(), width: 1000, height: 100 };
  tool.draw(layer, surface);
  return context.calls.filter(([name]) => name === "fillRect").map(([, ...place]) => place);
}

test("small transfers, tensors loaded again, throttling and lost records are warnings", () => {
  const list = ["throttling", "transposes", "idle_gap", "reloaded_tensor", "small_transfers"];
  assert.deepEqual(
    warningsOf([...list, "doubtful_data"].map((rule) => finding(rule))).map(({ rule }) => rule),
    ["small_transfers", "reloaded_tensor", "throttling", "doubtful_data"],
  );
});

test("bands lie on the rows of the warning alone, and as a strip on the ruler", () => {
  const { viewer, tool } = shown([finding("small_transfers"), finding("transposes")]);
  const rows = drawn(viewer, tool, "rows");
  const top = 2 * ROW;
  assert.deepEqual(rows, [
    [100, top + 1, 100, ROW - 2],
    [100, top + 1, 100, 2],
  ]);
  assert.deepEqual(drawn(viewer, tool, "ruler"), [[100, 97, 100, 3]]);
});

test("what is about the whole capture is listed and has no band", () => {
  const evidence = { noun: "notice", count: 2, tracks: [] };
  const { viewer, body, tool } = shown([finding("doubtful_data", { evidence })]);
  assert.deepEqual(drawn(viewer, tool, "rows"), []);
  assert.deepEqual(drawn(viewer, tool, "overview"), []);
  assert.match(body.textContent, /Records are missing/);
  assert.equal(body.all("button").length, 0);
});

test("what is turned off is not drawn, is told in the address, and stays listed", () => {
  const { viewer, body, tool } = shown([finding("throttling")]);
  tool.toggles?.[0]?.set(false);
  assert.deepEqual(drawn(viewer, tool, "rows"), []);
  const query = new URLSearchParams();
  tool.write?.(query);
  assert.equal(query.get("warnings"), "0");
  assert.match(body.textContent, /Title of throttling/);
  tool.read?.(new URLSearchParams(""));
  assert.equal(tool.toggles?.[0]?.isOn(), true);
});

test("the page tells each with its advice and leads to its place", () => {
  const { viewer, body, tool } = shown([
    finding("small_transfers", {
      ...{ range_count: 90 },
      ranges: [
        [100, 200],
        [400, 500],
      ],
    }),
    finding("doubtful_data", { ranges: [], range_count: 0 }),
  ]);
  tool.tab?.show?.(/** @type {any} */ (body));
  assert.match(body.textContent, /Small DMA transfers.*Detail\..*Advice of small_transfers\./);
  assert.match(body.textContent, /Records are missing/);
  assert.equal(viewer.tabs.told.warnings, 2);
  const buttons = body.all("button");
  assert.equal(buttons.length, 1);
  buttons[0]?.fire("click");
  assert.ok(viewer.range.start < 100 && viewer.range.end > 500);
});

test("hardware errors stand first, and without any warning the page says so", () => {
  const { viewer, body, tool } = shown([finding("throttling")]);
  viewer.document.tracks.push({ kind: "error", name: "Errors of core 0", rows: 3, key: "e" });
  tool.tab?.show?.(/** @type {any} */ (body));
  assert.match(body.textContent, /^Errors of core 0: 3/);
  const none = shown([]);
  none.tool.tab?.show?.(/** @type {any} */ (none.body));
  assert.equal(none.body.textContent, "No warnings in this profile.");
});

test("findings that come after the first picture reach the page with the next one", () => {
  const { viewer, body, tool } = shown([]);
  drawn(viewer, tool, "rows");
  viewer.findings.list = [finding("reloaded_tensor")];
  drawn(viewer, tool, "rows");
  assert.match(body.textContent, /Tensor loaded again/);
});

test("bands that touch are one, outside the view there are none, and each is a pixel at least", () => {
  const scale = new Scale({ start: 0, end: 100_000 }, 1000);
  const bands = bandsAt(
    [
      [50_000, 50_001],
      [10_000, 20_000],
      [15_000, 30_000],
      [200_000, 300_000],
      [-500, -100],
    ],
    scale,
  );
  assert.deepEqual(bands, [
    { x: 100, width: 200 },
    { x: 500, width: 1 },
  ]);
});

test("where it happens is said by count, span and time; of a part of many as at least", () => {
  const words = (/** @type {any} */ more) => placeWords(finding("throttling", more));
  assert.equal(words({}), `100${THIN}ns to 200${THIN}ns, 100${THIN}ns`);
  const ranges = [
    [0, 100],
    [300, 400],
  ];
  const both = `2 places from 0${THIN}ns to 400${THIN}ns, 200${THIN}ns together`;
  assert.equal(words({ ranges, range_count: 2 }), both);
  assert.match(words({ ranges, range_count: 70 }), /^70 places .* at least 200/);
  assert.equal(words({ ranges: [], range_count: 0 }), "");
});

test("a system run has no warnings of a device", () => {
  const viewer = makeViewer();
  viewer.document.kind = "system";
  assert.equal(warnings(viewer), null);
  assert.equal(new WarningBands(makeViewer()).warnings.length, 0);
});
