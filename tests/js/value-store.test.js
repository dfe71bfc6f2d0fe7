import assert from "node:assert/strict";
import { test } from "node:test";
import { ValueStore, widened } from "../../static/js/data/value-store.js";
import { seeded } from "./seeded.js";

const samples = (/** @type {number} */ value) => ({
  ...{ start_ns: [0], min: [value], max: [value], mean: [value], last: [value], nearest: null },
});

/** Lets microtasks and answers that are ready run. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 2));

/**
 * A store whose server answers as told; ids it was asked for, request by request.
 * @param {(ids: string[], url: string) => Record<string, any>} answer
 */
function makeStore(answer) {
  /** @type {string[][]} */
  const asked = [];
  let changes = 0;
  const fetcher = async (/** @type {string} */ url) => {
    const ids = new URL(url, "http://x/").searchParams.getAll("id");
    asked.push(ids);
    return { series: answer(ids, url) };
  };
  const store = new ValueStore("/series/", () => changes++, /** @type {any} */ (fetcher));
  return { store, asked, changes: () => changes };
}

const all = (/** @type {string[]} */ ids) => Object.fromEntries(ids.map((id) => [id, samples(1)]));
const RANGE = { start: 0, end: 1000 };

test("a range is asked for with room at both sides, at most five times its length", () => {
  const chance = seeded(61);
  for (let round = 0; round < 1000; round++) {
    const start = (chance() - 0.2) * 1e9;
    const length = 1 + 10 ** (chance() * 9);
    const wide = widened({ start, end: start + length });
    assert.ok(wide.start < start && wide.end > start + length);
    assert.ok(wide.end - wide.start <= 6 * length + 4, `${wide.end - wide.start} of ${length}`);
  }
});

test("a range moved by a little mostly asks for the same", () => {
  const chance = seeded(62);
  let same = 0;
  for (let round = 0; round < 400; round++) {
    const start = chance() * 1e6;
    const one = widened({ start, end: start + 1000 });
    const other = widened({ start: start + 20, end: start + 1020 });
    if (one.start === other.start && one.end === other.end) same++;
  }
  assert.ok(same > 360, `${same} of 400`);
});

test("all rows of a frame go in one request, each once", async () => {
  const { store, asked, changes } = makeStore(all);
  for (let frame = 0; frame < 3; frame++)
    for (const id of ["a", "b", "c"]) assert.equal(store.get(id, RANGE, 100), null);
  assert.ok(store.isLoading);
  await settled();
  assert.deepEqual(asked, [["a", "b", "c"]]);
  assert.equal(changes(), 1);
  assert.deepEqual(store.get("b", RANGE, 100)?.samples, samples(1));
  assert.ok(!store.isLoading);
});

test("more rows than one request may name go in several", async () => {
  const { store, asked } = makeStore(all);
  const ids = Array.from({ length: 100 }, (_, at) => `p0/${at}`);
  for (const id of ids) store.get(id, RANGE, 100);
  await settled();
  assert.deepEqual(
    asked.map((one) => one.length),
    [48, 48, 4],
  );
  assert.deepEqual(asked.flat(), ids);
});

test("while a new range is on its way the last answer stays", async () => {
  const { store } = makeStore(all);
  store.get("a", RANGE, 100);
  await settled();
  const before = store.get("a", RANGE, 100);
  assert.equal(store.get("a", { start: 90_000, end: 99_000 }, 100), before);
  await settled();
  assert.notEqual(store.get("a", { start: 90_000, end: 99_000 }, 100), before);
});

test("a series that is in error is told as such, the others are shown", async () => {
  const { store } = makeStore((ids) =>
    Object.fromEntries(ids.map((id) => [id, id === "b" ? { error: "damaged" } : samples(2)])),
  );
  for (const id of ["a", "b"]) store.get(id, RANGE, 100);
  await settled();
  assert.deepEqual([...store.errors], [["b", "damaged"]]);
  assert.deepEqual(store.get("b", RANGE, 100)?.samples.start_ns, []);
  assert.deepEqual(store.get("a", RANGE, 100)?.samples, samples(2));
});

test("what could not be had is asked for again only when told to", async () => {
  let isDown = true;
  const { store, asked } = makeStore((ids) => {
    if (isDown) throw new Error("no connection");
    return all(ids);
  });
  store.get("a", RANGE, 100);
  await settled();
  assert.equal(store.errors.get("a"), "no connection");
  store.get("a", RANGE, 100);
  await settled();
  assert.equal(asked.length, 1, "a frame does not ask again by itself");
  isDown = false;
  store.retry();
  store.get("a", RANGE, 100);
  await settled();
  assert.equal(asked.length, 2);
  assert.equal(store.errors.size, 0);
  assert.deepEqual(store.get("a", RANGE, 100)?.samples, samples(1));
});

test("old ranges are forgotten once there are too many", async () => {
  const { store } = makeStore(all);
  for (let at = 0; at < 600; at++) {
    store.get("a", { start: at * 1e6, end: at * 1e6 + 1000 }, 100);
    if (at % 50 === 0) await settled();
  }
  await settled();
  assert.ok(store.answers.size <= 400, `${store.answers.size}`);
  const { asked } = makeStore(all);
  assert.equal(asked.length, 0);
});

test("the number of points asked for grows with the room at the sides", async () => {
  /** @type {string[]} */
  const urls = [];
  const { store } = makeStore((ids, url) => {
    urls.push(url);
    return all(ids);
  });
  store.get("core 0/ä", { start: 0, end: 1024 }, 100);
  await settled();
  const query = new URL(urls[0], "http://x/").searchParams;
  const wide = widened({ start: 0, end: 1024 });
  assert.equal(query.get("id"), "core 0/ä");
  assert.equal(Number(query.get("start_ns")), wide.start);
  assert.equal(Number(query.get("end_ns")), wide.end);
  assert.equal(Number(query.get("points")), Math.ceil((100 * (wide.end - wide.start)) / 1024));
});
