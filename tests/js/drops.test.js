import assert from "node:assert/strict";
import { test } from "node:test";

import {
  holdings,
  MOST_FILES,
  readCapture,
  whyNot,
  whyNotCode,
} from "../../static/js/upload/capture.js";
import { filesOfField, walk } from "../../static/js/upload/drops.js";

/** @param {string} fullPath */
const fileEntry = (fullPath) => ({
  isFile: true,
  isDirectory: false,
  fullPath,
  file: (/** @type {(file: File) => void} */ took) =>
    took(new File(["x"], fullPath.split("/").pop() ?? "")),
});

/**
 * A directory whose reader hands out a hundred entries at a time, as browsers do.
 * @param {string} fullPath
 * @param {any[]} children
 */
const folderEntry = (fullPath, children) => ({
  isFile: false,
  isDirectory: true,
  fullPath,
  createReader: () => {
    let from = 0;
    return {
      readEntries: (/** @type {(some: any[]) => void} */ took) => {
        took(children.slice(from, from + 100));
        from += 100;
      },
    };
  },
});

/** @param {any} entry */
async function walked(entry) {
  /** @type {{path: string, file: File}[]} */
  const found = [];
  await walk(entry, found);
  return found;
}

test("every file of a folder is found with its place, however deep", async () => {
  const inner = folderEntry("/capture/i-a_pid_7", [fileEntry("/capture/i-a_pid_7/ntrace.pb")]);
  const found = await walked(folderEntry("/capture", [inner, fileEntry("/capture/notes.txt")]));
  assert.deepEqual(
    found.map(({ path }) => path),
    ["capture/i-a_pid_7/ntrace.pb", "capture/notes.txt"],
  );
  assert.equal(found[0]?.file.name, "ntrace.pb");
});

test("a folder of more than a hundred files is read to its end", async () => {
  const files = Array.from({ length: 257 }, (_, at) => fileEntry(`/many/${at}.ntff`));
  const found = await walked(folderEntry("/many", files));
  assert.equal(found.length, 257);
  assert.equal(found.at(-1)?.path, "many/256.ntff");
});

test("an empty folder holds nothing", async () => {
  assert.deepEqual(await walked(folderEntry("/empty", [])), []);
});

test("a file that has gone is an error, not a hole", async () => {
  const gone = {
    ...fileEntry("/capture/gone.ntff"),
    file: (/** @type {unknown} */ _, /** @type {(error: Error) => void} */ fail) =>
      fail(new Error("it was moved")),
  };
  await assert.rejects(walked(folderEntry("/capture", [gone])), /it was moved/);
});

test("a field gives the place in the directory, else the name alone", () => {
  const inside = new File(["x"], "ntrace.pb");
  Object.defineProperty(inside, "webkitRelativePath", { value: "capture/ntrace.pb" });
  const alone = new File(["x"], "a.neff");
  const input = /** @type {any} */ ({ files: [inside, alone] });
  assert.deepEqual(
    filesOfField(input).map(({ path }) => path),
    ["capture/ntrace.pb", "a.neff"],
  );
  assert.deepEqual(filesOfField(/** @type {any} */ ({ files: null })), []);
});

test("a folder of too many files is told by one more than may be, never cut to what may be", async () => {
  const files = Array.from({ length: MOST_FILES + 300 }, (_, at) => fileEntry(`/run/${at}.txt`));
  const found = await walked(folderEntry("/run", files));
  assert.equal(found.length, MOST_FILES + 1);
  const capture = await readCapture(found);
  assert.match(whyNot(capture), /more than 100,000 files/);
  assert.equal(whyNotCode(capture), "archive.too_many");
  assert.deepEqual(holdings(capture), []);
});
