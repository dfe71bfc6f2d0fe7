import assert from "node:assert/strict";
import test from "node:test";

import { ApiError, errorOf } from "../../static/js/kit/http.js";
import { UploadQueue } from "../../static/js/upload/queue.js";
import { Meter, sentOfEach } from "../../static/js/upload/send.js";

const order = (/** @type {string} */ name) => ({
  name,
  neff: new File(["12345"], `${name}.neff`),
  ntffs: [new File(["1234567890"], `${name}.ntff`)],
});

/** A sender whose requests end when the test says so. */
function controlled() {
  /** @type {{profile: any, told: (progress: any) => void, done: () => void, fail: (error: Error) => void}[]} */
  const sent = [];
  const send = (
    /** @type {any} */ profile,
    /** @type {AbortSignal} */ signal,
    /** @type {any} */ told,
  ) =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new DOMException("cancelled", "AbortError")));
      sent.push({ profile, told, done: () => resolve({}), fail: reject });
    });
  return { sent, queue: new UploadQueue(send) };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("profiles go one after the other and each tells when it is received", async () => {
  const { sent, queue } = controlled();
  /** @type {string[]} */
  const states = [];
  queue.addEventListener("change", (event) => {
    const job = /** @type {CustomEvent} */ (event).detail;
    states.push(`${job.order.name} ${job.state}`);
  });
  queue.add(order("a"));
  queue.add(order("b"));
  assert.equal(sent.length, 1);
  sent[0]?.done();
  await settle();
  assert.equal(sent.length, 2);
  sent[1]?.done();
  await settle();
  assert.deepEqual(states, [
    "a waiting",
    "a sending",
    "b waiting",
    "a received",
    "b sending",
    "b received",
  ]);
  assert.equal(queue.isBusy, false);
});

test("what was uploaded is said in the words users look for", () => {
  const { queue } = controlled();
  const { neff, ntffs } = order("a");
  assert.equal(queue.add({ name: "a", neff, ntffs }).receivedText, "NEFF and NTFF uploaded");
  assert.equal(queue.add({ name: "a", neff: null, ntffs }).receivedText, "NTFF uploaded");
  assert.equal(queue.add({ name: "a", neff, ntffs: [] }).receivedText, "NEFF uploaded");
});

test("sending again uses the same key, so that it is taken in once", async () => {
  const { sent, queue } = controlled();
  const job = queue.add(order("a"));
  sent[0]?.fail(new ApiError("upload.incomplete", "The upload broke off", "", ""));
  await settle();
  assert.equal(job.state, "failed");
  assert.equal(job.error?.code, "upload.incomplete");
  queue.again(job);
  assert.equal(job.error, null);
  assert.equal(sent[1]?.profile.key, sent[0]?.profile.key);
  assert.notEqual(queue.add(order("b")).key, job.key);
});

test("a failure does not hold up the others", async () => {
  const { sent, queue } = controlled();
  queue.add(order("a"));
  const second = queue.add(order("b"));
  sent[0]?.fail(new TypeError("a file was moved"));
  await settle();
  sent[1]?.done();
  await settle();
  assert.equal(second.state, "received");
});

test("cancelling ends what is on its way and what waits", async () => {
  const { sent, queue } = controlled();
  const jobs = [queue.add(order("a")), queue.add(order("b"))];
  queue.cancelAll();
  await settle();
  assert.deepEqual(
    jobs.map((job) => job.state),
    ["cancelled", "cancelled"],
  );
  assert.equal(sent.length, 1);
  assert.equal(queue.isBusy, false);
});

test("the whole of all uploads is counted", async () => {
  const { sent, queue } = controlled();
  queue.add(order("a"));
  queue.add(order("b"));
  sent[0]?.told({ sent: 6, total: 400, rate: 3, left: 3 });
  assert.deepEqual(queue.total(), { sent: 6, size: 30, rate: 3, left: 8 });
  sent[0]?.told({ sent: 400, total: 400, rate: 0, left: 0 });
  assert.equal(queue.total().sent, 15);
});

test("idle is told once everything is through", async () => {
  const { sent, queue } = controlled();
  let idle = 0;
  queue.addEventListener("idle", () => idle++);
  queue.add(order("a"));
  queue.add(order("b"));
  sent[0]?.done();
  await settle();
  assert.equal(idle, 0);
  sent[1]?.done();
  await settle();
  assert.equal(idle, 1);
});

test("the rate is that of the last ten seconds", () => {
  const meter = new Meter();
  assert.equal(meter.rate(0, 0), 0);
  assert.equal(meter.rate(1000, 500), 500);
  for (let second = 2; second <= 30; second++) meter.rate(second * 1000, 500 + (second - 1) * 100);
  assert.ok(Math.abs(meter.rate(31_000, 3500) - 100) < 1);
});

test("files fill one after the other", () => {
  assert.deepEqual(sentOfEach([10, 20, 5], 0), [0, 0, 0]);
  assert.deepEqual(sentOfEach([10, 20, 5], 15), [10, 5, 0]);
  assert.deepEqual(sentOfEach([10, 20, 5], 99), [10, 20, 5]);
});

test("an answer that is no error document still has a code", () => {
  assert.equal(errorOf(null, 502).code, "http.502");
  assert.equal(errorOf({ error: { code: "name.empty", title: "T", hint: "H" } }, 400).hint, "H");
});

test("a directory is one archive whose files are counted with their headers", () => {
  const { queue, sent } = controlled();
  const files = [new File(["1234"], "a"), new File(["12"], "b")];
  const directory = {
    name: "c.tar",
    body: new Blob(["x".repeat(3072)]),
    files,
    sizes: [1024, 1024],
  };
  const job = queue.add({ name: "c", neff: null, ntffs: [], directory });
  assert.equal(job.size, 3072);
  assert.deepEqual(job.files, files);
  assert.equal(job.receivedText, "Directory uploaded");
  sent[0]?.told({ sent: 1536, total: 3100, rate: 1, left: 1 });
  assert.deepEqual(queue.total().sent, 1536);
  assert.deepEqual(sentOfEach(directory.sizes, job.progress.sent), [1024, 512]);
});
