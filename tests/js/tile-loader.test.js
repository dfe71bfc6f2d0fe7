import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameReader, SAYS } from "../../static/js/data/frames.js";
import { loadTiles, serveTiles, workerLoader } from "../../static/js/data/tile-loader.js";
import { COLUMNS, framed, stream } from "./make-arrow.js";
import { seeded, whole } from "./seeded.js";

const FRAMES = "application/vnd.neuron-explorer.tiles";
const END = { place: 9, said: SAYS.end };

/**
 * An answer of frames, in pieces of so many bytes.
 * @param {Uint8Array} bytes
 * @param {number} [size]
 */
function answer(bytes, size = bytes.length) {
  const body = new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size)
        controller.enqueue(bytes.slice(at, at + size));
      controller.close();
    },
  });
  return new Response(body, { headers: { "Content-Type": FRAMES } });
}

/**
 * @param {(url: any, options: any) => Promise<Response>} fetcher
 * @param {number} [stallMs]
 * @param {AbortSignal} [signal]
 */
async function loaded(fetcher, stallMs = 1000, signal = new AbortController().signal) {
  /** @type {[number, number, number | null][]} */
  const given = [];
  const ending = await loadTiles(/** @type {any} */ (fetcher), "/x", signal, stallMs, (...one) => {
    given.push([one[0], one[1], one[2]?.length ?? null]);
  });
  return { given, ending };
}

test("frames are read however they are cut into pieces", () => {
  const chance = seeded(41);
  const bodies = [0, 1, 7, 8, 9, 70_000, 200_000].map((size, at) => ({
    ...{ place: at, said: at % 4, body: new Uint8Array(size).fill(at + 1) },
  }));
  const bytes = framed([...bodies, END]);
  for (let round = 0; round < 20; round++) {
    const reader = new FrameReader();
    /** @type {[number, number, number, boolean][]} */
    const found = [];
    let at = 0;
    while (at < bytes.length) {
      const size = whole(chance, 1, round < 2 ? 3000 : 90_000);
      reader.add(bytes.slice(at, at + size));
      at += size;
      for (let frame = reader.next(); frame; frame = reader.next()) {
        const { place, said, body } = frame;
        found.push([place, said, body.length, body.every((byte) => byte === place + 1)]);
      }
    }
    assert.deepEqual(found, [
      ...bodies.map(({ place, said, body }) => [place, said, body.length, true]),
      [9, SAYS.end, 0, true],
    ]);
    assert.ok(reader.isOver);
  }
});

test("the tiles of an answer are given one by one, with what is said of those without", async () => {
  const bytes = framed([
    { place: 0, said: SAYS.tile, body: stream(COLUMNS) },
    { place: 1, said: SAYS.unreadable, body: new Uint8Array(3) },
    { place: 2, said: SAYS.tile, body: new Uint8Array(40) },
    { place: 3, said: SAYS.leftOut },
    END,
  ]);
  const { given, ending } = await loaded(async () => answer(bytes, 100));
  assert.equal(ending, "whole");
  assert.deepEqual(given, [
    [0, SAYS.tile, 4],
    [1, SAYS.unreadable, null],
    [2, SAYS.unreadable, null],
    [3, SAYS.leftOut, null],
  ]);
});

test("an answer that breaks off is lost, and what came before is kept", async () => {
  const bytes = framed([{ place: 0, said: SAYS.tile, body: stream(COLUMNS) }]);
  const { given, ending } = await loaded(async () => answer(bytes));
  assert.deepEqual([given.length, ending], [1, "lost"]);
});

test("a tile alone comes as it is", async () => {
  const { given, ending } = await loaded(async () => new Response(stream(COLUMNS)));
  assert.deepEqual([given, ending], [[[0, SAYS.tile, 4]], "whole"]);
  const bad = await loaded(async () => new Response("no tile"));
  assert.deepEqual([bad.given, bad.ending], [[[0, SAYS.unreadable, null]], "whole"]);
});

