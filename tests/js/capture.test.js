import assert from "node:assert/strict";
import test from "node:test";

import {
  becomes,
  captureSize,
  holdings,
  hostsOf,
  isCapture,
  leftOut,
  processFolder,
  readCapture,
  roleByName,
  sentFiles,
  shortened,
  whyNot,
} from "../../static/js/upload/capture.js";

const HOST = "capture/i-01_pid_713479";

const given = (/** @type {string} */ path, /** @type {BlobPart} */ data = "x") => ({
  path,
  file: new File([data], path.split("/").pop() ?? ""),
});

/** The first bytes of a NEFF with an id. */
function neff(/** @type {number} */ id) {
  const bytes = new Uint8Array(1024);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, 2n, true);
  view.setBigUint64(8, 1024n, true);
  bytes.fill(id, 204, 220);
  return bytes;
}

/** The first bytes of a trace that stores an id. */
function ntff(/** @type {number} */ id) {
  const bytes = new Uint8Array(256);
  new DataView(bytes.buffer).setBigUint64(1, 18n, true);
  bytes[0] = 6;
  bytes.set([0x12, 16], 128);
  bytes.fill(id, 130, 146);
  return bytes;
}

const whole = [
  given(`${HOST}/trace_info.pb`),
  given(`${HOST}/ntrace.pb`, "ntrace"),
  given(`${HOST}/cpu_util.pb`),
  given(`${HOST}/host_mem.pb`),
  given(`${HOST}/neff_171450338541704.neff`, neff(7)),
  given(`${HOST}/171450338541704_instid_0_vnc_0.ntff`, ntff(7)),
  given(`${HOST}/trace.json`, "{}"),
  given("capture/notes.txt", "hello"),
];

const rows = (/** @type {import("../../static/js/upload/capture.js").Capture} */ capture) =>
  new Map(holdings(capture).map((row) => [row.role, row]));

test("files of the system are told by their names, frameworks by their places", () => {
  assert.equal(roleByName(`${HOST}/1700000000/trace_info.pb`), "trace_info");
  assert.equal(roleByName("ntrace.pb"), "ntrace");
  assert.equal(roleByName("a/plugins/profile/2026_01/trace.json.gz"), "framework");
  assert.equal(roleByName("a/plugins/profile/2026_01/host.trace.json.gz"), "framework");
  assert.equal(roleByName("neuron_framework_trace_rank_3.json"), "framework");
  assert.equal(roleByName("a/config.json"), null);
  assert.equal(roleByName("old_trace_info.pb"), null);
});

test("a folder, an archive and a lone file of the system make a capture, pairs do not", () => {
  assert.equal(isCapture([given("a.neff"), given("a.ntff")]), false);
  assert.equal(isCapture([given("x/a.neff")]), true);
  assert.equal(isCapture([given("trace_info.pb")]), true);
  for (const ending of ["tar", "tar.gz", "tgz", "tar.zst", "zip", "TAR"]) {
    assert.equal(isCapture([given(`capture.${ending}`)]), true);
  }
  assert.equal(isCapture([given("a.gz")]), false);
});

test("a whole directory is said to be a system profile with its device profiles", async () => {
  const capture = await readCapture(whole);
  assert.equal(capture.name, "capture");
  assert.equal(becomes(capture), "System profile with 1 device profile");
  assert.equal(whyNot(capture), "");
  assert.deepEqual(hostsOf(capture), { hosts: 1, processes: 1 });
  assert.deepEqual(
    holdings(capture).map(({ role, state }) => `${role} ${state}`),
    [
      "trace_info ok",
      "ntrace ok",
      "cpu_util ok",
      "host_mem ok",
      "framework ok",
      "neff ok",
      "ntff ok",
      "other none",
    ],
  );
  assert.equal(rows(capture).get("ntff")?.text, "All paired");
});

test("files nobody knows are told and stay here", async () => {
  const capture = await readCapture(whole);
  assert.equal(
    sentFiles(capture).some(({ path }) => path.endsWith("notes.txt")),
    false,
  );
  assert.equal(captureSize(capture), 1 + 6 + 1 + 1 + 1024 + 256 + 2);
  assert.equal(rows(capture).get("other")?.name, "capture/notes.txt");
});

test("what is missing says which row will be absent, and for whom", async () => {
  const second = "capture/i-02_pid_713479";
  const more = [...whole, given(`${second}/trace_info.pb`), given(`${second}/ntrace.pb`)];
  const found = rows(await readCapture(more));
  assert.equal(found.get("trace_info")?.count, 2);
  assert.equal(found.get("host_mem")?.state, "warn");
  assert.equal(found.get("host_mem")?.text, "No host memory row for i-02_pid_713479");
  const none = rows(await readCapture(whole.filter(({ path }) => !path.endsWith("cpu_util.pb"))));
  assert.equal(none.get("cpu_util")?.state, "missing");
  assert.equal(none.get("cpu_util")?.text, "No host CPU row");
});

test("the same process number on two hosts is two processes", async () => {
  const paths = ["c/i-a_pid_9/ntrace.pb", "c/i-b_pid_9/ntrace.pb", "c/i-b_pid_10/ntrace.pb"];
  const capture = await readCapture(paths.map((path) => given(path)));
  assert.deepEqual(hostsOf(capture), { hosts: 2, processes: 3 });
});

