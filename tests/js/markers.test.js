import assert from "node:assert/strict";
import { test } from "node:test";
import { AnnotationBoard } from "../../static/js/data/annotation-board.js";
import { ApiError } from "../../static/js/kit/http.js";
import { clashesOf } from "../../static/js/timeline/annotations.js";
import { MemoryServer } from "./annotation-server.js";
import { TinyElement, useTinyDom } from "./tiny-dom.js";

useTinyDom();
const toasts = new TinyElement("div");
Object.assign(document, { getElementById: () => toasts });
Object.assign(globalThis, { window: { setTimeout: () => 1, clearTimeout: () => {} } });

const { Edits, conflictText, draftOf } = await import(
  "../../static/js/viewers/tools/markers/edits.js"
);
const { fieldText, fieldValue } = await import("../../static/js/viewers/tools/markers/form.js");
const { deviceNumbers, differenceText, systemNumbers } = await import(
  "../../static/js/viewers/tools/markers/measure.js"
);
const { filtered } = await import("../../static/js/viewers/tools/markers/panel.js");

const plain = (/** @type {string} */ text) => text.replaceAll("\u202f", " ");
const MARKER = { name: "PV", start_ns: 70_000 };

/** A board with edits, and somebody else's board. */
async function desk() {
  const server = new MemoryServer();
  const board = new AnnotationBoard("/annotations/", clashesOf, server.wires());
  const theirs = new AnnotationBoard("/annotations/", clashesOf, server.wires());
  /** @type {(string | null)[]} */
  const chosen = [];
  const edits = new Edits(board, {
    changed: () => {},
    choose: (id) => chosen.push(id),
    say: () => {},
  });
  await board.refresh();
  return { server, board, theirs, edits, chosen };
}

const named = (/** @type {AnnotationBoard} */ board) => board.annotations.map(({ name }) => name);

test("each kind of change is taken back by one undo, the last one first", async () => {
  const { board, edits, chosen } = await desk();
  const made = await edits.put(MARKER);
  assert.ok(made);
  assert.deepEqual(chosen, [made.id]);
  const moved = await edits.change(made, { start_ns: 5, name: "moved" });
  assert.ok(moved);
  await edits.remove(moved);
  assert.deepEqual(named(board), []);
  await edits.undo();
  assert.deepEqual(named(board), ["moved"]);
  await edits.undo();
  assert.deepEqual(
    board.annotations.map(({ name, start_ns }) => [name, start_ns]),
    [["PV", 70_000]],
  );
  await edits.undo();
  assert.deepEqual(named(board), []);
  assert.equal(edits.question, null);
});

test("a change is taken back in its fields alone", async () => {
  const { board, theirs, edits } = await desk();
  const made = await edits.put(MARKER);
  assert.ok(made);
  await edits.change(made, { start_ns: 5 });
  await theirs.refresh();
  await theirs.edit(theirs.annotations[0], { note: "theirs" });
  await edits.undo();
  const [now] = board.annotations;
  assert.deepEqual([now.start_ns, now.note], [70_000, "theirs"]);
});

test("an undo that would overwrite somebody's edit asks instead", async () => {
  const { board, theirs, edits } = await desk();
  const made = await edits.put(MARKER);
  assert.ok(made);
  await edits.change(made, { start_ns: 5 });
  await theirs.refresh();
  await theirs.edit(theirs.annotations[0], { start_ns: 9 });
  await edits.undo();
  assert.match(edits.question?.text ?? "", /changed the time of “PV” first/);
  assert.equal(board.annotations[0].start_ns, 9);
});

test("a clash is a question, and either answer does what it says", async () => {
  const { board, theirs, edits } = await desk();
  const made = await edits.put(MARKER);
  assert.ok(made);
  await theirs.refresh();
  await theirs.edit(made, { name: "theirs" });
  assert.equal(await edits.change(made, { name: "mine" }), null);
  assert.deepEqual(
    edits.question?.answers.map(({ name }) => name),
    ["Use mine", "Keep theirs"],
  );
  const [use, keep] = edits.question?.answers ?? [];
  await edits.answer(keep);
  assert.equal(edits.question, null);
  assert.deepEqual(named(board), ["theirs"]);
  await edits.answer(use);
  assert.deepEqual(named(board), ["mine"]);
});