test("what was refused is told from what was lost on the way", async () => {
  const of = async (/** @type {number} */ status) =>
    (await loaded(async () => new Response("", { status }))).ending;
  assert.deepEqual(await Promise.all([400, 404, 500, 429, 502, 503, 504].map(of)), [
    "refused",
    "refused",
    "refused",
    "lost",
    "lost",
    "lost",
    "lost",
  ]);
  const thrown = await loaded(async () => {
    throw new TypeError("no network");
  });
  assert.equal(thrown.ending, "lost");
});

test("an answer that is silent for too long is given up; one that is only slow is not", async () => {
  const silent = (/** @type {any} */ _, /** @type {any} */ { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("aborted")));
    });
  assert.equal((await loaded(/** @type {any} */ (silent), 20)).ending, "lost");
  const bytes = framed([{ place: 0, said: SAYS.tile, body: stream(COLUMNS) }, END]);
  const slow = new ReadableStream({
    async start(controller) {
      for (let at = 0; at < bytes.length; at += 300) {
        await new Promise((resolve) => setTimeout(resolve, 30));
        controller.enqueue(bytes.slice(at, at + 300));
      }
      controller.close();
    },
  });
  const headers = { "Content-Type": FRAMES };
  const { ending } = await loaded(async () => new Response(slow, { headers }), 400);
  assert.equal(ending, "whole");
});

/** Two ends that answer each other as a page and its worker do. */
function makeWorker() {
  /** @type {any} */
  const worker = { onmessage: null, onerror: null };
  /** @type {any} */
  const port = { onmessage: null };
  const copied = (/** @type {any} */ message, /** @type {any} */ buffers) =>
    structuredClone(message, { transfer: buffers ?? [] });
  worker.postMessage = (/** @type {any} */ message, /** @type {any} */ buffers) => {
    const data = copied(message, buffers);
    queueMicrotask(() => port.onmessage({ data }));
  };
  port.postMessage = (/** @type {any} */ message, /** @type {any} */ buffers) => {
    const data = copied(message, buffers);
    queueMicrotask(() => worker.onmessage({ data }));
  };
  return { worker, port };
}

test("a worker gives the same tiles, and gives up what is no longer wanted", async () => {
  const { worker, port } = makeWorker();
  const bytes = framed([{ place: 0, said: SAYS.tile, body: stream(COLUMNS) }, END]);
  /** @type {AbortSignal[]} */
  const signals = [];
  serveTiles(
    port,
    /** @type {any} */ (
      async (/** @type {string} */ url, /** @type {any} */ o) => {
        signals.push(o.signal);
        if (url === "/silent") await new Promise((_, no) => o.signal.addEventListener("abort", no));
        return answer(bytes, 64);
      }
    ),
  );
  const loader = workerLoader(worker, /** @type {any} */ (null));
  /** @type {any[]} */
  const given = [];
  const give = (/** @type {any[]} */ ...one) => given.push(one);
  assert.equal(await loader.load("/x", new AbortController().signal, 1000, give), "whole");
  assert.deepEqual([given.length, given[0][0], [...given[0][2].row]], [1, 0, COLUMNS.row]);
  const abort = new AbortController();
  const left = loader.load("/silent", abort.signal, 10_000, give);
  await new Promise((resolve) => setTimeout(resolve, 5));
  abort.abort();
  assert.equal(await left, "lost");
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.ok(signals[1].aborted);
});

test("without a worker the page loads by itself", async () => {
  const { worker } = makeWorker();
  worker.postMessage = () => {};
  /** @type {string[]} */
  const asked = [];
  const direct = {
    load: async (/** @type {string} */ url) => {
      asked.push(url);
      return /** @type {const} */ ("whole");
    },
  };
  const loader = workerLoader(worker, direct);
  const { signal } = new AbortController();
  const first = loader.load("/x", signal, 1000, () => {});
  worker.onerror();
  assert.equal(await first, "lost");
  assert.equal(await loader.load("/y", signal, 1000, () => {}), "whole");
  assert.deepEqual(asked, ["/y"]);
});
