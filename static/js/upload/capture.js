/** A capture directory before it is sent: what each file is, what is good for what, what is missing. */

import { compare, sniff } from "./sniff.js";

/**
 * @typedef {import("./sniff.js").Sniffed} Sniffed
 * @typedef {"trace_info" | "ntrace" | "cpu_util" | "host_mem" | "framework" | "neff" | "ntff"
 *   | "parquet" | "official" | "other"} CaptureRole
 * @typedef {{path: string, file: File}} Given a file and where it lies in the directory
 * @typedef {Given & {role: CaptureRole, sniffed: Sniffed | null}} Found
 * @typedef {{name: string, found: Found[], archive: File | null, isTooMany: boolean}} Capture
 * @typedef {{count: number, files: [string, number][]}} LeftOut names and bytes of the first ones
 * @typedef {"ok" | "warn" | "missing" | "none"} HoldingState
 * @typedef {{role: CaptureRole | "archive", name: string, count: number, bytes: number,
 *   state: HoldingState, text: string}} Holding
 */

export const MOST_FILES = 100_000;
const MOST_NAMED = 1000;
const MOST_NAMED_CHARACTERS = 200_000;

const BY_NAME = /** @type {Record<string, CaptureRole>} */ ({
  "trace_info.pb": "trace_info",
  "ntrace.pb": "ntrace",
  "cpu_util.pb": "cpu_util",
  "host_mem.pb": "host_mem",
});
const FRAMEWORK =
  /(^|\/)(trace\.json(\.gz)?|neuron_framework_trace_rank_\d+\.json(\.gz)?)$|\/plugins\/.*trace\.json\.gz$/;
const ARCHIVE = /\.(tar|tar\.gz|tgz|tar\.zst|tzst|zip)$/i;
const TABLE = /\.parquet$/i;
const PROCESS = /^(.+)_pid_(\d+)$/;
const SYSTEM = /** @type {CaptureRole[]} */ (["trace_info", "ntrace", "cpu_util", "host_mem"]);

/**
 * What a file's place in the directory says it is; NEFF and NTFF are told by their bytes.
 * @param {string} path
 * @returns {CaptureRole | null}
 */
export function roleByName(path) {
  const name = path.split("/").pop() ?? "";
  return BY_NAME[name] ?? (FRAMEWORK.test(path) ? "framework" : null);
}

/**
 * @param {string} name
 * @returns {boolean}
 */
export function isArchive(name) {
  return ARCHIVE.test(name);
}

/**
 * Whether files that came without a folder are a capture all the same.
 * @param {Given[]} given
 * @returns {boolean}
 */
export function isCapture(given) {
  return given.some(
    ({ path }) => path.includes("/") || roleByName(path) || isArchive(path) || TABLE.test(path),
  );
}

/**
 * Looks at every file, some kilobytes of a NEFF or a trace.
 * @param {Given[]} given
 * @returns {Promise<Capture>}
 */
export async function readCapture(given) {
  const archive = given.find(({ path }) => isArchive(path));
  if (archive && given.length === 1) {
    const name = archive.file.name.replace(ARCHIVE, "");
    return { name, found: [], archive: archive.file, isTooMany: false };
  }
  const [first = ""] = given.find(({ path }) => path.includes("/"))?.path.split("/") ?? [];
  const own = { name: first || "capture", archive: null };
  // So many are not looked at one by one: nothing of them is sent.
  if (given.length > MOST_FILES) return { ...own, found: [], isTooMany: true };
  /** @type {Found[]} */
  const found = [];
  for (const one of given) found.push(await look(one));
  found.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { ...own, found, isTooMany: false };
}

/**
 * @param {Given} given
 * @returns {Promise<Found>}
 */
async function look({ path, file }) {
  const named = roleByName(path);
  if (named) return { path, file, role: named, sniffed: null };
  // An empty trace says that a core was not used; it is sent so that the profile can say it.
  if (file.size === 0 && /\.ntff$/i.test(path)) return { path, file, role: "ntff", sniffed: null };
  const sniffed = await sniff(file);
  return { path, file, role: sniffed.role ?? "other", sniffed };
}

/**
 * The files that go: all but those nobody knows.
 * @param {Capture} capture
 * @returns {Found[]}
 */
export function sentFiles(capture) {
  return capture.found.filter(({ role }) => role !== "other");
}

/**
 * The files that stay here, as the server is told of them.
 * @param {Capture} capture
 * @returns {LeftOut}
 */
export function leftOut(capture) {
  const others = capture.found.filter(({ role }) => role === "other");
  /** @type {[string, number][]} */
  const files = [];
  let characters = 0;
  for (const { path, file } of others.slice(0, MOST_NAMED)) {
    characters += path.length;
    if (path.length > MOST_NAMED || characters > MOST_NAMED_CHARACTERS) break;
    files.push([path, file.size]);
  }
  return { count: others.length, files };
}

/**
 * @param {Capture} capture
 * @returns {number} bytes
 */
