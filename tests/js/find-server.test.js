import assert from "node:assert/strict";
import { test } from "node:test";
import { SearchServer } from "../../static/js/viewers/tools/find/server.js";

/**
 * A server that gives these answers one after another, and remembers what it was asked.
 * @param {any[]} answers
 */
function serving(answers) {
  /** @type {URL[]} */
  const asked = [];
  globalThis.fetch = /** @type {any} */ (
    async (/** @type {string} */ url, /** @type {any} */ { signal }) => {
      asked.push(new URL(url, "http://here"));
      signal?.throwIfAborted();
      const { status = 200, ...body } = answers[Math.min(asked.length, answers.length) - 1];
      return { status, ok: status < 300, text: async () => JSON.stringify(body) };
    }
  );
  return asked;
}

const server = new SearchServer("/run/search/");
const near = { start: 10.4, end: 20.2 };

test("a search is asked on about until it is complete, what is near first", async () => {
  const asked = serving([
    { complete: false, count: 1 },
    { complete: false, count: 2 },
    { complete: true, count: 3 },
  ]);
  /** @type {number[]} */
  const told = [];
  const tell = (/** @type {any} */ found) => told.push(found.count);
  await server.follow("a b", near, tell, new AbortController().signal);
  assert.deepEqual(told, [1, 2, 3]);
  assert.equal(asked.length, 3);
  const { pathname, searchParams } = asked[0];
  assert.equal(pathname, "/run/search/");
  assert.equal(searchParams.get("q"), "a b");
  assert.deepEqual([searchParams.get("start_ns"), searchParams.get("end_ns")], ["10", "21"]);
});

test("who gives up asks no more and is told nothing more", async () => {
  const asked = serving([{ complete: false, count: 1 }]);
  const given = new AbortController();
  const told = [];
  const tell = (/** @type {any} */ found) => {
    told.push(found);
    if (told.length === 2) given.abort();
  };
  await assert.rejects(server.follow("a", near, tell, given.signal));
  assert.equal(told.length, 2);
  assert.equal(asked.length, 3);
});

test("an error of the server comes with its fields", async () => {
  serving([{ status: 400, error: { code: "search.field", detail: "no", fields: { near: "x" } } }]);
  const signal = new AbortController().signal;
  await assert.rejects(
    server.follow("a", near, () => {}, signal),
    (/** @type {any} */ error) => error.code === "search.field" && error.fields.near === "x",
  );
});

test("caps are asked for whole nanoseconds and a bounded number of buckets", async () => {
  const asked = serving([{ tracks: [] }]);
  const { signal } = new AbortController();
  await server.caps("a", near, 99_999, signal);
  await server.caps("a", near, 0.2, signal);
  assert.equal(asked[0].pathname, "/run/search/caps/");
  assert.equal(asked[0].searchParams.get("buckets"), "4096");
  assert.equal(asked[1].searchParams.get("buckets"), "1");
  assert.deepEqual(
    ["start_ns", "end_ns"].map((name) => asked[0].searchParams.get(name)),
    ["10", "21"],
  );
});

test("a step goes from an instant, from a hit, or from the end", async () => {
  const asked = serving([{ hit: null }]);
  const { signal } = new AbortController();
  const hit = /** @type {any} */ ({ track: "p0/c0/tensor", row: 7, start_ns: 5 });
  await server.step("a", 1, { ns: 4.6 }, signal);
  await server.step("a", -1, { ns: 5, hit }, signal);
  await server.step("a", -1, null, signal);
  const said = asked.map(({ searchParams }) =>
    ["way", "from_ns", "from_track", "from_row"].map((name) => searchParams.get(name)),
  );
  assert.deepEqual(said, [
    ["next", "5", null, null],
    ["previous", "5", "p0/c0/tensor", "7"],
    ["previous", null, null, null],
  ]);
});

test("fields are asked for where the search is", async () => {
  const asked = serving([{ columns: [] }]);
  await server.fields();
  assert.equal(asked[0].pathname, "/run/search/fields/");
});