test("what somebody else deleted can be put again with the edit that met it", async () => {
  const { board, theirs, edits } = await desk();
  const made = await edits.put({ ...MARKER, note: "kept" });
  assert.ok(made);
  await theirs.refresh();
  await theirs.remove(made);
  await edits.change(made, { name: "mine" });
  const again = edits.question?.answers.find(({ name }) => name === "Put it again");
  assert.ok(again);
  await edits.answer(again);
  assert.deepEqual(
    board.annotations.map(({ name, note }) => [name, note]),
    [["mine", "kept"]],
  );
});

test("a deletion that met an edit says what it is now, and deletes that only when told", async () => {
  const { board, theirs, edits } = await desk();
  const made = await edits.put(MARKER);
  assert.ok(made);
  await theirs.refresh();
  await theirs.edit(made, { name: "edited" });
  await edits.remove(made);
  assert.match(edits.question?.text ?? "", /now “edited”/);
  assert.deepEqual(named(board), ["edited"]);
  const [yes] = edits.question?.answers ?? [];
  await edits.answer(yes);
  assert.deepEqual(named(board), []);
});

test("clearing, replacing and importing are taken back", async () => {
  const { board, edits } = await desk();
  await edits.put(MARKER);
  await edits.put({ ...MARKER, name: "second" });
  await edits.clear();
  assert.deepEqual(named(board), []);
  await edits.undo();
  assert.deepEqual(named(board), ["PV", "second"]);
  const file = () => new Blob([JSON.stringify([{ name: "file", start_ns: 1 }])]);
  board.send = /** @type {any} */ (
    async (/** @type {string} */ url, /** @type {any} */ options) => {
      const body = options.body instanceof Blob ? await options.body.text() : options.body;
      return wires.send(url, { ...options, body });
    }
  );
  const wires = { send: serverOf(board) };
  await edits.bringIn(file(), false);
  assert.deepEqual(named(board), ["PV", "second", "file"]);
  await edits.undo();
  assert.deepEqual(named(board), ["PV", "second"]);
  await edits.bringIn(file(), true);
  assert.deepEqual(named(board), ["file"]);
  await edits.undo();
  assert.deepEqual(named(board), ["PV", "second"]);
});

/** @param {AnnotationBoard} board */
function serverOf(board) {
  const server = new MemoryServer();
  server.annotations = board.annotations.map((one) => ({ ...one }));
  server.revision = board.revision;
  server.last = 1000;
  board.ask = server.wires().ask;
  return server.wires().send;
}

test("a refusal is told in words, and one without an answer says that nothing was changed", async () => {
  const { server, edits } = await desk();
  await edits.attempt(async () => {
    throw new ApiError("annotation.too_many", "Too many", "There are 1000.", "Delete some.");
  });
  assert.equal(edits.problem, "There are 1000. Delete some.");
  server.isDown = true;
  assert.equal(await edits.put(MARKER), null);
  assert.match(edits.problem, /Nothing was changed/);
  server.isDown = false;
  await edits.put(MARKER);
  assert.equal(edits.problem, "");
});

test("a toast's Undo speaks of its own step only", async () => {
  const { board, edits } = await desk();
  await edits.put(MARKER);
  const [old] = toasts.all("button");
  await edits.put({ ...MARKER, name: "second" });
  const fresh = toasts.all("button").at(-1);
  old.fire("click");
  await new Promise((resolve) => setTimeout(resolve, 2));
  assert.deepEqual(named(board), ["PV", "second"]);
  fresh?.fire("click");
  await new Promise((resolve) => setTimeout(resolve, 2));
  assert.deepEqual(named(board), ["PV"]);
});

