import assert from "node:assert/strict";
import { test } from "node:test";
import { rested } from "./marker-desk.js";
import { page } from "./marker-page.js";

/** @typedef {import("./marker-desk.js").Field} Field */

/** @type {string[]} addresses that were asked for */
const asked = [];
/** @type {Record<string, unknown>} what the server answers, by a part of the address */
let answers = {};
Object.assign(globalThis, {
  fetch: async (/** @type {string} */ url) => {
    asked.push(url);
    const found = Object.entries(answers).find(([part]) => url.includes(part));
    const body = JSON.stringify(found?.[1] ?? { error: { code: "x", title: "Not here" } });
    return new Response(body, { status: found ? 200 : 404 });
  },
});

const plain = (/** @type {string} */ text) => text.replaceAll("\u202f", " ");

test("an empty list says how to put one; a server that is not there is said", async () => {
  const { server, markers, panel } = await page();
  assert.match(panel.empty.textContent ?? "", /^No markers yet\. M, then a click/);
  server.isDown = true;
  await markers.board.refresh();
  assert.match(panel.problem.textContent ?? "", /^Markers cannot be read\. The server/);
  server.isDown = false;
  await markers.board.refresh();
  assert.equal(panel.problem.textContent, "");
});

test("the list is by time, with name, time, length and note, each named for who cannot see", async () => {
  const { put, list } = await page();
  await put({ name: "<b>late</b>", start_ns: 70_000, note: "why" });
  await put({ name: "early", start_ns: 25_130, end_ns: 65_130, colour: "green" });
  const items = list().all("li");
  assert.deepEqual(
    items.map((item) => plain(item.textContent)),
    ["early25.130 µs · 40.00 µs", "<b>late</b>70.000 µswhy"],
  );
  assert.deepEqual(
    list()
      .all("button")
      .map((one) => plain(one.getAttribute("aria-label") ?? "")),
    ["region early, 25.130 µs – 65.130 µs, 40.00 µs, green", "marker <b>late</b>, 70.000 µs, blue"],
  );
  assert.equal(list().all(".swatch--2").length, 1);
});

test("a row leads to its marker and chooses it; pressed again it lets go", async () => {
  const { viewer, markers, put, list } = await page();
  const one = await put({ name: "far", start_ns: 5000 });
  /** @type {Field} */ (list().all("button")[0]).fire("click");
  assert.equal(markers.chosen, one.id);
  assert.equal(viewer.glides.length, 1);
  assert.equal(list().all("button")[0].getAttribute("aria-pressed"), "true");
  /** @type {Field} */ (list().all("button")[0]).fire("click");
  assert.equal(markers.chosen, null);
});

test("the focus stays on its row when somebody else's marker comes before it", async () => {
  const { put, list } = await page();
  const one = await put({ name: "a", start_ns: 50 });
  /** @type {Field} */ (list().all("button")[0]).focus();
  await put({ name: "b", start_ns: 5 });
  assert.equal(list().all("li").length, 2);
  const focused = /** @type {any} */ (document.activeElement);
  assert.equal(focused.closest("[data-ann]")?.getAttribute("data-ann"), one.id);
});

test("with many markers there is a filter by name and note", async () => {
  const { server, markers, panel, list } = await page();
  for (let number = 0; number < 8; number++)
    server.put({ name: `n${number}`, start_ns: number, note: number === 3 ? "odd one" : "" });
  await markers.board.refresh();
  assert.equal(panel.filter.hidden, false);
  panel.filter.value = "odd";
  /** @type {any} */ (panel.filter).fire("input");
  assert.equal(list().all("li").length, 1);
  panel.filter.value = "nothing such";
  panel.update();
  assert.equal(panel.empty.textContent, "Nothing goes by that name.");
});

