import assert from "node:assert/strict";
import { test } from "node:test";
import { SAYS } from "../../static/js/data/frames.js";
import { TileStore } from "../../static/js/data/tile-store.js";
import { makeTile } from "./make-tile.js";

/** @typedef {import("../../static/js/data/tile-loader.js").Give} Give */
/** @typedef {import("../../static/js/data/tile-loader.js").Ending} Ending */
/** @typedef {{url: string, keys: string[], signal: AbortSignal, give: Give, end: (ending: Ending) => void}} Asked */

const settled = () => new Promise((resolve) => setTimeout(resolve, 2));
const tile = () => makeTile([{ start: 0, duration: 1 }]);

/** A store whose questions are answered by hand. */
function makeStore() {
  /** @type {Asked[]} */
  const asked = [];
  let changes = 0;
  let recoveries = 0;
  const loader = {
    load: (
      /** @type {string} */ url,
      /** @type {AbortSignal} */ signal,
      /** @type {number} */ _,
      /** @type {Give} */ give,
    ) =>
      new Promise((/** @type {(ending: Ending) => void} */ end) => {
        const { pathname, searchParams } = new URL(url, "http://x");
        const many = searchParams.getAll("tile");
        const keys = many.length > 0 ? many : [pathname.replace("/tiles/", "")];
        signal.addEventListener("abort", () => end("lost"));
        asked.push({ url, keys, signal, give, end });
      }),
  };
  const store = new TileStore("/tiles/", () => changes++, loader);
  store.recovered = () => recoveries++;
  return { store, asked, changes: () => changes, recoveries: () => recoveries };
}

/**
 * Answers a question with tiles.
 * @param {Asked} question
 * @param {Record<string, number>} [said] what else is said, by key
 * @param {Ending} [ending]
 */
async function answer({ keys, give, end }, said = {}, ending = "whole") {
  keys.forEach((key, place) => {
    const what = said[key] ?? SAYS.tile;
    give(place, what, what === SAYS.tile ? tile() : null);
  });
  end(ending);
  await settled();
}

test("the tiles of a view are asked for at once, and once", async () => {
  const { store, asked } = makeStore();
  store.want(["g/0/0", "g/0/1"]);
  store.want(["g/0/0", "g/0/1"]);
  assert.deepEqual(
    asked.map(({ url }) => url),
    ["/tiles/?tile=g/0/0&tile=g/0/1"],
  );
  assert.equal(store.peek("g/0/0"), null);
  await answer(asked[0]);
  assert.equal(store.peek("g/0/1")?.length, 1);
  store.want(["g/0/0", "g/0/1"]);
  assert.equal(asked.length, 1);
});

test("a tile alone is asked for at its own address", () => {
  const { store, asked } = makeStore();
  store.want(["g/0/7"]);
  assert.equal(asked[0].url, "/tiles/g/0/7");
});

test("an answer holds a few dozen at most, three are under way, those wanted first come first", async () => {
  const { store, asked } = makeStore();
  const keys = Array.from({ length: 150 }, (_, at) => `g/0/${at}`);
  store.want(keys);
  assert.deepEqual(
    asked.map(({ keys }) => keys.length),
    [32, 32, 32],
  );
  assert.equal(asked[0].keys[0], "g/0/0");
  await answer(asked[0]);
  assert.equal(asked[3].keys[0], "g/0/96");
});

test("a tile is there as soon as it has come, before the others of its answer", () => {
  const { store, asked, changes } = makeStore();
  store.want(["g/0/0", "g/0/1"]);
  asked[0].give(1, SAYS.tile, tile());
  assert.ok(store.peek("g/0/1"));
  assert.equal(store.peek("g/0/0"), null);
  assert.ok(changes() > 0);
});

test("what the view no longer needs is given up once nothing of the answer is needed", async () => {
  const { store, asked } = makeStore();
  store.want(["g/0/0", "g/0/1"]);
  store.want(["g/0/1", "g/1/0"]);
  assert.ok(!asked[0].signal.aborted);
  store.want(["g/1/0"]);
  assert.ok(asked[0].signal.aborted);
  assert.ok(!asked[1].signal.aborted);
  await settled();
  assert.equal(store.connection.failures, 0, "what is given up says nothing of the connection");
});

