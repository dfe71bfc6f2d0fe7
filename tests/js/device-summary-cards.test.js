/** The cards of a device summary: what stands on them, and what they say when there is nothing. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { finding, opcode, summary, THIN, tile } from "./make-device-summary.js";
import { TinyElement, useTinyDom } from "./tiny-dom.js";

useTinyDom();
const HERE = "../../static/js/viewers/summary/device";
const { summaryCards } = await import(`${HERE}/cards.js`);
const { chosenOpcodes, OpcodeTable, opcodeName } = await import(`${HERE}/opcodes.js`);
const { meaningWords } = await import(`${HERE}/meaning.js`);
const { gauge, locator, stackedBar } = await import(`${HERE}/drawing.js`);
const { rateBySize } = await import(`${HERE}/dma.js`);

/** @typedef {import("../../static/js/viewers/summary/device/shapes.js").Summary} Summary */

const MARKUP = "<img src=x onerror=alert(1)>";
const MEANINGS = new Map(
  ["total_time", "mfu"].map((id) => [
    id,
    { id, title: `Title of ${id}`, unit: id === "mfu" ? "share" : "ns", formula: "f", source: "s" },
  ]),
);

/** @param {Summary} [of] */
function page(of = summary()) {
  const all = new TinyElement("main");
  const around = { profile: "p", meanings: MEANINGS, opcodes: new OpcodeTable() };
  all.append(...summaryCards(of, around));
  return all;
}

/** @param {TinyElement} all @param {string} title */
function cardNamed(all, title) {
  const found = all.all("section").find((one) => one.querySelector("h2")?.textContent === title);
  assert.ok(found, title);
  return found;
}

test("the cards stand in the order of the page", () => {
  const heads = page()
    .all("h2")
    .map((one) => one.textContent);
  assert.deepEqual(heads, [
    ...["Findings", "Roofline", "Tensor FLOPs", "Busy time by unit", "HBM bandwidth", "Opcodes"],
    ...["Bounds", "Critical path", "DMA", "Data notices", "Collectives", "NKI kernels", "System"],
  ]);
});

test("a tile has its metric's title, number and unit", () => {
  const strip = page().querySelector(".strip");
  assert.deepEqual(
    strip?.all("dt").map((one) => one.textContent),
    ["Title of total_time", "Title of mfu"],
  );
  assert.deepEqual(
    strip?.all(".strip__value").map((one) => one.textContent),
    ["102.7µs", "5.0%"],
  );
});

test("a tile that is not available keeps its place and says what it needs", () => {
  const gone = tile("mfu", { value: null, missing: "the peak", bar: null });
  const one = page(summary({ strip: [gone] })).querySelector(".strip__one");
  assert.equal(one?.querySelector(".strip__value")?.textContent, "–");
  assert.match(one?.textContent ?? "", /not available: needs the peak/);
  assert.equal(one?.all(".gauge__fill").length, 0);
});

test("every number names its metric, so that it can be explained", () => {
  for (const number of page().all(".number")) {
    assert.ok(number.getAttribute("data-metric"), number.textContent);
  }
  assert.ok(page().all(".number").length > 40);
});

test("a finding stands with claim, evidence, advice, bound, assumption and the way there", () => {
  const card = cardNamed(page(), "Findings");
  const text = card.textContent;
  for (const part of [
    ...["Tensor idle for 44.8 µs", "LDWEIGHTS waited for a transfer.", "Start it earlier."],
    ...[`up to 1.8${THIN}×`, "if the gap closes completely", "they do not add up"],
  ]) {
    assert.ok(text.includes(part), part);
  }
  const link = card.querySelector("a");
  assert.equal(link?.textContent, "Show 1 gap");
  assert.match(link?.getAttribute("href") ?? "", /sel=p0\/c0\/tensor:225&finding=idle_gap$/);
  const mark = card.querySelector(".locator__mark");
  assert.match(mark?.style.left ?? "", /^24\.6/);
});

test("of many findings six stand first, the others come when asked", () => {
  const findings = Array.from({ length: 8 }, (_, at) => finding({ rank: at + 1 }));
  const card = cardNamed(page(summary({ findings })), "Findings");
  assert.equal(card.all("li").length, 6);
  const more = card.querySelector("button.findings__more") ?? card.all("button").at(-1);
  assert.equal(more?.textContent, "Show 2 more findings");
  more?.fire("click");
  assert.equal(card.all("li").length, 8);
});

test("doubt about the data leads to the notices", () => {
  const evidence = { table: "Warning", rows: [], count: 4, noun: "record", tracks: [] };
  const doubt = finding({ rule: "doubtful_data", evidence });
  const link = cardNamed(page(summary({ findings: [doubt] })), "Findings").querySelector("a");
  assert.equal(link?.getAttribute("href"), "#card-data-notices");
});

