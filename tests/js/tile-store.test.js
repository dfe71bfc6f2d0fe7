import assert from "node:assert/strict";
import { test } from "node:test";
import { TileStore } from "../../static/js/data/tile-store.js";

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

/** @param {(url: string, signal: AbortSignal) => Promise<any>} answer */
function makeStore(answer) {
  /** @type {string[]} */
  const asked = [];
  let changes = 0;
  const fetcher = (/** @type {any} */ url, /** @type {any} */ options) => {
    asked.push(url);
    return answer(url, options.signal);
  };
  const store = new TileStore("/tiles/", () => changes++, /** @type {any} */ (fetcher));
  return { store, asked, changes: () => changes };
}

test("a tile is asked for once", async () => {
  const { store, asked } = makeStore(() => new Promise(() => {}));
  store.want(["g/0/0", "g/0/1"]);
  store.want(["g/0/0", "g/0/1"]);
  await settled();
  assert.deepEqual(asked, ["/tiles/g/0/0", "/tiles/g/0/1"]);
  assert.equal(store.peek("g/0/0"), null);
});

test("at most six are under way, those wanted first come first", async () => {
  const { store, asked } = makeStore(() => new Promise(() => {}));
  store.want(Array.from({ length: 20 }, (_, at) => `g/0/${at}`));
  await settled();
  assert.equal(asked.length, 6);
  assert.equal(asked[0], "/tiles/g/0/0");
});

test("what the view no longer needs is given up", async () => {
  /** @type {AbortSignal[]} */
  const signals = [];
  const { store } = makeStore((_, signal) => {
    signals.push(signal);
    return new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("aborted")));
    });
  });
  store.want(["g/0/0"]);
  await settled();
  store.want(["g/1/0"]);
  await settled();
  assert.equal(signals[0].aborted, true);
  assert.equal(signals[1].aborted, false);
});

test("a tile that fails twice is said to have failed, and can be tried again", async () => {
  const { store, asked, changes } = makeStore(async () => ({ ok: false, status: 500 }));
  store.want(["g/0/0"]);
  await settled();
  assert.equal(asked.length, 2);
  assert.ok(store.hasFailed("g/0/0"));
  assert.ok(changes() > 0);
  store.retry();
  assert.ok(!store.hasFailed("g/0/0"));
  store.want(["g/0/0"]);
  await settled();
  assert.equal(asked.length, 4);
});

test("an answer that is no tile counts as a failure", async () => {
  const { store } = makeStore(async () => ({
    ok: true,
    arrayBuffer: async () => new ArrayBuffer(7),
  }));
  store.want(["g/0/0"]);
  await settled();
  assert.ok(store.hasFailed("g/0/0"));
});

test("who waits for a tile gets it, once, and no change of the view takes it away", async () => {
  /** @type {(() => void)[]} */
  const releases = [];
  /** @type {AbortSignal[]} */
  const signals = [];
  const { store, asked } = makeStore((_, signal) => {
    signals.push(signal);
    return new Promise((resolve) => releases.push(() => resolve({ ok: false, status: 404 })));
  });
  const both = Promise.all([store.get("g/-1/3"), store.get("g/-1/3")]);
  await settled();
  store.want(["g/0/0"]);
  assert.equal(signals[0].aborted, false);
  assert.equal(asked.filter((url) => url.endsWith("g/-1/3")).length, 1);
  const timer = setInterval(() => releases.shift()?.(), 1);
  assert.deepEqual(await both, [null, null]);
  clearInterval(timer);
});

test("a tile is said to be slow only after a while, and not once it has come or failed", async () => {
  const { store } = makeStore(() => new Promise(() => {}));
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

test("what has not been looked at for longest is forgotten first", async () => {
  const { store } = makeStore(() => new Promise(() => {}));
  for (let at = 0; at < 450; at++) {
    const entry = store.begin(`g/0/${at}`);
    entry.state = "ready";
  }
  store.peek("g/0/0");
  store.drop();
  assert.equal(store.entries.size, 400);
  assert.ok(store.entries.has("g/0/0"));
  assert.ok(!store.entries.has("g/0/1"));
  assert.ok(store.entries.has("g/0/449"));
});
