import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";

import { tarOf } from "../../static/js/upload/tar.js";

const member = (/** @type {string} */ path, /** @type {string} */ text) => ({
  path,
  file: new File([text], path.split("/").pop() ?? "", { lastModified: 1_700_000_000_999 }),
});

/**
 * What the system's own tar makes of it.
 * @param {{path: string, file: File}[]} members
 * @returns {Promise<Map<string, string>>}
 */
async function unpacked(members) {
  const folder = mkdtempSync(join(tmpdir(), "tar-"));
  try {
    const archive = join(folder, "it.tar");
    writeFileSync(archive, Buffer.from(await tarOf(members).body.arrayBuffer()));
    execFileSync("tar", ["-xf", archive, "-C", folder]);
    return new Map(
      members.map(({ path }) => [path, readFileSync(join(folder, path)).toString("utf8")]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("the system's tar reads every file back, at its place", async () => {
  const members = [
    member("capture/i-0_pid_1/trace_info.pb", "one"),
    member("capture/i-0_pid_1/ntrace.pb", "x".repeat(512)),
    member("capture/i-0_pid_1/empty.ntff", ""),
  ];
  const found = await unpacked(members);
  for (const { path, file } of members) assert.equal(found.get(path), await file.text());
});

test("long names and names beyond ASCII travel in extended headers", async () => {
  const paths = [`${"deep/".repeat(60)}a.ntff`, "größe/é–😀.neff", `${"x".repeat(100)}`];
  const found = await unpacked(paths.map((path) => member(path, path)));
  for (const path of paths) assert.equal(found.get(path), path);
});

test("the bytes of each member add up to the archive without its end", () => {
  const members = [member("a", "1"), member("b", "x".repeat(1024)), member("é", "")];
  const { body, sizes } = tarOf(members);
  assert.deepEqual(sizes, [1024, 1536, 1536]);
  assert.equal(body.size, sizes.reduce((sum, size) => sum + size, 0) + 1024);
});

test("a file is not read while the archive is made", () => {
  const { file } = member("a", "text");
  for (const way of ["arrayBuffer", "text", "stream"]) {
    Object.defineProperty(file, way, { value: () => assert.fail("it was read") });
  }
  assert.equal(tarOf([{ path: "a", file }]).sizes[0], 1024);
});

test("a time before 1970 is taken as its beginning", async () => {
  const file = new File(["x"], "a", { lastModified: -5000 });
  const head = new Uint8Array(await tarOf([{ path: "a", file }]).body.arrayBuffer());
  assert.equal(new TextDecoder().decode(head.subarray(136, 147)), "00000000000");
});
