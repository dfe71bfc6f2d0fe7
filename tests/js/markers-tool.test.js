import assert from "node:assert/strict";
import { test } from "node:test";
import { makeDesk, pointOf, rested, sheetOf, useFields } from "./marker-desk.js";

const toast = useFields();
const { Markers } = await import("../../static/js/viewers/tools/markers.js");
const { dragOf, newRegion } = await import("../../static/js/viewers/tools/markers/drags.js");
const { snapAt } = await import("../../static/js/viewers/tools/markers/snapping.js");

/** The tool on a viewer, its board read from a server in memory. */
async function tool() {
  const desk = makeDesk();
  const markers = new Markers(desk.viewer);
  Object.assign(markers.board, desk.server.wires());
  await markers.board.refresh();
  const put = async (/** @type {Record<string, unknown>} */ draft) => {
    const made = desk.server.put(draft);
    await markers.board.refresh();
    return /** @type {any} */ (markers.board.find(made?.id ?? ""));
  };
  return { ...desk, markers, put };
}

const times = (/** @type {any} */ markers) =>
  markers.board.annotations.map((/** @type {any} */ one) => [one.start_ns, one.end_ns]);

test("a pointer takes the nearest edge of its row, on the ruler of any row, with Alt none", async () => {
  const { viewer } = await tool();
  const at = (/** @type {number} */ x, facts = {}) => snapAt(viewer, pointOf(viewer, x, facts));
  const start = { ns: 100, y: 10, text: "start of MATMUL", isSnapped: true };
  assert.deepEqual(at(96), start);
  assert.deepEqual(at(146), { ...start, ns: 150, text: "end of MATMUL" });
  assert.deepEqual(at(120), { ns: 120, y: null, text: "", isSnapped: false });
  assert.deepEqual(at(96, { altKey: true }), { ns: 96, y: null, text: "", isSnapped: false });
  // The second row has no events, a place under all rows has no row at all.
  assert.equal(at(96, { y: 30 }).isSnapped, false);
  assert.equal(at(96, { y: 900 }).isSnapped, false);
  assert.deepEqual(at(96, { y: -5 }), { ...start, y: null });
  assert.equal(at(-40, { y: 900 }).ns, 0);
  assert.equal(at(1400, { y: 900 }).ns, 1000);
});

test("a press in the mode makes a region from edge to edge, shown while it is drawn", async () => {
  const { viewer, markers } = await tool();
  const drag = newRegion(markers, pointOf(viewer, 102));
  drag.move(pointOf(viewer, 200));
  assert.deepEqual([markers.preview?.start_ns, markers.preview?.end_ns], [100, 200]);
  assert.equal(markers.shown.length, 1);
  drag.end(pointOf(viewer, 297));
  await rested();
  assert.deepEqual(times(markers), [[100, 300]]);
  assert.equal(markers.board.annotations[0].name, "Region 1");
  assert.equal(markers.board.annotations[0].row, "p0/c0/tensor");
  assert.equal(markers.preview, null);
  assert.equal(viewer.tabs.shown, "markers");
});

test("a region whose drag is given up leaves nothing", async () => {
  const { viewer, markers } = await tool();
  const drag = newRegion(markers, pointOf(viewer, 102));
  drag.move(pointOf(viewer, 200));
  drag.cancel?.();
  await rested();
  assert.deepEqual([markers.preview, markers.board.annotations.length], [null, 0]);
});

test("a flag that is dragged moves its end; with Shift all of the region", async () => {
  const { viewer, markers, put } = await tool();
  const one = await put({ name: "a", start_ns: 200, end_ns: 400 });
  const ruler = (/** @type {number} */ x, facts = {}) => pointOf(viewer, x, { y: -10, ...facts });
  const first = dragOf(markers, one, "start", () => {});
  first.move(ruler(250));
  assert.deepEqual(markers.preview?.start_ns, 250);
  assert.equal(markers.shown.length, 1);
  first.end(ruler(146));
  await rested();
  assert.deepEqual(times(markers), [[150, 400]]);
  const [moved] = markers.board.annotations;
  dragOf(markers, moved, "end").end(ruler(600, { shiftKey: true, altKey: true }));
  await rested();
  assert.deepEqual(times(markers), [[350, 600]]);
  await markers.edits.undo();
  await markers.edits.undo();
  assert.deepEqual(times(markers), [[200, 400]]);
});

