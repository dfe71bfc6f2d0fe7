/** Numbers, places and words of a device summary: the pure parts. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { dmaEngine, finding, packets, point, summary, THIN, tile } from "./make-device-summary.js";
import { useTinyDom } from "./tiny-dom.js";

useTinyDom();
const HERE = "../../static/js/viewers/summary/device";
const { apart, inUnit, percent, scaled, times } = await import(`${HERE}/numbers.js`);
const { findingAddress, linkAddress, longestOf, timelineShowing, viewOf } = await import(
  `${HERE}/places.js`
);
const { opcodeHue } = await import(`${HERE}/opcode-classes.js`);
const { boundText, hueOf, nameOnTimeline, showText } = await import(`${HERE}/findings.js`);
const { tickWords, tileNote } = await import(`${HERE}/strip.js`);
const { rooflineWords } = await import(`${HERE}/roofline.js`);
const { decades, placed, PLOT, roofCorners, rooflineScale } = await import(
  `${HERE}/roofline-scale.js`
);
const { evenness, shownSizes, sizeText } = await import(`${HERE}/dma.js`);
const { linkWords, resourceName } = await import(`${HERE}/critical-path.js`);
const { busyPieces, flopsAmount, flopsNote } = await import(`${HERE}/partitions.js`);
const { busiestCore } = await import(`${HERE}/cards.js`);
const { unitWords } = await import(`${HERE}/meaning.js`);

test("shares have one decimal and zero is zero", () => {
  assert.equal(percent(0.60894), `60.9${THIN}%`);
  assert.equal(percent(0), `0${THIN}%`);
  assert.equal(percent(0.0001), `<0.1${THIN}%`);
  assert.equal(percent(1.067), `106.7${THIN}%`);
});

test("multiples show what differs", () => {
  assert.equal(times(1.0408), `1.04${THIN}×`);
  assert.equal(times(1.77), `1.8${THIN}×`);
  assert.equal(times(15.63), `15.6${THIN}×`);
});

test("large numbers take a decimal prefix and three digits", () => {
  assert.equal(scaled(805_306_368, "FLOP"), `805${THIN}MFLOP`);
  assert.equal(scaled(157.2864e12, "FLOP/s"), `157${THIN}TFLOP/s`);
  assert.equal(scaled(999.9e6, "FLOP"), `1.00${THIN}GFLOP`);
  assert.equal(scaled(12, "FLOP"), `12${THIN}FLOP`);
});

test("a value is written in its metric's unit, and a missing one is a dash", () => {
  assert.equal(inUnit(62_500, "ns"), `62.5${THIN}µs`);
  assert.equal(inUnit(44.93, "flop_per_byte"), `44.9${THIN}FLOP/B`);
  assert.equal(inUnit(9_273_344, "bytes"), `8.84${THIN}MiB`);
  assert.equal(inUnit(3.4, "bytes"), `3${THIN}B`);
  assert.equal(inUnit(4352, "count"), `4${THIN}352`);
  assert.equal(inUnit(null, "ns"), "–");
});

test("a number and its unit come apart, thousands do not", () => {
  assert.deepEqual(apart(`102.7${THIN}µs`), ["102.7", "µs"]);
  assert.deepEqual(apart(`4${THIN}352`), [`4${THIN}352`, ""]);
  assert.deepEqual(apart("–"), ["–", ""]);
});

test("units are said in words", () => {
  assert.equal(unitWords("bytes_per_s"), "bytes per second");
  assert.equal(unitWords("furlong"), "furlong");
});

test("a single place is seen with room around it, several close together", () => {
  assert.deepEqual(viewOf([[1000, 2000]]), { start: 700, end: 2300 });
  assert.deepEqual(
    viewOf([
      [0, 1000],
      [9000, 10_000],
    ]),
    { start: -500, end: 10_500 },
  );
  assert.deepEqual(viewOf([[500, 500]]), { start: 400, end: 600 });
});

test("the longest place is marked", () => {
  const ranges = /** @type {[number, number][]} */ ([
    [0, 10],
    [20, 90],
    [95, 99],
  ]);
  assert.deepEqual(longestOf(ranges), { start: 20, end: 90 });
  assert.deepEqual(longestOf([[5, 5]]), { start: 5, end: 6 });
});