const made = (/** @type {Record<string, unknown>} */ facts) =>
  /** @type {any} */ ({
    ...{ id: "a", kind: "marker", name: "PV", start_ns: 70_000, end_ns: null, colour: "blue" },
    ...{ note: "", part: null, row: "", version: 1, ...facts },
  });

test("a conflict says what it is now", () => {
  const now = made({ name: "theirs", note: "why" });
  const text = conflictText(
    /** @type {any} */ ({
      base: made({}),
      current: now,
      changes: { note: "x", end_ns: null, start_ns: 5 },
    }),
  );
  assert.equal(
    plain(text),
    "Somebody else changed the note and end and time of “PV” first. It is now “theirs”, 70.000 µs, note: why. Yours: “x”, nothing, 5 ns.",
  );
});

test("a draft has no identity", () => {
  assert.deepEqual(Object.keys(draftOf(made({}))).sort(), [
    ...["colour", "end_ns", "name", "note", "part", "row", "start_ns"],
  ]);
});

test("times are written exactly and read back the same", () => {
  for (const ns of [0, 1, 518, 35_130, 1_003_215, 12_345_678_901, 104 * 86_400e9]) {
    const text = fieldText(made({ start_ns: ns }), "start_ns");
    assert.deepEqual(fieldValue("start_ns", text), { value: ns }, text);
  }
  assert.equal(fieldText(made({}), "end_ns"), "");
  assert.deepEqual(fieldValue("end_ns", " "), { value: null });
  assert.ok("problem" in fieldValue("start_ns", ""));
  assert.ok("problem" in fieldValue("start_ns", "soon"));
  assert.ok("problem" in fieldValue("end_ns", "-5us"));
  assert.ok("problem" in fieldValue("name", "  "));
  assert.deepEqual(fieldValue("name", " a "), { value: "a" });
  assert.deepEqual(fieldValue("note", ""), { value: "" });
});

test("a difference is exact to the nanosecond, with its sign", () => {
  const [one, other] = [made({ start_ns: 25_130 }), made({ start_ns: 1_025_131 })];
  assert.equal(plain(differenceText(one, other)), "+1.000001 ms (1 000 001 ns)");
  assert.equal(plain(differenceText(other, one)), "−1.000001 ms (1 000 001 ns)");
});

test("numbers of a range have their titles and units; what is missing says what it would take", () => {
  const meanings = [
    { id: "mfu", title: "MFU", unit: "share" },
    { id: "dma_bytes", title: "DMA bytes", unit: "bytes" },
    { id: "other", title: "Other", unit: "count" },
  ];
  const metrics = {
    dma_bytes: { value: 2048, missing: null },
    mfu: { value: null, missing: "a NEFF" },
    other: { value: 5, missing: null },
  };
  assert.deepEqual(
    deviceNumbers(metrics, meanings).map(([name, text]) => [name, plain(text)]),
    [
      ["MFU", "needs a NEFF"],
      ["DMA bytes", "2 KiB"],
    ],
  );
});

test("numbers of a range of a host are its events and the largest sums", () => {
  const names = Array.from({ length: 20 }, (_, at) => ({ name: `n${at}`, count: 1, sum_ns: 1000 }));
  const rows = systemNumbers({ events: 4000, by_name: names });
  assert.equal(rows.length, 9);
  assert.deepEqual(
    rows.slice(0, 2).map(([name, text]) => [name, plain(text)]),
    [
      ["Events", "4 000"],
      ["n0", "1 × · 1.00 µs"],
    ],
  );
});

test("the filter finds words of name and note, in any order and case", () => {
  const list = [made({ name: "Softmax", note: "half clock" }), made({ name: "PV" })];
  assert.equal(filtered(list, "CLOCK soft").length, 1);
  assert.equal(filtered(list, "").length, 2);
  assert.equal(filtered(list, "none").length, 0);
});