test("a click on a flag chooses it, and Esc while it is moved puts it back", async () => {
  const { viewer, markers, put } = await tool();
  const one = await put({ name: "a", start_ns: 200 });
  const { layer } = sheetOf(viewer);
  markers.draw(layer, "ruler");
  const flag = pointOf(viewer, 205, { y: -10 });
  const press = markers.grab(flag, "ruler");
  press?.cancel?.();
  assert.equal(markers.chosen, one.id);
  markers.choose(null);
  const again = markers.grab(flag, "ruler");
  again?.move(pointOf(viewer, 500, { y: -10 }));
  again?.cancel?.();
  await rested();
  assert.deepEqual([markers.chosen, markers.preview, times(markers)], [null, null, [[200, null]]]);
  assert.equal(markers.grab(pointOf(viewer, 700, { y: -10 }), "ruler"), null);
});

test("lines over the rows are to be grabbed in the mode only, elsewhere a drag pans", async () => {
  const { viewer, markers, put } = await tool();
  await put({ name: "a", start_ns: 200 });
  const point = pointOf(viewer, 202);
  assert.equal(markers.grab(point, "rows"), null);
  viewer.toolbox.mode = { name: "marker" };
  assert.ok(markers.grab(point, "rows"));
  assert.equal(markers.grab(pointOf(viewer, 230), "rows"), null);
  assert.equal(markers.grab(point, "overview"), null);
});

test("each surface draws its own: lines, flags with names, bands", async () => {
  const { viewer, markers, put } = await tool();
  await put({ name: "softmax", start_ns: 200, colour: "green" });
  await put({ name: "half", start_ns: 400, end_ns: 700, colour: "orange" });
  const drawn = (/** @type {"rows" | "ruler" | "overview"} */ surface) => {
    const { sheet, layer } = sheetOf(viewer);
    markers.draw(layer, surface);
    return sheet;
  };
  assert.deepEqual(drawn("rows").strokes, ["green", "orange", "orange"]);
  assert.deepEqual(drawn("ruler").words, ["softmax", "half"]);
  assert.deepEqual(
    drawn("overview").rects.map(([x, , width]) => [x, width]),
    [
      [200, 1],
      [400, 300],
      [700, 1],
      [400, 1],
    ],
  );
  markers.snap = { ns: 100, y: 10, text: "start of MATMUL", isSnapped: true };
  assert.equal(drawn("rows").strokes.at(-1), "select");
  assert.match(drawn("ruler").words.at(-1) ?? "", /^100.ns · start of MATMUL$/);
  viewer.range = { start: 800, end: 900 };
  assert.deepEqual(drawn("rows").strokes, ["select"]);
  assert.deepEqual(drawn("ruler").words.length, 1);
});

test("the chosen one is outlined on the ruler", async () => {
  const { viewer, markers, put } = await tool();
  const one = await put({ name: "a", start_ns: 200 });
  const { sheet, layer } = sheetOf(viewer);
  markers.draw(layer, "ruler");
  assert.deepEqual(sheet.strokes, []);
  markers.choose(one.id);
  markers.draw(layer, "ruler");
  assert.deepEqual(sheet.strokes, ["select"]);
});

test("Esc clears the comparison, then the choice, then gives way", async () => {
  const { markers, put } = await tool();
  const [one, other] = [
    await put({ name: "a", start_ns: 1 }),
    await put({ name: "b", start_ns: 2 }),
  ];
  markers.choose(one.id);
  markers.compareWith(other.id);
  assert.equal(markers.escape(), true);
  assert.deepEqual([markers.chosen, markers.other], [one.id, null]);
  assert.equal(markers.escape(), true);
  assert.equal(markers.chosen, null);
  assert.equal(markers.escape(), false);
});

const IDS = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];

test("the address names the chosen one and what it is compared with, and nothing that is no id", async () => {
  const { markers } = await tool();
  const written = () => {
    const query = new URLSearchParams("t=1-2");
    markers.write(query);
    return query.get("ann");
  };
  assert.equal(written(), null);
  markers.read(new URLSearchParams(`t=1-2&ann=${IDS.join(",")}`));
  assert.equal(written(), IDS.join(","));
  markers.read(new URLSearchParams(`t=1-2&ann=${IDS[0]}`));
  assert.equal(written(), IDS[0]);
  for (const bad of ["x", "<script>", "1".repeat(5000), `,${"z".repeat(36)}`]) {
    markers.read(new URLSearchParams({ ann: bad }));
    assert.equal(written(), null, bad);
  }
});