test("a finding shows its place with its first row selected", () => {
  assert.equal(
    findingAddress("p", finding()),
    "/profiles/p/timeline/?t=11247-82873&mark=24677-69443&sel=p0/c0/tensor:225",
  );
});

test("the timeline knows the findings of the whole first trace, each by its own name", () => {
  const [one, other] = [finding(), finding({ rank: 2 })];
  const { range } = summary();
  const name = (/** @type {object} */ more) =>
    nameOnTimeline([one, other], other, { ...range, ...more });
  assert.equal(nameOnTimeline([one, other], one, range), "idle_gap");
  assert.equal(name({}), "idle_gap.2");
  assert.equal(name({ is_whole: false }), null);
  assert.equal(name({ core: 0 }), null);
  const elsewhere = finding({ evidence: { ...one.evidence, tracks: ["p1/c0/tensor"] } });
  assert.equal(nameOnTimeline([elsewhere], elsewhere, range), null);
  assert.match(findingAddress("p", other, "idle_gap.2") ?? "", /&finding=idle_gap.2/);
});

test("evidence without rows is only marked; notices have no place", () => {
  const evidence = { ...finding().evidence, rows: [] };
  assert.doesNotMatch(findingAddress("p", finding({ evidence })) ?? "", /sel=/);
  const notices = { table: "Warning", rows: [], count: 4, noun: "record", tracks: [] };
  assert.equal(findingAddress("p", finding({ evidence: notices })), null);
  assert.equal(findingAddress("p", finding({ ranges: [] })), null);
  const transfers = { ...finding().evidence, table: "DmaPacketAggregated", rows: [3] };
  assert.doesNotMatch(findingAddress("p", finding({ evidence: transfers })) ?? "", /sel=/);
});

test("rows of DMA engines open the timeline by engine", () => {
  const selected = { key: "p0/engines0/e04", row: 3 };
  assert.match(timelineShowing("p", [[0, 9]], selected), /sel=p0\/engines0\/e04:3&dma=engine/);
});

test("a link of the path selects what ran on an engine, and only that", () => {
  const link = /** @type {any} */ (summary().critical_path.links[0]);
  assert.match(linkAddress("p", link), /sel=p0\/c0\/tensor:7/);
  assert.doesNotMatch(linkAddress("p", { ...link, track: "p0/dma0/2-q" }), /sel=/);
  assert.doesNotMatch(linkAddress("p", { ...link, track: null }), /sel=/);
});

test("opcodes have the colours of the timeline", () => {
  assert.equal(opcodeHue("MATMUL"), "blue");
  assert.equal(opcodeHue("DMA_DIRECT2D"), "violet");
  assert.equal(opcodeHue("EVENT_SEMAPHORE"), "grey");
  assert.equal(opcodeHue("OP_0x1F"), "unknown");
});

test("a finding has the colour of its row, grey where it is about several", () => {
  const on = (/** @type {string[]} */ ...tracks) =>
    hueOf(finding({ evidence: { ...finding().evidence, tracks } }));
  assert.equal(on("p0/c0/tensor", "p0/c0/tensormatrix"), "blue");
  assert.equal(on("p0/dma0/2-qsync"), "violet");
  assert.equal(on("p0/clock/c0"), "orange");
  assert.equal(on("p0/c0/tensor", "p0/c0/vector"), "grey");
  assert.equal(on(), "grey");
  assert.equal(hueOf(finding({ rule: "transposes" })), "pink");
});

test("the way to the evidence says how much there is", () => {
  const evidence = { ...finding().evidence, count: 72, noun: "matmul" };
  assert.equal(showText(finding({ evidence })), "Show 72 matmuls");
  assert.equal(showText(finding()), "Show 1 gap");
  assert.equal(showText(finding({ rule: "core_difference" })), "Show the core");
});