test("each field that is written is kept, and what cannot be is said at the form", async () => {
  const { server, markers, panel, put, write, control } = await page();
  const one = await put({ name: "a", start_ns: 35_130 });
  markers.choose(one.id);
  assert.equal(plain(control("start_ns").value), "35.130 µs");
  await write("name", "softmax");
  await write("start_ns", "30us");
  await write("end_ns", "40.5us");
  await write("note", "two\nlines");
  const now = () => server.annotations[0];
  assert.deepEqual(
    [now().name, now().start_ns, now().end_ns, now().note],
    ["softmax", 30_000, 40_500, "two\nlines"],
  );
  await write("start_ns", "soon");
  assert.equal(panel.form.problem.textContent, "Write a time such as 35.13us");
  assert.equal(control("start_ns").getAttribute("aria-invalid"), "true");
  assert.equal(now().start_ns, 30_000);
  await write("start_ns", "31us");
  assert.equal(panel.form.problem.textContent, "");
  await write("end_ns", "");
  assert.equal(now().end_ns, null);
  const red = panel.form.colours.querySelectorAll("input");
  const radio = /** @type {any} */ ([...red].find(({ value }) => value === "red"));
  radio.fire("change");
  await rested();
  assert.equal(now().colour, "red");
});

test("a field that is being written in stays; the others follow what somebody else did", async () => {
  const { server, markers, put, control } = await page();
  const one = await put({ name: "a", start_ns: 5, note: "old" });
  markers.choose(one.id);
  control("name").focus();
  control("name").value = "mine";
  await server.send(`/annotations/${one.id}/`, {
    method: "PATCH",
    json: { version: 1, name: "theirs", note: "new" },
  });
  await markers.board.refresh();
  assert.deepEqual([control("name").value, control("note").value], ["mine", "new"]);
  control("name").fire("change");
  await rested();
  assert.match(markers.edits.question?.text ?? "", /changed the name of “a” first/);
  assert.equal(server.annotations[0].name, "theirs");
  assert.equal(control("name").value, "theirs");
});

test("a question stands in the panel with its answers, and goes when it is answered", async () => {
  const { server, markers, panel, put, write } = await page();
  const one = await put({ name: "a", start_ns: 5 });
  markers.choose(one.id);
  const json = { version: 1, name: "theirs" };
  await server.send(`/annotations/${one.id}/`, { method: "PATCH", json });
  await write("name", "mine");
  const question = /** @type {Field} */ (/** @type {any} */ (panel.question));
  assert.match(question.textContent, /It is now “theirs”/);
  const [use] = question.all("button");
  assert.equal(use.textContent, "Use mine");
  /** @type {Field} */ (use).fire("click");
  await rested();
  assert.equal(question.hidden, true);
  assert.equal(server.annotations[0].name, "mine");
});

test("Esc in a field puts back what was there, Enter keeps it; both go back to the rows", async () => {
  const { stage, markers, put, control } = await page();
  const one = await put({ name: "a", start_ns: 5 });
  markers.choose(one.id);
  control("name").focus();
  control("name").value = "half written";
  control("name").fire("keydown", { key: "Escape" });
  assert.equal(control("name").value, "a");
  assert.equal(document.activeElement, stage);
  control("name").focus();
  control("name").fire("keydown", { key: "Enter" });
  assert.equal(document.activeElement, stage);
});

test("where it was put is said by the row's name", async () => {
  const { markers, panel, put } = await page();
  const one = await put({ name: "a", start_ns: 5, row: "p0/c0/vector" });
  markers.choose(one.id);
  assert.equal(panel.form.place.textContent, "Put on Vector");
  const other = await put({ name: "b", start_ns: 6, row: "a row of another run" });
  markers.choose(other.id);
  assert.equal(panel.form.place.textContent, "");
});

