import assert from "node:assert/strict";
import { test } from "node:test";
import { Scale } from "../../static/js/kit/scale.js";
import { askedAround, isEnough } from "../../static/js/timeline/around.js";
import {
  chainName,
  depthOf,
  drawnEdges,
  reachedBy,
  readChain,
} from "../../static/js/timeline/dependency-chain.js";
import { pathBands } from "../../static/js/timeline/path-bands.js";
import { chainWords } from "../../static/js/viewers/tools/dependencies/chain-panel.js";

/** @typedef {import("../../static/js/timeline/dependency-chain.js").Chain} Chain */
/** @typedef {import("../../static/js/timeline/path-bands.js").Segment} Segment */

const plain = (/** @type {string} */ text) => text.replaceAll("\u202f", " ");
const event = (/** @type {number} */ row, /** @type {number} */ depth) => ({
  ...{ row, depth, opcode: "COPY", track: "Vector", core: 0, waited_ns: null },
  ...{ start_ns: row * 10, end_ns: row * 10 + 5 },
});
const edge = (/** @type {number} */ before, /** @type {number} */ after, gap_ns = 10) => ({
  before,
  after,
  gap_ns,
  kind: /** @type {const} */ ("flow"),
  queue: null,
});
/** @returns {Chain} */
const chain = (/** @type {Partial<Chain>} */ more = {}) => ({
  ...{ has_edges: true, events: [event(4, 0), event(2, 1), event(1, 2)] },
  edges: [edge(1, 0), edge(2, 1)],
  ...{ waited_ns: 1500, cut: null, beyond: 0, edges_left_out: 0 },
  ...more,
});

test("a chain's name in an address reads back as itself", () => {
  for (const table of /** @type {const} */ (["Instruction", "DmaPacket"])) {
    const asked = { part: 2, table, row: 123, way: /** @type {const} */ ("forward"), depth: 7 };
    assert.deepEqual(readChain(chainName(asked)), asked);
  }
});

test("what is no chain is none", () => {
  for (const text of [null, "", "sideways.5.p0.i1", "back.5.p0.x1", "back.5.i1"]) {
    assert.equal(readChain(text), null);
  }
  assert.equal(readChain("back.9999.p0.i1")?.depth, 1000);
});

test("a depth that makes no sense is the usual one", () => {
  assert.deepEqual(["7", "", "-3", "x", "5000", "2.6"].map(depthOf), [7, 5, 5, 5, 1000, 3]);
});

test("two events are tied by one arrow, and none to itself", () => {
  const edges = [edge(1, 0, 50), edge(1, 0, 10), edge(0, 0), edge(2, 1, 5)];
  assert.deepEqual(
    drawnEdges(chain({ edges })).map(({ before, after, gap_ns: gap }) => [before, after, gap]),
    [
      [2, 1, 5],
      [1, 0, 50],
    ],
  );
});

test("each event names the nearest edge by which it was reached", () => {
  const edges = [edge(1, 0, 50), edge(1, 0, 10), edge(2, 1, 5), edge(0, 2, 1)];
  const found = reachedBy(chain({ edges }), "back");
  assert.deepEqual(
    [...found].map(([at, { gap_ns: gap }]) => [at, gap]),
    [
      [1, 10],
      [2, 5],
    ],
  );
  const forward = [edge(0, 1, 3), edge(1, 2, 4)];
  assert.deepEqual([...reachedBy(chain({ edges: forward }), "forward").keys()], [1, 2]);
});

test("the words of a chain count what it holds, what it waited and what lies further", () => {
  const asked = /** @type {const} */ ({
    way: "back",
    part: 0,
    table: "Instruction",
    row: 4,
    depth: 2,
  });
  const words = (/** @type {Partial<Chain>} */ more) => plain(chainWords(chain(more), asked));
  assert.equal(words({}), "2 events came before, by 2 edges. Idle before them: 1.50 µs in all.");
  assert.match(
    words({ cut: "depth", beyond: 14 }),
    /14 more lie one edge further: choose a greater/,
  );
  assert.match(words({ cut: "events", beyond: 3 }), /cut at 3 events/);
  assert.match(words({ cut: "time", beyond: 3 }), /stopped after its time/);
  assert.match(words({ edges_left_out: 9 }), /9 edges between them are left out/);
  assert.match(words({ events: [] }), /does not tell/);
});

const segment = (
  /** @type {number} */ start,
  /** @type {number} */ end,
  /** @type {string | null} */ track = "a",
  /** @type {Segment["kind"]} */ kind = "work",
) => ({ kind, start_ns: start, end_ns: end, row: 1, track });

test("stretches of the path are bands of their rows, a pixel wide at least", () => {
  const scale = new Scale({ start: 0, end: 1000 }, 1000);
  const found = pathBands([segment(10, 20), segment(20, 20.2, "b"), segment(40, 50, null)], scale);
  assert.deepEqual(
    found.map(({ track, x0, x1 }) => [track, x0, x1]),
    [
      ["a", 10, 20],
      ["b", 20, 21],
    ],
  );
});

test("from afar a row's stretches are no more bands than there are columns", () => {
  const scale = new Scale({ start: 0, end: 1_000_000 }, 100);
  const many = Array.from({ length: 5000 }, (_, at) => segment(at * 200, at * 200 + 100));
  const found = pathBands(many, scale);
  assert.ok(found.length <= 100);
  const ink = found.reduce((sum, { x0, x1 }) => sum + x1 - x0, 0);
  assert.ok(ink > 99);
});

test("work and waiting of one row are told apart, out of view nothing is drawn", () => {
  const scale = new Scale({ start: 0, end: 100 }, 100);
  const found = pathBands(
    [segment(0, 50), segment(50, 60, "a", "latency"), segment(500, 600)],
    scale,
  );
  assert.deepEqual(
    found.map(({ isWork }) => isWork),
    [true, false],
  );
});

test("of a stretch far longer than the view only what is seen is drawn", () => {
  const scale = new Scale({ start: 500_000_000, end: 500_000_020 }, 1000);
  const [band, ...more] = pathBands([segment(0, 1_000_000_000, "a", "latency")], scale);
  assert.equal(more.length, 0);
  assert.ok(band.x0 <= 0 && band.x1 >= 1000, "all of the view");
  assert.ok(band.x1 - band.x0 < 1100, "in as many dashes as fit into it");
});

test("an answer serves until the view leaves it, or is much narrower than one that was cut", () => {
  const view = { start: 400, end: 600 };
  const known = { ...askedAround(view, 1000), isWhole: false };
  assert.deepEqual([known.start, known.end], [300, 700]);
  assert.ok(isEnough(known, view, 1000));
  assert.ok(!isEnough(known, { start: 200, end: 400 }, 1000));
  assert.ok(!isEnough(known, { start: 500, end: 550 }, 1000));
  assert.ok(isEnough({ ...known, isWhole: true }, { start: 500, end: 550 }, 1000));
  assert.ok(!isEnough(null, view, 1000));
  assert.ok(
    isEnough(
      { ...askedAround({ start: -50, end: 1100 }, 1000), isWhole: true },
      { start: -50, end: 1100 },
      1000,
    ),
  );
});