test("a bound is the most that could be gained; nothing is said to be nothing", () => {
  assert.equal(boundText(finding()), `up to 1.8${THIN}×`);
  const bound = { factor: 1, saved_ns: 0, assumption: "" };
  assert.equal(boundText(finding({ bound })), "no bound");
});

test("a tile says what stands beside its number", () => {
  const tick = { metric: "mfu_roof", kind: "roof", value: 0.2046, at: 0.2, missing: null };
  assert.equal(tileNote(tile("mfu", { tick })), `2 cores; roof 20.5${THIN}%`);
  assert.equal(tileNote(tile("mfu", { cores: 1 })), "one core");
  const balance = { ...tick, metric: "balance", value: 219.7 };
  assert.equal(
    tileNote(tile("intensity", { value: 44.9, tick: balance })),
    "balance 219.7: memory-bound",
  );
  assert.equal(
    tileNote(tile("intensity", { value: 900, tick: balance })),
    "balance 219.7: compute-bound",
  );
  const least = { ...tick, metric: "mbu_minimum", value: 0.016 };
  assert.equal(tileNote(tile("mbu", { tick: least })), `1.6${THIN}% would do`);
  const unknown = { ...least, value: null, missing: "sizes of inputs" };
  assert.equal(tileNote(tile("mbu", { tick: unknown })), "minimum needs sizes of inputs");
});

test("a tile without a number names what it would take", () => {
  const gone = tile("mfu", { value: null, missing: "the chip's peak" });
  assert.equal(tileNote(gone), "not available: needs the chip's peak");
  assert.equal(tileNote(tile("odd")), "");
});

test("a tick is said in the words of its metric", () => {
  const tick = { metric: "mfu_roof", kind: "roof", value: 0.2046, at: 0.2, missing: null };
  const meaning = { id: "mfu_roof", title: "MFU ceiling", unit: "share", formula: "", source: "" };
  const meanings = new Map([["mfu_roof", meaning]]);
  assert.equal(tickWords(tile("mfu", { tick }), meanings), `MFU ceiling 20.5${THIN}%`);
  assert.equal(tickWords(tile("mfu"), meanings), "");
});

test("the roofline says which bound holds and how near the region comes", () => {
  const { roofline } = summary();
  assert.match(rooflineWords(roofline), /^Memory-bound: at 80\.0 FLOP per byte HBM allows/);
  const dense = { ...roofline, whole: { ...roofline.whole, intensity: 900 } };
  assert.match(rooflineWords(dense), /^Compute-bound/);
  const none = { ...roofline, whole: { ...roofline.whole, intensity: null } };
  assert.match(rooflineWords(none), /no point to place/);
});

test("a roofline keeps all that has a place inside its plot", () => {
  const { roofline } = summary();
  const scale = rooflineScale(roofline);
  assert.ok(scale);
  for (const { intensity, rate } of placed(roofline)) {
    const [x, y] = [scale.x(Number(intensity)), scale.y(Number(rate))];
    assert.ok(x > PLOT.left && x < PLOT.right && y > PLOT.top && y < PLOT.bottom);
  }
  assert.equal(rooflineScale({ ...roofline, peak_flops: null }), null);
});

test("the roof bends where peak and bandwidth meet, and only rises", () => {
  const { roofline } = summary();
  const scale = rooflineScale(roofline);
  assert.ok(scale);
  const corners = roofCorners(scale, 157e12, 716e9);
  assert.equal(corners.length, 3);
  assert.ok(Math.abs(corners[1][0] - scale.x(157e12 / 716e9)) < 1e-9);
  assert.equal(corners[1][1], corners[2][1]);
  assert.ok(corners[0][1] > corners[1][1]);
  assert.equal(roofCorners(scale, 1e9, 716e9).length, 2);
});

