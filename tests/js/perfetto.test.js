import assert from "node:assert/strict";
import { test } from "node:test";
import { openInPerfetto, traceAddress } from "../../static/js/kit/perfetto.js";

const PAGE = "https://perfetto.example/page";
const ORIGIN = "https://perfetto.example";

/**
 * A window that opens another one, which answers the given time it is asked.
 * @param {{blocked?: boolean, status?: number, answersAt?: number, from?: string, patienceMs?: number}} [how]
 */
function windows({
  blocked = false,
  status = 200,
  answersAt = 1,
  from = ORIGIN,
  patienceMs = 60_000,
} = {}) {
  /** @type {{sent: any[][], asked: number, timers: number, hears: any}} */
  const seen = { sent: [], asked: 0, timers: 0, hears: null };
  const opened = {
    /** @param {any[]} message */
    postMessage(...message) {
      if (message[0] !== "PING") {
        seen.sent.push(message);
        return;
      }
      seen.asked += 1;
      if (seen.asked === answersAt) seen.hears?.({ origin: from, source: opened, data: "PONG" });
    },
  };
  const here = {
    open: () => (blocked ? null : opened),
    fetch: async () => ({ ok: status < 400, status, arrayBuffer: async () => new ArrayBuffer(3) }),
    /** @param {() => void} call */
    setInterval(call) {
      seen.timers += 1;
      return setInterval(call, 1);
    },
    /** @param {any} timer */
    clearInterval(timer) {
      seen.timers -= 1;
      clearInterval(timer);
    },
    /** @param {() => void} call */
    setTimeout: (call) => setTimeout(call, patienceMs),
    clearTimeout,
    /** @param {string} _ @param {any} hear */
    addEventListener(_, hear) {
      seen.hears = hear;
    },
    removeEventListener() {
      seen.hears = null;
    },
  };
  return { here: /** @type {Window} */ (/** @type {unknown} */ (here)), seen };
}

test("a trace is the whole run's, or a range's in whole nanoseconds", () => {
  assert.equal(traceAddress("a-b", 2, null), "/api/v1/profiles/a-b/runs/2/perfetto/");
  assert.equal(
    traceAddress("a-b", 2, { start: -1.5, end: 9.2 }),
    "/api/v1/profiles/a-b/runs/2/perfetto/?start_ns=-2&end_ns=10",
  );
});

test("the trace goes to the page's origin once it answers", async () => {
  const { here, seen } = windows({ answersAt: 3 });
  await openInPerfetto(PAGE, "/trace", "run 12", here);
  const [[message, origin, moved]] = seen.sent;
  assert.equal(origin, ORIGIN);
  assert.deepEqual(Object.keys(message), ["perfetto"]);
  assert.equal(message.perfetto.title, "run 12");
  assert.equal(message.perfetto.fileName, "run 12.pftrace");
  assert.deepEqual(moved, [message.perfetto.buffer]);
  assert.equal(seen.sent.length, 1);
  assert.equal(seen.timers, 0);
  assert.equal(seen.hears, null);
});

test("a window that is blocked is said", async () => {
  const { here } = windows({ blocked: true });
  await assert.rejects(openInPerfetto(PAGE, "/trace", "t", here), /blocked/);
});

test("a trace that cannot be read is said, and nothing is sent", async () => {
  const { here, seen } = windows({ status: 404 });
  await assert.rejects(openInPerfetto(PAGE, "/trace", "t", here), /404/);
  assert.equal(seen.sent.length, 0);
});

test("an answer from elsewhere counts for nothing", async () => {
  const { here, seen } = windows({ from: "https://elsewhere.example", patienceMs: 40 });
  await assert.rejects(openInPerfetto(PAGE, "/trace", "t", here), /does not answer/);
  assert.equal(seen.sent.length, 0);
  assert.equal(seen.timers, 0);
});