test("a process folder may hold folders of its own", () => {
  assert.equal(processFolder("c/i-a_pid_9/170000/ntrace.pb"), "c/i-a_pid_9");
  assert.equal(processFolder("c/session/ntrace.pb"), "c/session");
  assert.equal(processFolder("ntrace.pb"), "");
});

test("traces without their NEFF are counted", async () => {
  const capture = await readCapture([
    ...whole,
    given(`${HOST}/profile_nc_0_session_1.ntff`, ntff(8)),
  ]);
  assert.equal(rows(capture).get("ntff")?.text, "1 of 2 have their NEFF");
});

test("an empty trace is sent, so that the profile can say it", async () => {
  const capture = await readCapture([...whole, given(`${HOST}/2_instid_0_vnc_1.ntff`, "")]);
  assert.equal(rows(capture).get("ntff")?.text, "1 trace empty, 1 of 2 paired");
  assert.ok(sentFiles(capture).some(({ path }) => path.endsWith("vnc_1.ntff")));
});

test("a directory of device files alone is one device profile", async () => {
  const capture = await readCapture([given("d/a.neff", neff(1)), given("d/a.ntff", ntff(1))]);
  assert.equal(becomes(capture), "One device profile of 1 trace");
  assert.deepEqual([...rows(capture).keys()], ["trace_info", "neff", "ntff"]);
  assert.equal(rows(capture).get("trace_info")?.state, "missing");
});

test("a directory with nothing to show is not sent", async () => {
  const capture = await readCapture([given("d/readme.md"), given("d/ntrace.pb")]);
  assert.equal(
    whyNot(capture),
    "This directory holds no trace_info.pb, no NEFF, no NTFF and no table.",
  );
  assert.equal(becomes(capture), "");
});

test("an archive is sent as it is", async () => {
  const capture = await readCapture([given("serve-0412.tar.zst", "abc")]);
  assert.equal(capture.name, "serve-0412");
  assert.equal(captureSize(capture), 3);
  assert.equal(whyNot(capture), "");
  assert.deepEqual(
    holdings(capture).map(({ role }) => role),
    ["archive"],
  );
  assert.equal(whyNot(await readCapture([given("a.zip", "")])), "The archive is empty.");
});

test("the server is told of the files that stay here, the first thousand by name", async () => {
  assert.deepEqual(leftOut(await readCapture(whole)), {
    count: 1,
    files: [["capture/notes.txt", 5]],
  });
  const many = Array.from({ length: 1500 }, (_, at) => given(`run/${at}.log`));
  const told = leftOut(await readCapture([...whole, ...many]));
  assert.equal(told.count, 1501);
  assert.equal(told.files.length, 1000);
});

test("names that are long are told as far as a form may carry them", async () => {
  const long = Array.from({ length: 400 }, (_, at) => given(`run/${"x".repeat(900)}/${at}.log`));
  const told = leftOut(await readCapture(long));
  assert.equal(told.count, 400);
  assert.ok(told.files.length > 100 && JSON.stringify(told).length < 250_000);
});

test("one trace is named, many are counted, and programs fewer than traces are sent once", async () => {
  const one = rows(await readCapture(whole));
  assert.equal(one.get("ntff")?.name, "171450338541704_instid_0_vnc_0.ntff");
  assert.equal(one.get("neff")?.text, "1 program");
  const more = [1, 2, 3].map((core) =>
    given(`${HOST}/171450338541704_instid_0_vnc_${core}.ntff`, ntff(7)),
  );
  const many = rows(await readCapture([...whole, ...more]));
  assert.equal(many.get("ntff")?.name, "4 traces");
  assert.equal(many.get("ntff")?.text, "All paired");
  assert.equal(many.get("neff")?.text, "1 program, sent once");
});

test("a long name keeps its beginning and its end, letters whole", () => {
  assert.equal(shortened("neff_171450338541704.neff", 22), "neff_171450…41704.neff");
  assert.equal(shortened("neff_1.neff", 22), "neff_1.neff");
  assert.equal(shortened("x".repeat(22), 22), "x".repeat(22));
  const faces = shortened("💥".repeat(40), 9);
  assert.equal([...faces].length, 9);
  assert.ok(!faces.includes("\ufffd"));
});

const TABLE = "PAR1 and what follows";
const OFFICIAL = '{"summary": [{"total_time": 1}]}';

test("a folder of tables is a capture of its own", async () => {
  const capture = await readCapture([
    given("run@latest/Instruction.parquet", TABLE),
    given("run@latest/DmaPacket_0.parquet", TABLE),
    given("run@latest/notes.txt", "hello"),
  ]);
  assert.equal(whyNot(capture), "");
  assert.match(becomes(capture), /official tool’s tables/);
  assert.deepEqual([...rows(capture).keys()], ["parquet", "other"]);
  assert.equal(rows(capture).get("parquet")?.count, 2);
  assert.equal(sentFiles(capture).length, 2);
});

test("tables without a folder are a capture too", () => {
  assert.ok(isCapture([given("Instruction.parquet", TABLE)]));
  assert.ok(!isCapture([given("ntff.json", OFFICIAL)]));
});

test("beside a capture, results are told to stay unread", async () => {
  const capture = await readCapture([...whole, given("capture/ntff.json", OFFICIAL)]);
  assert.equal(rows(capture).get("official")?.state, "none");
  assert.ok(rows(capture).has("trace_info"));
});