test("names of a profile stand as text, whatever is in them", () => {
  const all = page(
    summary({
      findings: [finding({ title: MARKUP, detail: MARKUP })],
      opcodes: [opcode({ opcode: MARKUP })],
      notices: [{ code: "x", title: MARKUP, detail: MARKUP, count: 1 }],
      system: [{ id: "x", title: "X", value: MARKUP }],
    }),
  );
  assert.ok(all.textContent.includes(MARKUP));
  assert.equal(all.all("img").length, 0);
});

test("parts of a whole are one bar with a legend; what is nothing needs no line", () => {
  const tensor = cardNamed(page(), "Tensor FLOPs");
  assert.equal(tensor.all(".stack").length, 1);
  assert.deepEqual(
    tensor.all("li").map((line) => line.textContent),
    [
      `Useful20.0${THIN}%1.34${THIN}GFLOP`,
      `Transposes10.0${THIN}%571${THIN}MFLOP`,
      `Active, lost to the clock10.0${THIN}%10.0${THIN}µs`,
    ],
  );
  const widths = tensor
    .querySelector(".stack")
    ?.children.map((one) => (typeof one === "string" ? "" : one.style.width));
  assert.deepEqual(widths, ["20%", "10%", "10%"]);
});

test("the core of the unit cards can be chosen, and an unknown clock is said", () => {
  const all = page();
  assert.match(cardNamed(all, "Tensor FLOPs").textContent, /core 0/);
  const choice = cardNamed(all, "Tensor FLOPs").querySelector("select");
  assert.ok(choice);
  Object.assign(choice, { value: "1" }).fire("change");
  assert.match(cardNamed(all, "Tensor FLOPs").textContent, /clock of core 1 was not recorded/);
  assert.match(cardNamed(all, "Busy time by unit").textContent, /core 1/);
});

test("busy time says which part was below full clock", () => {
  const card = cardNamed(page(), "Busy time by unit");
  assert.match(card.textContent, /DMA, any queue60\.0\u202fµs60\.0\u202f%/);
  assert.match(card.textContent, /the part below full clock/);
});

test("the roofline has both roofs, the region, operators, and classes at the edge", () => {
  const card = cardNamed(page(), "Roofline");
  assert.equal(card.all("polyline").length, 2);
  assert.equal(card.all("circle").length, 2);
  assert.equal(card.all(".roof__mark").length, 2);
  assert.match(card.textContent, /118\u202fTFLOP\/s at 75\.0\u202f% of the clock/);
  const rows = card.all("tr").map((row) => row.all("td")[0]?.textContent);
  assert.deepEqual(rows, [undefined, "matmul fp32", "transpose fp32", "attention"]);
});

test("at full clock there is one roof", () => {
  const roofline = { ...summary().roofline, throttled_peak_flops: 157e12 };
  assert.equal(cardNamed(page(summary({ roofline })), "Roofline").all("polyline").length, 1);
});

test("opcodes are filtered by all words and ordered by a column", () => {
  const rows = [
    opcode(),
    opcode({ opcode: "ACTIVATE", function: "EXP", track: "Scalar", sum_ns: 10, count: 900 }),
    opcode({ opcode: "COPY", track: "Vector", core: 1, sum_ns: 20, p95_ns: null }),
  ];
  const names = (/** @type {any[]} */ ...given) =>
    chosenOpcodes(rows, given[0], given[1]).map(opcodeName);
  assert.deepEqual(names("", "sum_ns"), ["MATMUL", "COPY", "ACTIVATE · EXP"]);
  assert.deepEqual(names("", "count"), ["ACTIVATE · EXP", "MATMUL", "COPY"]);
  assert.deepEqual(names("", "opcode"), ["ACTIVATE · EXP", "COPY", "MATMUL"]);
  assert.deepEqual(names("", "engine"), ["ACTIVATE · EXP", "MATMUL", "COPY"]);
  assert.deepEqual(names("", "p95_ns").at(-1), "COPY");
  assert.deepEqual(names("exp scalar", "sum_ns"), ["ACTIVATE · EXP"]);
  assert.deepEqual(names("core 1", "sum_ns"), ["COPY"]);
});

test("the table of opcodes says its order, what it holds and what does not match", () => {
  const table = new OpcodeTable();
  const rows = Array.from({ length: 20 }, (_, at) => opcode({ opcode: `OP_${at}` }));
  table.show(rows, () => null);
  const element = /** @type {any} */ (table.element);
  assert.match(element.textContent, /16 of 20 rows/);
  const sorted = () =>
    element
      .all("th")
      .find((/** @type {TinyElement} */ one) => one.getAttribute("aria-sort") !== "none");
  assert.equal(sorted().textContent, "Summed time");
  element.all(".sort")[0].fire("click");
  assert.equal(sorted().getAttribute("aria-sort"), "ascending");
  element.all("button").at(-1).fire("click");
  assert.match(element.textContent, /20 rows/);
  Object.assign(element.querySelector("input"), { value: "nothing" }).fire("input");
  assert.match(element.textContent, /No opcode matches “nothing”/);
  table.show([], () => null);
  assert.match(element.textContent, /No instruction starts/);
});

