import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../../static/js");
const MOST_LINES = 400;

/** What the modules of a folder may import, beside their own folder. @type {Record<string, string[]>} */
const MAY_IMPORT = {
  kit: [],
  data: ["kit"],
  render: ["kit", "data"],
  timeline: ["kit", "data"],
  viewers: ["kit", "data", "render", "timeline"],
  upload: ["kit", "data"],
  manager: ["kit", "data", "upload"],
  pages: ["kit", "data", "render", "viewers", "upload", "manager"],
};

const files = readdirSync(ROOT, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith(".js"));

/** @param {string} name @returns {string} without its comments */
function codeOf(name) {
  return readFileSync(join(ROOT, name), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
}

/** @param {string} name @returns {string[]} modules it imports, relative to static/js */
function importsOf(name) {
  const found = codeOf(name).matchAll(/(?:from|import)\s*\(?["'](\.[^"']+)["']/g);
  return [...found].map(([, path = ""]) => relative(ROOT, join(ROOT, dirname(name), path)));
}

test("folders import only what lies below them", () => {
  assert.ok(files.length > 20);
  for (const name of files) {
    const folder = dirname(name).split("/")[0];
    if (folder === ".") continue;
    const allowed = [folder, ...(MAY_IMPORT[folder ?? ""] ?? [])];
    for (const path of importsOf(name)) {
      if (path.startsWith("../vendor/")) continue;
      assert.ok(allowed.includes(path.split("/")[0] ?? ""), `${name} imports ${path}`);
    }
  }
});

test("only one module names the Arrow library", () => {
  const users = files.filter((name) => importsOf(name).some((path) => path.includes("flechette")));
  assert.deepEqual(users, ["data/arrow.js"]);
});

test("modules are short, named in kebab case, and have no default export", () => {
  for (const name of files) {
    const code = readFileSync(join(ROOT, name), "utf8");
    assert.ok(code.split("\n").length <= MOST_LINES, `${name} is too long`);
    assert.match(name.split("/").at(-1) ?? "", /^[a-z0-9]+(-[a-z0-9]+)*\.js$/);
    assert.doesNotMatch(codeOf(name), /export default/, name);
  }
});

test("text is put in as text: no module writes markup or runs text as code", () => {
  for (const name of files) {
    const code = codeOf(name);
    assert.doesNotMatch(
      code,
      /\.(inner|outer)HTML\s*\+?=(?!=)|insertAdjacentHTML|document\.write/,
      name,
    );
    assert.doesNotMatch(code, /\beval\(|new Function\(/, name);
  }
});

test("no module names another host", () => {
  for (const name of files) {
    const addresses = codeOf(name).match(/https?:\/\/[^"'`\s]+/g) ?? [];
    assert.deepEqual(
      addresses.filter((address) => !address.startsWith("http://www.w3.org/")),
      [],
      name,
    );
  }
});