test("what had no room in an answer is asked for again", async () => {
  const { store, asked } = makeStore();
  store.want(["g/0/0", "g/0/1"]);
  await answer(asked[0], { "g/0/1": SAYS.leftOut });
  store.want(["g/0/0", "g/0/1"]);
  assert.deepEqual(asked[1].keys, ["g/0/1"]);
});

test("an unreadable tile is tried alone; then it has failed, and comes back by itself", async () => {
  const { store, asked } = makeStore();
  const keys = ["g/0/0", "g/0/1"];
  store.want(keys);
  await answer(asked[0], { "g/0/0": SAYS.unreadable });
  assert.ok(!store.hasFailed("g/0/0"));
  store.want(keys);
  assert.equal(asked[1].url, "/tiles/g/0/0");
  await answer(asked[1], { "g/0/0": SAYS.unreadable });
  assert.ok(store.hasFailed("g/0/0") && store.peek("g/0/1"));
  store.want(keys);
  assert.equal(asked.length, 2, "not at once");
  const entry = store.entries.get("g/0/0");
  assert.ok(entry && entry.retryAt > performance.now() + 1000);
  entry.retryAt = 0;
  store.want(keys);
  assert.ok(store.hasFailed("g/0/0"), "the hatch stays until the tile has come");
  await answer(asked[2]);
  assert.ok(!store.hasFailed("g/0/0") && store.peek("g/0/0"));
});

test("each time it is waited for longer, up to half a minute", async () => {
  const { store, asked } = makeStore();
  const waits = [];
  for (let time = 0; time < 8; time++) {
    store.want(["g/0/0"]);
    await answer(asked[time], { "g/0/0": SAYS.unreadable });
    const entry = store.entries.get("g/0/0");
    assert.ok(entry);
    waits.push(Math.round(Math.max(0, entry.retryAt - performance.now()) / 1000));
    entry.retryAt = 0;
  }
  assert.deepEqual(waits, [0, 2, 4, 8, 16, 30, 30, 30]);
});

test("a tile that does not exist is not asked for again", async () => {
  const { store, asked } = makeStore();
  store.want(["g/9/0"]);
  await answer(asked[0], { "g/9/0": SAYS.outside });
  assert.ok(store.hasFailed("g/9/0"));
  assert.equal(store.entries.get("g/9/0")?.retryAt, Number.POSITIVE_INFINITY);
});

test("a refused answer counts for each of its tiles", async () => {
  const { store, asked } = makeStore();
  store.want(["g/0/0", "g/0/1"]);
  asked[0].end("refused");
  await settled();
  store.want(["g/0/0", "g/0/1"]);
  assert.deepEqual(
    asked.slice(1).map(({ url }) => url),
    ["/tiles/g/0/0", "/tiles/g/0/1"],
  );
  asked[1].end("refused");
  await settled();
  assert.ok(store.hasFailed("g/0/0"));
  store.retry();
  store.want(["g/0/0", "g/0/1"]);
  assert.equal(asked[3].url, "/tiles/g/0/0");
});

test("a lost answer is no fault of its tiles: after a while they are asked for again", async () => {
  const { store, asked, recoveries } = makeStore();
  const keys = ["g/0/0", "g/0/1"];
  store.want(keys);
  asked[0].end("lost");
  await settled();
  store.want(keys);
  assert.equal(asked.length, 1, "not at once");
  assert.ok(!store.hasFailed("g/0/0"));
  store.connection.hurry();
  store.want(keys);
  assert.deepEqual(asked[1].keys, keys);
  asked[1].end("lost");
  await settled();
  assert.ok(store.connection.isLost);
  store.connection.hurry();
  store.want(keys);
  await answer(asked[2]);
  assert.ok(!store.connection.isLost && store.peek("g/0/0"));
  assert.equal(recoveries(), 1);
});