test("DMA stands by engine, size, type, source and queue", () => {
  const card = cardNamed(page(), "DMA");
  assert.match(card.textContent, /30 packets · 120\u202fKiB · mean 4\u202fKiB/);
  assert.equal(card.all("rect").length, 2);
  assert.match(card.textContent, /qSyncDynamicHW/);
  assert.match(card.textContent, /hardware dynamic/);
  assert.match(
    card.all("svg").at(-1)?.getAttribute("aria-label") ?? "",
    /4\u202fKiB 20\u202fGB\/s/,
  );
});

test("the rate by size needs two sizes that moved", () => {
  const [one, other] = summary().dma.sizes;
  assert.ok(one && other);
  assert.equal(
    rateBySize([one], () => null),
    null,
  );
  assert.equal(
    rateBySize([one, { ...other, bytes_per_s: null }], () => null),
    null,
  );
  assert.equal(/** @type {any} */ (rateBySize([one, other], () => null)).all("circle").length, 2);
});

test("ladders name every gap between the measured time and an ideal", () => {
  const card = cardNamed(page(), "Bounds");
  assert.match(card.textContent, /DMA idle: 40\.0\u202fµs/);
  assert.deepEqual(
    card.all(".term").map((one) => one.getAttribute("data-metric")),
    ["total_time", "bounds.memory_bound"],
  );
});

test("the critical path names its resources, and each link can be shown", () => {
  const card = cardNamed(page(), "Critical path");
  assert.match(card.textContent, /Tensor of core 0works323/);
  const link = card.querySelector("a");
  assert.match(link?.getAttribute("href") ?? "", /^\/profiles\/p\/timeline\/\?t=/);
  assert.match(link?.getAttribute("aria-label") ?? "", /^Show MATMUL on Tensor/);
});

test("collectives and kernels are tables where there are any", () => {
  const operation = {
    ...{ operation: "AllReduce", count: 3, sum_ns: 900, min_ns: 100, q1_ns: 1, median_ns: 300 },
    ...{ mean_ns: 300, q3_ns: 1, max_ns: 500 },
  };
  const all = page(
    summary({
      collectives: { missing: null, count: 3, operations: [operation], points: [] },
      nki: {
        missing: null,
        engines: [{ engine: "Tensor", kernel: 30, all: 40, kernel_ns: 300, all_ns: 400 }],
      },
    }),
  );
  assert.match(cardNamed(all, "Collectives").textContent, /AllReduce3900\u202fns/);
  assert.match(cardNamed(all, "NKI kernels").textContent, /Tensor300\u202fns75\.0\u202f%/);
});

test("a region with nothing in it says so on every card", () => {
  const none = summary({
    findings: [],
    roofline: { ...summary().roofline, peak_flops: null, missing: "the chip" },
    tensor_flops: { missing: "the peak", cores: [], all: null },
    hbm: { missing: "the bandwidth", capacity_bytes: null, parts: [] },
    opcodes: [],
    dma: { ...summary().dma, packets: 0 },
    bounds: { measured_ns: 0, ladders: [] },
    critical_path: { ...summary().critical_path, missing: "dependencies" },
    notices: [],
  });
  const all = page(none);
  for (const [title, words] of /** @type {[string, RegExp][]} */ ([
    ["Findings", /No rule finds anything/],
    ["Roofline", /needs the chip/],
    ["Tensor FLOPs", /needs the peak/],
    ["HBM bandwidth", /needs the bandwidth/],
    ["Opcodes", /No instruction starts/],
    ["DMA", /No packet starts/],
    ["Bounds", /No bound/],
    ["Critical path", /needs dependencies/],
    ["Data notices", /Nothing is missing/],
    ["Collectives", /No collectives/],
    ["NKI kernels", /needs kernel source/],
  ])) {
    assert.match(cardNamed(all, title).textContent, words, title);
  }
});

test("what a number means is its formula, unit and source, with the way to the timeline", () => {
  const meaning = { id: "mfu", title: "MFU", unit: "share", formula: "a / b", source: "notes" };
  const card = new TinyElement("div");
  card.append(.../** @type {any} */ (meaningWords(meaning, "/there")));
  assert.equal(card.textContent.slice(0, 3), "MFU");
  assert.match(card.textContent, /Formulaa \/ bUnitshare of a wholeSourcenotes/);
  assert.equal(card.querySelector("a")?.getAttribute("href"), "/there");
});

test("bars never leave their room", () => {
  const bar = /** @type {any} */ (stackedBar([{ share: 7, hue: "blue" }]));
  assert.equal(bar.children[0].style.width, "100%");
  assert.equal(/** @type {any} */ (stackedBar([{ share: 0, hue: "blue" }])).children.length, 0);
  const full = /** @type {any} */ (gauge(3, -1, "blue"));
  assert.deepEqual([full.children[0].style.width, full.children[1].style.left], ["100%", "0%"]);
  assert.equal(/** @type {any} */ (gauge(null, null, "blue")).children.length, 0);
  const strip = /** @type {any} */ (
    locator([[-5, 10]], { start_ns: 0, duration_ns: 100 }, "blue", "where")
  );
  assert.equal(strip.children[0].style.left, "0%");
});