export function captureSize(capture) {
  if (capture.archive) return capture.archive.size;
  return sentFiles(capture).reduce((sum, { file }) => sum + file.size, 0);
}

/**
 * The folder of the process a file belongs to: the nearest one named so, else the file's own.
 * @param {string} path
 * @returns {string}
 */
export function processFolder(path) {
  const folders = path.split("/").slice(0, -1);
  const at = folders.findLastIndex((folder) => PROCESS.test(folder));
  return (at < 0 ? folders : folders.slice(0, at + 1)).join("/");
}

/**
 * How many hosts and processes the folders name.
 * @param {Capture} capture
 * @returns {{hosts: number, processes: number}}
 */
export function hostsOf(capture) {
  const hosts = new Set();
  const processes = new Set();
  for (const { path } of sentFiles(capture)) {
    const folder = processFolder(path);
    const match = PROCESS.exec(folder.split("/").pop() ?? "");
    if (!match) continue;
    hosts.add(match[1]);
    processes.add(folder);
  }
  return { hosts: hosts.size, processes: processes.size };
}

/**
 * What stands in the way of sending; empty if nothing does.
 * @param {Capture} capture
 * @returns {string}
 */
export function whyNot(capture) {
  if (capture.archive) return capture.archive.size === 0 ? "The archive is empty." : "";
  if (capture.isTooMany) {
    return `There are more than ${MOST_FILES.toLocaleString("en")} files. Choose the folder of one run, or send an archive.`;
  }
  const roles = new Set(sentFiles(capture).map(({ role }) => role));
  const shown = /** @type {const} */ (["trace_info", "neff", "ntff", "parquet", "official"]);
  if (shown.some((role) => roles.has(role))) return "";
  return "This directory holds no trace_info.pb, no NEFF, no NTFF and no table.";
}

/**
 * The code of what stands in the way.
 * @param {Capture} capture
 * @returns {string}
 */
export function whyNotCode(capture) {
  if (capture.archive) return "upload.empty";
  return capture.isTooMany ? "archive.too_many" : "session.empty";
}

/**
 * What it becomes, in words.
 * @param {Capture} capture
 * @returns {string}
 */
export function becomes(capture) {
  if (capture.archive) return "What it holds is read when it has been received";
  const traces = capture.found.filter(({ role }) => role === "ntff").length;
  const isSystem = capture.found.some(({ role }) => role === "trace_info");
  if (whyNot(capture)) return "";
  if (isResult(capture)) return "A profile of the official tool’s tables";
  if (!isSystem) return traces > 0 ? `One device profile of ${many(traces, "trace")}` : "A NEFF";
  return `System profile with ${many(traces, "device profile")}`;
}

/**
 * Whether it holds what the official tool made of a capture, and no capture.
 * @param {Capture} capture
 * @returns {boolean}
 */
function isResult(capture) {
  const roles = new Set(capture.found.map(({ role }) => role));
  const hasResult = roles.has("parquet") || roles.has("official");
  return hasResult && !roles.has("trace_info") && !roles.has("neff") && !roles.has("ntff");
}

/**
 * The rows of "What this directory holds", missing parts named.
 * @param {Capture} capture
 * @returns {Holding[]}
 */
export function holdings(capture) {
  if (capture.isTooMany) return [];
  if (capture.archive) {
    const { name, size } = capture.archive;
    const text = "Opened on the server, member by member";
    return [{ role: "archive", name, count: 1, bytes: size, state: "ok", text }];
  }
  const of = (/** @type {CaptureRole} */ role) => capture.found.filter((one) => one.role === role);
  const others = of("other");
  const rows = resultRows(of("parquet"), of("official"), isResult(capture));
  if (others.length > 0) {
    const name = others[0]?.path ?? "";
    rows.push({ ...summed("other", name, others), state: "none", text: "Not known, stays here" });
  }
  return isResult(capture) ? rows : [...captureRows(capture, of), ...rows];
}

/**
 * @param {Capture} capture
 * @param {(role: CaptureRole) => Found[]} of
 * @returns {Holding[]}
 */
function captureRows(capture, of) {
  const folders = new Set(
    capture.found
      .filter(({ role }) => SYSTEM.includes(role))
      .map(({ path }) => processFolder(path)),
  );
  // Where there is nothing of the system, one row says so for all four.
  const system = folders.size > 0 ? SYSTEM : SYSTEM.slice(0, 1);
  const rows = system.map((role) => systemRow(role, of(role), folders));
  if (folders.size > 0 || of("framework").length > 0) rows.push(frameworkRow(of("framework")));
  rows.push(...programRows(of("neff"), of("ntff")));
  return rows;
}

/**
 * @param {Found[]} tables
 * @param {Found[]} texts
 * @param {boolean} isShown whether they are what becomes the profile
 * @returns {Holding[]}
 */
