import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

/** @type {{url: string, answer: (body: any) => void, signal: AbortSignal}[]} */
let asked = [];
/** @type {(() => void)[]} */
let resting = [];
Object.assign(globalThis, {
  window: {
    setTimeout: (/** @type {() => void} */ act) => resting.push(act),
    clearTimeout: () => resting.splice(0),
  },
  location: { origin: "http://here", pathname: "/p/", search: "" },
  fetch: (/** @type {string} */ url, /** @type {{signal: AbortSignal}} */ { signal }) =>
    new Promise((done, failed) => {
      signal.addEventListener("abort", () => failed(signal.reason));
      const answer = (/** @type {any} */ body) => {
        const headers = { "Content-Type": "application/json" };
        if (body instanceof Error) failed(body);
        else done(new Response(JSON.stringify(body), { headers }));
      };
      asked.push({ url: String(url), answer, signal });
    }),
});
const { PartAnswers } = await import("../../static/js/viewers/tools/part-answers.js");

/** @param {number[]} parts */
function answers(parts) {
  /** @type {any[]} */
  const told = [];
  const viewer = /** @type {any} */ ({
    document: { parts: parts.map((part) => ({ part })) },
    values: { base: "/run/" },
    range: 1,
    drawn: 0,
    redraw: () => {
      viewer.drawn++;
    },
  });
  const made = new PartAnswers(viewer, {
    path: "sums",
    query: () => ({ at: viewer.range }),
    isEnough: (known) => known?.at === viewer.range,
    read: ({ sum }, { at }) => ({ at, sum }),
    told: (error) => told.push(error),
  });
  return { made, viewer, told };
}

const settle = async () => {
  for (let turn = 0; turn < 6; turn++) await new Promise((go) => setImmediate(go));
};
const rest = () => {
  for (const act of resting.splice(0)) act();
};

beforeEach(() => {
  asked = [];
  resting = [];
});

test("every part is asked once the view rests, and the end is told once", async () => {
  const { made, viewer, told } = answers([0, 2]);
  made.askSoon();
  made.askSoon();
  assert.equal(resting.length, 1);
  rest();
  asked[0].answer({ sum: 7 });
  await settle();
  asked[1].answer({ sum: 9 });
  await settle();
  assert.deepEqual(
    asked.map(({ url }) => url.replace("http://here", "")),
    ["/run/sums/?at=1&part=0", "/run/sums/?at=1&part=2"],
  );
  assert.deepEqual(
    [...made.known.values()],
    [
      { at: 1, sum: 7 },
      { at: 1, sum: 9 },
    ],
  );
  assert.deepEqual([told, viewer.drawn], [[null], 1]);
  made.askSoon();
  assert.equal(resting.length, 0, "what is known is enough");
});

test("a view that has moved on takes the place of what was asked before", async () => {
  const { made, viewer, told } = answers([0]);
  made.askSoon();
  rest();
  viewer.range = 2;
  made.askSoon();
  rest();
  assert.ok(asked[0].signal.aborted);
  asked[1].answer({ sum: 5 });
  await settle();
  assert.deepEqual(made.known.get(0), { at: 2, sum: 5 });
  assert.deepEqual(told, [null], "nothing is told of what was given up");
});

test("what went wrong is told, and not asked again until it is stopped and begun anew", async () => {
  const { made, told } = answers([0]);
  made.askSoon();
  rest();
  asked[0].answer(new TypeError("gone"));
  await settle();
  assert.equal(told.length, 1);
  assert.ok(told[0] instanceof Error);
  made.askSoon();
  assert.equal(resting.length, 0);
  made.stop();
  made.askSoon();
  assert.equal(resting.length, 1);
  made.stop();
  assert.equal(resting.length, 0, "and what waits for the view to rest is given up");
});
