/** Fetches tiles and decodes them: in a worker where there is one, so that no frame waits for it. */

import { buffersOf, decodeTile } from "./arrow.js";
import { FrameReader, SAYS } from "./frames.js";

/** @typedef {import("./arrow.js").Tile} Tile */
/**
 * How an answer ended: whole; refused for what was asked; or lost on the way, so that the same
 * question may well be answered later.
 * @typedef {"whole" | "refused" | "lost"} Ending
 */
/** @typedef {(place: number, said: number, tile: Tile | null) => void} Give */
/** @typedef {{load: (url: string, signal: AbortSignal, stallMs: number, give: Give) => Promise<Ending>}} Loader */

/** What a proxy or a server in its start says instead of an answer. */
const PASSING = new Set([408, 425, 429, 502, 503, 504]);
const FRAMES = "application/vnd.neuron-explorer.tiles";

/**
 * Loads one answer: the frames of several tiles, or one tile alone. After `stallMs` without a byte it
 * is given up as lost: a cut line says nothing.
 * @param {typeof fetch} fetcher
 * @param {string} url
 * @param {AbortSignal} signal
 * @param {number} stallMs
 * @param {Give} give
 * @returns {Promise<Ending>}
 */
export async function loadTiles(fetcher, url, signal, stallMs, give) {
  const stall = new AbortController();
  const stop = () => stall.abort();
  signal.addEventListener("abort", stop);
  let timer = setTimeout(stop, stallMs);
  const goOn = () => {
    clearTimeout(timer);
    timer = setTimeout(stop, stallMs);
  };
  try {
    const answer = await fetcher(url, { signal: stall.signal });
    goOn();
    if (PASSING.has(answer.status)) return "lost";
    if (!answer.ok) return "refused";
    if (answer.headers.get("Content-Type") !== FRAMES) {
      return alone(await answer.arrayBuffer(), give);
    }
    return await framed(/** @type {ReadableStream<Uint8Array>} */ (answer.body), give, goOn);
  } catch {
    return "lost";
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

/**
 * @param {ArrayBuffer} bytes
 * @param {Give} give
 * @returns {Ending}
 */
function alone(bytes, give) {
  const tile = decoded(bytes);
  give(0, tile ? SAYS.tile : SAYS.unreadable, tile);
  return "whole";
}

/**
 * @param {ReadableStream<Uint8Array>} body
 * @param {Give} give
 * @param {() => void} goOn told of every piece
 * @returns {Promise<Ending>} lost if the end is missing
 */
async function framed(body, give, goOn) {
  const frames = new FrameReader();
  const reader = body.getReader();
  while (!frames.isOver) {
    const { done, value } = await reader.read();
    if (done) return "lost";
    goOn();
    frames.add(value);
    for (let frame = frames.next(); frame; frame = frames.next()) {
      if (frame.said === SAYS.end) break;
      const tile = frame.said === SAYS.tile ? decoded(frame.body) : null;
      give(frame.place, frame.said === SAYS.tile && !tile ? SAYS.unreadable : frame.said, tile);
    }
  }
  return "whole";
}

/**
 * @param {ArrayBuffer | Uint8Array} bytes
 * @returns {Tile | null} null for bytes that are no tile
 */
function decoded(bytes) {
  try {
    return decodeTile(bytes);
  } catch {
    return null;
  }
}

/**
 * Loads in this thread.
 * @param {typeof fetch} fetcher
 * @returns {Loader}
 */
export function directLoader(fetcher) {
  return { load: (...job) => loadTiles(fetcher, ...job) };
}

/**
 * Answers the messages of `workerLoader`.
 * @param {{postMessage: (message: any, buffers?: ArrayBuffer[]) => void, onmessage: ((event: {data: any}) => void) | null}} port
 * @param {typeof fetch} fetcher
 */
export function serveTiles(port, fetcher) {
  /** @type {Map<number, AbortController>} */
  const running = new Map();
  port.onmessage = async ({ data: { id, url, stallMs } }) => {
    if (!url) {
      running.get(id)?.abort();
      return;
    }
    const abort = new AbortController();
    running.set(id, abort);
    const ending = await loadTiles(fetcher, url, abort.signal, stallMs, (place, said, tile) => {
      port.postMessage({ id, place, said, tile }, tile ? buffersOf(tile) : []);
    });
    running.delete(id);
    port.postMessage({ id, ending });
  };
}

/**
 * Loads in a worker; in this thread once the worker turns out not to run.
 * @param {Worker} worker
 * @param {Loader} instead
 * @returns {Loader}
 */
export function workerLoader(worker, instead) {
  /** @type {Map<number, {give: Give, end: (ending: Ending) => void}>} */
  const running = new Map();
  let latest = 0;
  let isBroken = false;
  worker.onmessage = ({ data: { id, place, said, tile, ending } }) => {
    const job = running.get(id);
    if (!job) return;
    if (ending) {
      running.delete(id);
      job.end(ending);
    } else job.give(place, said, tile);
  };
  worker.onerror = () => {
    isBroken = true;
    for (const { end } of running.values()) end("lost");
    running.clear();
  };
  return {
    load: (url, signal, stallMs, give) => {
      if (isBroken) return instead.load(url, signal, stallMs, give);
      const id = ++latest;
      return new Promise((end) => {
        running.set(id, { give, end });
        worker.postMessage({ id, url, stallMs });
        signal.addEventListener("abort", () => {
          if (running.delete(id)) worker.postMessage({ id, url: null });
          end("lost");
        });
      });
    },
  };
}

/** @type {Loader | null} */
let shared = null;

/**
 * One worker for all timelines of the page.
 * @returns {Loader}
 */
export function sharedLoader() {
  if (!shared) {
    const direct = directLoader(window.fetch.bind(window));
    const address = new URL("./tile-worker.js", import.meta.url);
    shared = workerLoader(new Worker(address, { type: "module" }), direct);
  }
  return shared;
}