function resultRows(tables, texts, isShown) {
  /** @type {[CaptureRole, Found[], string][]} */
  const kinds = [
    ["parquet", tables, "Tables of the official tool"],
    ["official", texts, "JSON of the official tool"],
  ];
  return kinds
    .filter(([, files]) => files.length > 0)
    .map(([role, files, text]) => ({
      ...summed(role, files[0]?.path.split("/").pop() ?? "", files),
      state: /** @type {HoldingState} */ (isShown ? "ok" : "none"),
      text: isShown ? text : "Not read: the capture itself is",
    }));
}

const SYSTEM_WORDS = /** @type {Record<string, [string, string]>} */ ({
  trace_info: ["Names and clocks of each process", "No system timeline"],
  ntrace: ["Runtime and hardware events", "No runtime and hardware rows"],
  cpu_util: ["Host CPU rows", "No host CPU row"],
  host_mem: ["Host memory rows", "No host memory row"],
});

/**
 * @param {CaptureRole} role one of the system's
 * @param {Found[]} files
 * @param {Set<string>} folders of processes that hold any of them
 * @returns {Holding}
 */
function systemRow(role, files, folders) {
  const name = Object.keys(BY_NAME).find((key) => BY_NAME[key] === role) ?? role;
  const row = summed(role, name, files);
  const [there = "", gone = ""] = SYSTEM_WORDS[role] ?? [];
  if (files.length === 0) return { ...row, state: "missing", text: gone };
  const having = new Set(files.map(({ path }) => processFolder(path)));
  const lacking = [...folders].filter((folder) => !having.has(folder));
  if (lacking.length === 0) return { ...row, state: "ok", text: there };
  const first = lacking[0]?.split("/").pop() ?? "";
  const more = lacking.length > 1 ? ` and ${lacking.length - 1} more` : "";
  return { ...row, state: "warn", text: `${gone} for ${first}${more}` };
}

/**
 * @param {Found[]} files
 * @returns {Holding}
 */
function frameworkRow(files) {
  const row = summed("framework", files[0]?.path.split("/").pop() ?? "trace.json", files);
  if (files.length === 0) return { ...row, state: "missing", text: "No framework rows" };
  return { ...row, state: "ok", text: "Framework rows, PyTorch or JAX" };
}

/**
 * @param {Found[]} neffs
 * @param {Found[]} traces
 * @returns {Holding[]}
 */
function programRows(neffs, traces) {
  const program = summed("neff", neffs[0]?.path.split("/").pop() ?? "NEFF", neffs);
  const [alone] = traces;
  const name = alone && traces.length === 1 ? (alone.path.split("/").pop() ?? "NTFF") : "";
  const trace = summed("ntff", name || many(traces.length, "trace"), traces);
  const paired = traces.filter((one) => neffs.some((neff) => isPair(neff, one))).length;
  const empty = traces.filter(({ file }) => file.size === 0).length;
  /** @type {Holding} */
  const programRow = { ...program, state: "ok", text: many(neffs.length, "program") };
  if (neffs.length < traces.length)
    programRow.text += `, sent once${neffs.length > 1 ? " each" : ""}`;
  if (neffs.length === 0) {
    programRow.state = "missing";
    programRow.text = "No names, tensors and queues";
  }
  /** @type {Holding} */
  const traceRow = { ...trace, state: "ok", text: "All paired" };
  if (traces.length === 0) {
    traceRow.state = "missing";
    traceRow.text = "No device profiles";
  } else if (empty > 0) {
    traceRow.state = "warn";
    traceRow.text = `${many(empty, "trace")} empty, ${paired} of ${traces.length} paired`;
  } else if (paired < traces.length) {
    traceRow.state = "warn";
    traceRow.text = `${paired} of ${traces.length} have their NEFF`;
  }
  return [programRow, traceRow];
}

/**
 * By the id inside; where one carries none, by the model's number in the names.
 * @param {Found} neff
 * @param {Found} trace
 * @returns {boolean}
 */
function isPair(neff, trace) {
  if (!neff.sniffed || !trace.sniffed) return false;
  const verdict = compare(neff.sniffed.neffId, trace.sniffed);
  if (verdict !== "unknown") return verdict === "same";
  const number = /neff_(\d+)/.exec(neff.path)?.[1];
  return number !== undefined && trace.path.includes(number);
}

/**
 * @param {CaptureRole} role
 * @param {string} name
 * @param {Found[]} files
 */
function summed(role, name, files) {
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  return { role, name, count: files.length, bytes };
}

/**
 * A name short enough for a column, its ends kept: the beginning says what it is, the end which.
 * @param {string} name
 * @param {number} most characters
 * @returns {string}
 */
export function shortened(name, most) {
  const letters = [...name];
  if (letters.length <= most) return name;
  const head = Math.ceil((most - 1) / 2);
  return `${letters.slice(0, head).join("")}…${letters.slice(head + 1 - most).join("")}`;
}

/**
 * @param {number} count
 * @param {string} word
 * @returns {string}
 */
export function many(count, word) {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