test("while nothing answers only one question is under way", async () => {
  const { store, asked } = makeStore();
  const keys = Array.from({ length: 80 }, (_, at) => `g/0/${at}`);
  store.want(keys.slice(0, 1));
  asked[0].end("lost");
  await settled();
  store.connection.hurry();
  store.want(keys);
  assert.equal(asked.length, 2);
});

test("what came before an answer broke off is kept", async () => {
  const { store, asked } = makeStore();
  store.want(["g/0/0", "g/0/1"]);
  asked[0].give(0, SAYS.tile, tile());
  asked[0].end("lost");
  await settled();
  assert.ok(store.peek("g/0/0"));
  store.connection.hurry();
  store.want(["g/0/0", "g/0/1"]);
  assert.deepEqual(asked[1].keys, ["g/0/1"]);
});

test("who waits for a tile gets it, once, and no change of the view takes it away", async () => {
  const { store, asked } = makeStore();
  const both = Promise.all([store.get("g/-1/3"), store.get("g/-1/3")]);
  store.want(["g/0/0"]);
  assert.equal(asked[0].signal.aborted, false);
  assert.deepEqual(
    asked.map(({ url }) => url),
    ["/tiles/g/-1/3", "/tiles/g/0/0"],
  );
  await answer(asked[0]);
  assert.deepEqual(
    (await both).map((one) => one?.length),
    [1, 1],
  );
});

test("who waits for a tile that cannot be had is told so", async () => {
  const { store, asked } = makeStore();
  const one = store.get("g/-1/3");
  asked[0].end("lost");
  assert.equal(await one, null);
});

test("what a cell's longest slice is comes when it is asked for", async () => {
  const { store, asked, changes } = makeStore();
  store.want(["g/1/0", "g/1/1"]);
  asked[0].give(0, SAYS.tile, { ...tile(), isBare: true });
  asked[0].give(1, SAYS.tile, tile());
  void store.complete("g/1/1");
  assert.equal(asked.length, 1, "a tile in full has nothing to ask for");
  void store.complete("g/1/0");
  void store.complete("g/1/0");
  assert.deepEqual([asked.length, asked[1].url], [2, "/tiles/g/1/0"]);
  const before = changes();
  await answer(asked[1]);
  assert.equal(store.peek("g/1/0")?.isBare, false);
  assert.ok(changes() > before);
});

test("a tile is said to be slow only after a while, and not once it has come or failed", () => {
  const { store } = makeStore();
  store.want(["g/0/0"]);
  assert.ok(!store.isSlow("g/0/0"));
  const entry = store.entries.get("g/0/0");
  assert.ok(entry);
  entry.startedMs -= 1000;
  assert.ok(store.isSlow("g/0/0"));
  entry.state = "failed";
  assert.ok(!store.isSlow("g/0/0"));
  assert.ok(!store.isSlow("g/0/1"));
});

/** @param {TileStore} store @param {string} key @param {number} length */
function keep(store, key, length) {
  Object.assign(store.begin(key), { state: "ready", tile: { ...tile(), length } });
}

test("what has not been looked at for longest is forgotten first", () => {
  const { store } = makeStore();
  for (let at = 0; at < 650; at++) keep(store, `g/0/${at}`, 1);
  store.peek("g/0/0");
  store.want([]);
  store.drop();
  assert.equal(store.entries.size, 600);
  assert.ok(store.entries.has("g/0/0"));
  assert.ok(!store.entries.has("g/0/1"));
  assert.ok(store.entries.has("g/0/649"));
});

test("few large tiles are too much as well, but never those in view", () => {
  const { store } = makeStore();
  for (let at = 0; at < 200; at++) keep(store, `g/0/${at}`, 24_000);
  store.want([]);
  for (let at = 0; at < 150; at++) store.peek(`g/0/${at}`);
  store.drop();
  assert.ok(store.entries.size >= 150 && store.entries.size < 200);
  assert.ok(store.entries.has("g/0/0"));
});
