import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../static/js/kit/http.js";
import { rested } from "./marker-desk.js";
import { page } from "./marker-page.js";

/** @typedef {import("./marker-desk.js").Field} Field */

const SET = { id: "s1", name: "mine", count: 4, version: 7, updated_at: "" };

test("sets are listed with what they hold, and each act is named for its set", async () => {
  const { server, markers, panel } = await page();
  const set = { id: "s1", name: "<before>", count: 4, version: 1, updated_at: "" };
  server.sets = [set];
  server.revision++;
  await markers.board.refresh();
  const list = /** @type {Field} */ (/** @type {any} */ (panel.sets.list));
  assert.match(list.textContent, /^<before>4/);
  assert.deepEqual(
    [...list.all("button"), ...list.all("a")].map((one) => one.getAttribute("aria-label")),
    ["Load <before>", "Delete <before>", "Export <before> as CSV"],
  );
  assert.equal(
    list.all("a")[0].getAttribute("href"),
    "/api/v1/profiles/p/annotations/export.csv?set=s1",
  );
  assert.equal(panel.sets.summary.textContent, "Sets and files (1)");
});

test("a name that is there already is saved over, a new one is made", async () => {
  const { server, markers, panel } = await page();
  const set = { id: "s1", name: "mine", count: 4, version: 1, updated_at: "" };
  server.sets = [set];
  server.revision++;
  await markers.board.refresh();
  /** @type {[string, string, unknown][]} */
  const sent = [];
  markers.board.send = /** @type {any} */ (
    async (/** @type {string} */ url, /** @type {any} */ { method, json }) => {
      sent.push([method, url, json]);
      return set;
    }
  );
  for (const name of ["mine", "  new  ", " "]) {
    panel.sets.name.value = name;
    await panel.sets.save();
  }
  assert.deepEqual(sent, [
    ["PATCH", "/api/v1/profiles/p/annotations/sets/s1/", { version: 1, save_over: true }],
    ["POST", "/api/v1/profiles/p/annotations/sets/", { name: "new" }],
  ]);
});

test("a file is brought in beside what is here, or instead of it where that is chosen", async () => {
  const { server, markers, panel, put } = await page();
  await put({ name: "here", start_ns: 5 });
  /** @type {string[]} */
  const ways = [];
  markers.board.send = /** @type {any} */ (
    async (/** @type {string} */ url, /** @type {any} */ { body }) => {
      ways.push(url.split("annotations/")[1]);
      return server.bringIn(JSON.parse(await body.text()), new URL(url, "http://x").searchParams);
    }
  );
  const file = new Blob([JSON.stringify([{ name: "file", start_ns: 1 }])]);
  const input = /** @type {any} */ (panel.sets.element).all("input").at(-1);
  const choose = async () => {
    input.files = [file];
    input.fire("change");
    await rested();
    await rested();
  };
  await choose();
  assert.equal(markers.board.annotations.length, 2);
  panel.sets.replace.checked = true;
  await choose();
  assert.deepEqual(
    markers.board.annotations.map(({ name }) => name),
    ["file"],
  );
  assert.deepEqual(ways, ["import/", "import/?mode=replace&revision=2"]);
});

test("what a file says is wrong stands in the panel, and nothing is changed", async () => {
  const { markers, panel, put } = await page();
  await put({ name: "here", start_ns: 5 });
  markers.board.send = /** @type {any} */ (
    async () => {
      const said = "Entry 2 cannot be read. start_ns: A whole number is expected.";
      throw new ApiError("annotation.file", "The file cannot be read", said, "Send JSON.");
    }
  );
  await markers.edits.bringIn(new Blob(["x"]), false);
  assert.match(panel.problem.textContent ?? "", /^Entry 2 cannot be read.*Send JSON\.$/);
  assert.equal(markers.board.annotations.length, 1);
});

test("deleting all asks once, naming how many, and is taken back by one undo", async () => {
  const { viewer, markers, panel, put } = await page();
  await put({ name: "a", start_ns: 1 });
  await put({ name: "b", start_ns: 2 });
  /** @type {any[]} */
  const dialogs = [];
  viewer.host.append = (/** @type {any} */ dialog) => {
    dialogs.push(dialog);
    Object.assign(dialog, {
      returnValue: "",
      showModal: () => {},
      close: (/** @type {string} */ value) => {
        dialog.returnValue = value;
        dialog.fire("close");
      },
    });
  };
  const press = (/** @type {Field | undefined} */ one) => one?.fire("click");
  const clearAll = /** @type {any} */ (panel.sets.clearAll);
  press(clearAll);
  assert.equal(dialogs[0].all("h2")[0].textContent, "Delete all 2 markers and regions?");
  dialogs[0].close("");
  await rested();
  assert.equal(markers.board.annotations.length, 2);
  press(clearAll);
  press(dialogs[1].all("button").at(-1));
  await rested();
  assert.equal(markers.board.annotations.length, 0);
  assert.equal(clearAll.disabled, true);
  await markers.edits.undo();
  assert.deepEqual(
    markers.board.annotations.map(({ name }) => name),
    ["a", "b"],
  );
});

test("a set is deleted as it was seen, and loaded beside or instead of what is here", async () => {
  const { server, markers, panel } = await page();
  server.sets = [SET];
  server.revision++;
  await markers.board.refresh();
  /** @type {[string, string, unknown][]} */
  const sent = [];
  markers.board.send = /** @type {any} */ (
    async (/** @type {string} */ url, /** @type {any} */ { method, json }) => {
      sent.push([method, url.split("annotations/")[1], json]);
      return { added: 0, already_there: 4 };
    }
  );
  const [load, remove] = /** @type {any} */ (panel.sets.list).all("button");
  load.fire("click");
  await rested();
  panel.sets.replace.checked = true;
  load.fire("click");
  await rested();
  remove.fire("click");
  await rested();
  assert.deepEqual(sent, [
    ["POST", "sets/s1/load/", {}],
    ["POST", "sets/s1/load/", { mode: "replace", revision: 1 }],
    ["DELETE", "sets/s1/?version=7", undefined],
  ]);
});

test("a set that somebody changed first is said, and what was typed stays", async () => {
  const { markers, panel } = await page();
  markers.board.send = /** @type {any} */ (
    async () => {
      throw new ApiError(
        "annotation.set_exists",
        "There is a set of that name",
        "",
        "Choose another.",
      );
    }
  );
  panel.sets.name.value = "taken";
  await panel.sets.save();
  assert.equal(panel.problem.textContent, "There is a set of that name Choose another.");
  assert.equal(panel.sets.name.value, "taken");
});