test("ticks are whole powers of ten", () => {
  assert.deepEqual(decades({ least: 3, most: 2000 }), [10, 100, 1000]);
});

test("classes without traffic have no place on the plane", () => {
  const names = placed(summary().roofline).map((/** @type {{name: string}} */ one) => one.name);
  assert.deepEqual(names, ["whole", "attention"]);
  assert.equal(point("x", 5).intensity, 5e-7);
});

test("DMA engines work evenly or not", () => {
  assert.equal(evenness([dmaEngine(1, 0.5), dmaEngine(2, 0.45)]), "even");
  assert.equal(evenness([dmaEngine(1, 0.5), dmaEngine(2, 0.1)]), "uneven");
  assert.equal(evenness([dmaEngine(1, 0)]), "");
});

test("of many sizes those that matter are shown, in order", () => {
  const sizes = Array.from({ length: 30 }, (_, at) => packets(2 ** at, at === 29 ? 9 : at, 1));
  const shown = shownSizes(sizes);
  assert.equal(shown.length, 10);
  const bytes = shown.map((/** @type {{most_bytes: number}} */ one) => one.most_bytes);
  assert.deepEqual(
    bytes,
    [...bytes].sort((a, b) => a - b),
  );
  assert.equal(sizeText(packets(4096, 1, 1)), `4${THIN}KiB`);
  assert.equal(sizeText({ ...packets(1024, 1, 1), least_bytes: 8 }), `8${THIN}B – 1${THIN}KiB`);
});

test("a link says what took the time and what went on then", () => {
  const link = /** @type {any} */ (summary().critical_path.links[0]);
  assert.equal(linkWords(link), "MATMUL on Tensor of core 0; ACTIVATE waited for this semaphore");
  assert.equal(
    linkWords({ ...link, released_by: "engine order" }),
    "MATMUL on Tensor of core 0; then ACTIVATE",
  );
  assert.match(linkWords({ ...link, kind: "latency" }), /could start and did not yet/);
  assert.match(linkWords({ ...link, kind: "transfer" }), /^transfer of MATMUL on Tensor/);
  const first = { ...link, kind: "unexplained", core: null, name: "before", released_by: "first" };
  assert.equal(linkWords(first), "before");
  assert.equal(resourceName(first), "before");
});

test("the part of busy time below full clock is hatched, never more than the time", () => {
  const busy = { ...summary().busy[0], active: 0.4, active_ns: 400, throttled_ns: 100 };
  const [slow, rest] = busyPieces(busy);
  assert.equal(slow.isHatched, true);
  assert.ok(Math.abs(slow.share - 0.1) < 1e-12 && Math.abs(rest.share - 0.3) < 1e-12);
  assert.equal(busyPieces({ ...busy, throttled_ns: 900 })[0].share, 0.4);
  assert.deepEqual(busyPieces({ ...busy, active: null }), []);
});

test("FLOPs are counted where they are work, time elsewhere", () => {
  const amounts = summary().tensor_flops.cores[0].parts.map(flopsAmount);
  const expected = ["1.34 GFLOP", "571 MFLOP", "10.0 µs", "0 ns"];
  assert.deepEqual(
    amounts.map((amount) => amount.replace(THIN, " ")),
    expected,
  );
});

test("FLOPs in BF16 equivalents are said as such only where the recorded ones differ", () => {
  const flops = summary().tensor_flops.cores[0];
  assert.match(flopsNote(flops).replaceAll(THIN, " "), /BF16.*1\.11 GFLOP, 805 MFLOP of it useful/);
  const parts = flops.parts.map((part) => ({ ...part, flops: part.recorded_flops }));
  assert.equal(flopsNote({ parts }), "");
});

test("the core that computes most is shown first", () => {
  assert.equal(busiestCore(summary()), 0);
  const busy = summary().busy.map((one) => ({ ...one, core: 1 - one.core }));
  assert.equal(busiestCore(summary({ busy })), 1);
  assert.equal(busiestCore(summary({ busy: [] })), 0);
});
