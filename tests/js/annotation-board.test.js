import assert from "node:assert/strict";
import { test } from "node:test";
import { AnnotationBoard, Conflict } from "../../static/js/data/annotation-board.js";
import { clashesOf } from "../../static/js/timeline/annotations.js";
import { MemoryServer } from "./annotation-server.js";

const MARKER = { name: "PV", start_ns: 70_000 };

/** Two people who look at one profile. */
async function two() {
  const server = new MemoryServer();
  const board = () => new AnnotationBoard("/annotations/", clashesOf, server.wires());
  const [mine, theirs] = [board(), board()];
  const made = await mine.put(MARKER);
  await theirs.refresh();
  return { server, mine, theirs, made };
}

const named = (/** @type {AnnotationBoard} */ board) => board.annotations.map(({ name }) => name);

test("what one puts the other sees at the next look, and a look without news reads nothing", async () => {
  const { server, theirs, mine } = await two();
  assert.deepEqual(named(theirs), ["PV"]);
  const { reads } = server;
  let told = 0;
  theirs.onChange(() => told++);
  await theirs.refresh();
  await theirs.refresh();
  assert.equal(server.reads, reads);
  assert.equal(told, 0);
  await mine.put({ name: "softmax", start_ns: 5 });
  await theirs.refresh();
  assert.deepEqual(named(theirs), ["PV", "softmax"]);
  assert.equal(told, 1);
});

test("edits of different fields are joined, although the second saw an old version", async () => {
  const { server, mine, theirs, made } = await two();
  await theirs.edit(made, { name: "theirs" });
  const after = await mine.edit(made, { colour: "red" });
  assert.deepEqual([after.name, after.colour, after.version], ["theirs", "red", 3]);
  assert.equal(server.annotations[0].colour, "red");
  assert.deepEqual(named(mine), ["theirs"]);
});

test("edits of the same field are handed back with what it is now, and nothing is changed", async () => {
  const { server, mine, theirs, made } = await two();
  await theirs.edit(made, { name: "theirs" });
  await assert.rejects(mine.edit(made, { name: "mine", note: "n" }), (error) => {
    assert.ok(error instanceof Conflict);
    assert.equal(error.current?.name, "theirs");
    assert.deepEqual(error.changes, { name: "mine", note: "n" });
    return true;
  });
  assert.deepEqual([server.annotations[0].name, server.annotations[0].note], ["theirs", ""]);
});

test("a clash counts from when the edit began, even if the news has come since", async () => {
  const { server, mine, theirs, made } = await two();
  await theirs.edit(made, { name: "theirs" });
  await mine.refresh();
  await assert.rejects(mine.edit(made, { name: "mine" }), Conflict);
  assert.equal(server.annotations[0].name, "theirs");
});

test("changes made one right after the other wait for each other and never clash", async () => {
  const { server, mine, made } = await two();
  let refused = 0;
  const { send } = mine;
  mine.send = /** @type {any} */ (
    async (/** @type {string} */ url, /** @type {any} */ options) => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      return send(url, options).catch((error) => {
        refused++;
        throw error;
      });
    }
  );
  const edits = [{ name: "b" }, { start_ns: 5 }, { colour: "red" }];
  await Promise.all(edits.map((changes) => mine.edit(made, changes)));
  const { name, start_ns, colour, version } = server.annotations[0];
  assert.deepEqual([name, start_ns, colour, version, refused], ["b", 5, "red", 4, 0]);
  await assert.rejects(mine.edit({ ...made, name: "x" }, { name: "y" }), Conflict);
  await mine.edit(made, { note: "after a refusal" });
  assert.equal(server.annotations[0].note, "after a refusal");
});

test("what was meant to be the same is no clash", async () => {
  const { mine, theirs, made } = await two();
  await theirs.edit(made, { name: "same" });
  const after = await mine.edit(made, { name: "same" });
  assert.equal(after.name, "same");
});