test("an address without a range leads to its marker, once and only when it is known", async () => {
  const { server, viewer, markers } = await tool();
  markers.read(new URLSearchParams(`ann=${IDS[0]}`));
  server.put({ name: "far", start_ns: 5000, end_ns: 6000 });
  server.annotations[0].id = IDS[0];
  await markers.board.refresh();
  assert.deepEqual(viewer.glides, [{ start: 4900, end: 6100 }]);
  markers.changed();
  assert.equal(viewer.glides.length, 1);
  const other = await tool();
  other.markers.read(new URLSearchParams(`t=1-2&ann=${IDS[0]}`));
  other.markers.changed();
  assert.deepEqual(other.viewer.glides, []);
});

test("a marker that is in view is gone to without a move, another one at the same zoom", async () => {
  const { viewer, markers } = await tool();
  markers.goTo({ start: 500, end: 500 });
  assert.deepEqual(viewer.glides, []);
  markers.goTo({ start: 5000, end: 5000 });
  assert.deepEqual(viewer.glides, [{ start: 4500, end: 5500 }]);
});

test("the menu of a place puts a marker there, keeps an event or a range as a region", async () => {
  const { viewer, markers } = await tool();
  const names = (/** @type {any[]} */ items) => items.map(({ name }) => name);
  assert.deepEqual(names(markers.menu(pointOf(viewer, 500))), ["Marker here"]);
  viewer.marked = { start: 10.4, end: 20.6 };
  const hit = {
    ...{ start: 300, duration: 40, count: 0, label: "MATMUL", track: { key: "p0/c0/tensor" } },
  };
  const items = markers.menu(pointOf(viewer, 320, { hit }));
  assert.deepEqual(names(items), [
    "Marker here",
    "Region of this event",
    "Save the range as a region",
  ]);
  for (const { run } of items) {
    run();
    await rested();
  }
  assert.deepEqual(
    markers.board.annotations.map(({ name, start_ns, end_ns }) => [name, start_ns, end_ns]),
    [
      ["Marker 1", 320, null],
      ["MATMUL", 300, 340],
      ["Region 1", 10, 21],
    ],
  );
  assert.equal(markers.menu(pointOf(viewer, 320, { hit: { ...hit, count: 9 } })).length, 2);
});

test("by key a marker is put at the snap, else the pointer, else the event, else the middle", async () => {
  const { viewer, markers } = await tool();
  await markers.putByKey();
  viewer.selected = { start: 300 };
  await markers.putByKey();
  viewer.cursor = 77.6;
  await markers.putByKey();
  markers.snap = { ns: 100, y: null, text: "", isSnapped: true };
  await markers.putByKey();
  assert.deepEqual(
    markers.board.annotations.map(({ start_ns }) => start_ns),
    [500, 300, 78, 100],
  );
});

test("every marker is gone to by name from the palette", async () => {
  const { viewer, markers, put } = await tool();
  const one = await put({ name: "far", start_ns: 5000 });
  const command = markers.commands().find(({ name }) => name === "Go to marker far");
  command?.run();
  assert.equal(markers.chosen, one.id);
  assert.deepEqual(viewer.glides, [{ start: 4500, end: 5500 }]);
});

test("Ctrl Z is the field's own while somebody writes", async () => {
  const { markers } = await tool();
  const keys = () => markers.keys().map(({ key }) => key);
  document.createElement("button").focus();
  assert.deepEqual(keys(), ["M", "z"]);
  document.createElement("input").focus();
  assert.deepEqual(keys(), ["M"]);
  document.createElement("button").focus();
  assert.deepEqual(keys(), ["M", "z"]);
});

test("what is done is said, in the message with its way back and to who cannot see", async () => {
  const { viewer, markers } = await tool();
  await markers.put({ start_ns: 42 });
  assert.match(toast.textContent, /^Put “Marker 1”/);
  assert.equal(toast.all("button").at(-1)?.textContent, "Undo");
  assert.match(viewer.host.live.textContent, /^marker Marker 1 at 42.ns$/);
});

test("a row whose key could not be kept does not keep its marker from being put", async () => {
  const { markers } = await tool();
  await markers.put({ start_ns: 1, row: "p0/c0/tensor|x:1" });
  await markers.put({ start_ns: 2, row: "a key with spaces" });
  await markers.put({ start_ns: 3 });
  assert.deepEqual(
    markers.board.annotations.map(({ row }) => row ?? ""),
    ["p0/c0/tensor|x:1", "", ""],
  );
});

test("the tab tells how many there are", async () => {
  const { viewer, markers, put } = await tool();
  markers.changed();
  assert.equal(viewer.tabs.count, 0);
  await put({ name: "a", start_ns: 1 });
  assert.equal(viewer.tabs.count, 1);
});