test("two are compared exactly, and their range is asked for once, where it is seen", async () => {
  const { viewer, markers, panel, put } = await page();
  answers = {
    "/api/v1/metrics/": [{ id: "mfu", title: "MFU", unit: "share" }],
    "/metrics/?": { metrics: { mfu: { value: 0.051, missing: null } } },
  };
  asked.length = 0;
  const [one, other] = [
    await put({ name: "a", start_ns: 25_130 }),
    await put({ name: "b", start_ns: 70_000 }),
  ];
  markers.choose(one.id);
  assert.equal(panel.measure.delta.textContent, "");
  assert.equal(panel.measure.tools.hidden, true);
  markers.compareWith(other.id);
  assert.equal(plain(panel.measure.delta.textContent ?? ""), "Δ +44.870 µs (44 870 ns)");
  assert.deepEqual(asked, []);
  viewer.tabs.shown = "markers";
  markers.changed();
  markers.changed();
  await rested();
  assert.deepEqual(asked, [
    "/api/v1/profiles/p/metrics/?start_ns=25130&end_ns=70000",
    "/api/v1/metrics/",
  ]);
  assert.equal(plain(panel.measure.numbers.textContent ?? ""), "MFU5.1 %");
  const link = panel.measure.link.getAttribute("href");
  assert.equal(link, "/profiles/p/summary/?t=25130-70000");
  markers.choose(null);
  assert.equal(panel.measure.numbers.textContent, "");
});

test("a range without numbers says why; one of a host is counted by name", async () => {
  const { viewer, markers, panel, put } = await page();
  viewer.tabs.shown = "markers";
  answers = {};
  const one = await put({ name: "a", start_ns: 5, end_ns: 900 });
  markers.choose(one.id);
  await rested();
  assert.equal(panel.measure.numbers.textContent, "No numbers here: Not here");
  viewer.document.kind = "system";
  answers = {
    "runs/3/range-statistics/?start_ns=6&end_ns=800": {
      ...{ events: 7, by_name: [{ name: "nrt_execute", count: 2, sum_ns: 5000 }] },
    },
  };
  const other = await put({ name: "b", start_ns: 6, end_ns: 800 });
  markers.choose(other.id);
  await rested();
  assert.equal(plain(panel.measure.numbers.textContent ?? ""), "Events7nrt_execute2 × · 5.00 µs");
  assert.equal(panel.measure.link.hidden, true);
});

test("the measured range is marked on the rows; a marker alone says what it lacks", async () => {
  const { viewer, markers, panel, put } = await page();
  const region = await put({ name: "r", start_ns: 5, end_ns: 900 });
  const marker = await put({ name: "m", start_ns: 7 });
  markers.choose(region.id);
  panel.form.markRange();
  assert.deepEqual(viewer.marked, { start: 5, end: 900 });
  markers.choose(marker.id);
  panel.form.markRange();
  assert.match(panel.form.problem.textContent ?? "", /A marker alone has no range/);
});

test("the button of a region says what it keeps: the range that is marked, else the view", async () => {
  const { viewer, markers, panel } = await page();
  assert.equal(panel.region.textContent, "Add region of the view");
  viewer.marked = { start: 3, end: 9 };
  markers.changed();
  assert.equal(panel.region.textContent, "Save range as region");
  await markers.putRegion();
  assert.deepEqual(
    markers.board.annotations.map(({ start_ns, end_ns }) => [start_ns, end_ns]),
    [[3, 9]],
  );
});

test("the panel's own acts go to and delete the chosen one", async () => {
  const { viewer, markers, panel, put } = await page();
  const one = await put({ name: "far", start_ns: 5000, end_ns: 6000 });
  markers.choose(one.id);
  const [go, , remove] = /** @type {any} */ (panel.form.element).all("button");
  go.fire("click");
  assert.deepEqual(viewer.glides, [{ start: 4900, end: 6100 }]);
  remove.fire("click");
  await rested();
  assert.deepEqual([markers.chosen, markers.board.annotations.length], [null, 0]);
  assert.equal(panel.form.element.hidden, true);
});