test("an edit of what was deleted is handed back as deleted", async () => {
  const { mine, theirs, made } = await two();
  await theirs.remove(made);
  await assert.rejects(mine.edit(made, { name: "mine" }), (error) => {
    assert.ok(error instanceof Conflict);
    assert.equal(error.current, null);
    return true;
  });
  assert.deepEqual(named(mine), []);
});

test("a deletion does not take an edit with it; of what is gone already it is done", async () => {
  const { server, mine, theirs, made } = await two();
  const after = await theirs.edit(made, { note: "look" });
  await assert.rejects(mine.remove(made), (error) => {
    assert.ok(error instanceof Conflict);
    assert.equal(error.current?.note, "look");
    assert.equal(error.changes, null);
    return true;
  });
  assert.equal(server.annotations.length, 1);
  await mine.remove(after);
  await theirs.remove(after);
  assert.deepEqual([named(mine), named(theirs)], [[], []]);
});

test("clearing and replacing need the board as it is", async () => {
  const { server, mine, theirs } = await two();
  await theirs.put({ name: "new", start_ns: 1 });
  await assert.rejects(mine.clear(), /Somebody else/);
  assert.equal(server.annotations.length, 2);
  // The refusal brought the news: now it is known what would go.
  assert.deepEqual(named(mine), ["PV", "new"]);
  assert.deepEqual(await mine.clear(), { deleted: 2 });
  await theirs.put({ name: "again", start_ns: 1 });
  const file = JSON.stringify([{ name: "from a file", start_ns: 9 }]);
  await assert.rejects(mine.bringIn(file, true), /Somebody else/);
  await mine.bringIn(file, true);
  assert.deepEqual(named(mine), ["from a file"]);
});

test("an answer that was on its way while something was changed is not taken for the last word", async () => {
  const { server, mine } = await two();
  const board = new AnnotationBoard("/annotations/", clashesOf, {
    ...server.wires(),
    ask: async (_url, tag) => {
      const found = server.ask(tag);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return found;
    },
  });
  await board.refresh();
  const late = board.refresh();
  await board.put({ name: "mine", start_ns: 3 });
  await late;
  assert.deepEqual(named(board), ["PV", "mine"]);
  await mine.refresh();
  assert.deepEqual(named(mine), ["PV", "mine"]);
});

test("a server that does not answer is said once, asked less often, and forgiven", async () => {
  const { server, mine } = await two();
  let told = 0;
  mine.onChange(() => told++);
  server.isDown = true;
  const before = mine.wait;
  for (let round = 0; round < 8; round++) await mine.refresh();
  assert.match(mine.problem, /does not answer/);
  assert.equal(told, 1);
  assert.equal(mine.wait, 30_000);
  assert.deepEqual(named(mine), ["PV"]);
  server.isDown = false;
  await mine.refresh();
  assert.equal(mine.problem, "");
  assert.equal(told, 2);
  assert.equal(mine.wait, before);
});

test("it keeps up while the page is seen, and asks at once when it is seen again", async () => {
  const { server, theirs } = await two();
  /** @type {(() => void)[]} */
  const hears = [];
  const page = {
    visibilityState: "hidden",
    addEventListener: (/** @type {string} */ _kind, /** @type {() => void} */ hear) =>
      hears.push(hear),
  };
  Object.assign(globalThis, { window: { setTimeout: () => 1, clearTimeout: () => {} } });
  const board = new AnnotationBoard("/annotations/", clashesOf, server.wires());
  board.follow(/** @type {any} */ (page));
  await new Promise((resolve) => setTimeout(resolve, 2));
  assert.equal(board.isLoaded, false);
  page.visibilityState = "visible";
  hears[0]();
  await new Promise((resolve) => setTimeout(resolve, 2));
  assert.deepEqual(named(board), named(theirs));
  assert.equal(board.timer, 1);
});

test("a file's address names the set it is of", () => {
  const board = new AnnotationBoard("/annotations/", clashesOf);
  const set = { id: "s1", name: "x", count: 1, version: 1, updated_at: "" };
  assert.equal(board.fileAddress("csv"), "/annotations/export.csv");
  assert.equal(board.fileAddress("json", set), "/annotations/export.json?set=s1");
});
