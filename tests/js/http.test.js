import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, errorOf, request, requestIfChanged } from "../../static/js/kit/http.js";

/** @type {{url: string, options: any}[]} */
let sent = [];

/** @param {() => Response} answer what every request gets */
function answering(answer) {
  sent = [];
  Object.assign(globalThis, {
    fetch: async (/** @type {string} */ url, /** @type {any} */ options) => {
      sent.push({ url, options });
      return answer();
    },
  });
}

const json = (/** @type {unknown} */ body, status = 200, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers });
const STALE = {
  code: "annotation.stale",
  title: "Somebody else changed it first",
  detail: "It is at version 3.",
  hint: "Look at what it is now.",
  fields: { current: { version: 3 } },
};

test("JSON is sent as JSON, other bodies as they are, and an answer without content is null", async () => {
  answering(() => json({ a: 1 }));
  assert.deepEqual(await request("/x/", { method: "POST", json: { b: 2 } }), { a: 1 });
  assert.equal(sent[0].options.body, '{"b":2}');
  assert.equal(sent[0].options.headers.get("Content-Type"), "application/json");
  const file = new Blob(["name,start_ns"]);
  await request("/x/", { method: "POST", body: file });
  assert.equal(sent[1].options.body, file);
  assert.equal(sent[1].options.headers.get("Content-Type"), null);
  answering(() => new Response(null, { status: 204 }));
  assert.equal(await request("/x/", { method: "DELETE" }), null);
});

test("an error of the API keeps its code, its words and what it is now", async () => {
  answering(() => json({ error: STALE }, 409));
  await assert.rejects(request("/x/"), (error) => {
    assert.ok(error instanceof ApiError);
    assert.equal(error.code, "annotation.stale");
    assert.equal(error.message, "It is at version 3.");
    assert.equal(error.hint, "Look at what it is now.");
    assert.deepEqual(error.fields, { current: { version: 3 } });
    return true;
  });
});

test("an answer that is no JSON is told by its status", async () => {
  answering(() => new Response("<h1>Bad gateway</h1>", { status: 502 }));
  await assert.rejects(request("/x/"), { code: "http.502", message: "The server did not answer" });
  await assert.rejects(requestIfChanged("/x/", null), { code: "http.502" });
  assert.equal(errorOf(null, 500).fields, null);
});

test("what has not changed since its tag is null and was not read again", async () => {
  answering(() => json({ revision: 4 }, 200, { ETag: '"p-4"' }));
  assert.deepEqual(await requestIfChanged("/board/", null), {
    tag: '"p-4"',
    body: { revision: 4 },
  });
  assert.equal(sent[0].options.headers.get("If-None-Match"), null);
  answering(() => new Response(null, { status: 304 }));
  assert.equal(await requestIfChanged("/board/", '"p-4"'), null);
  assert.equal(sent[0].options.headers.get("If-None-Match"), '"p-4"');
  // The browser's own cache would answer 200 for what the server said was the same.
  assert.equal(sent[0].options.cache, "no-store");
});

test("a reading that is refused is an error like any other", async () => {
  answering(() => json({ error: { ...STALE, code: "request.not_found" } }, 404));
  await assert.rejects(requestIfChanged("/board/", '"x"'), { code: "request.not_found" });
});
