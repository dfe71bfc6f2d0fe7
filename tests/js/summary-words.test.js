/** What a system run's summary says: ranks, claims, links into the timeline. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { isMoving, processesOf, readyWords } from "../../static/js/viewers/summary/devices.js";
import {
  gapWords,
  graphTitle,
  lateWords,
  rankName,
  rankPlace,
  several,
  timelineAt,
} from "../../static/js/viewers/summary/words.js";

const RANK = { worker_gid: 37, instance_id: "i-2", process_id: "41000", nc_idx: 1 };

/**
 * @param {string | null} process
 * @param {string} status
 */
const device = (process, status) => ({
  id: "1",
  name: "a",
  status,
  instance: process && "i-1",
  process,
  nc: 0,
  model_id: null,
  session: null,
  duration_ns: null,
  files: [],
  calls: 0,
  total_ns: null,
  median_ns: null,
  mfu: null,
  reason: null,
});

test("a rank is called by its global number, else by process and core", () => {
  assert.equal(rankName(RANK), "rank 37");
  assert.equal(rankName({ ...RANK, worker_gid: null }), "process 41000, core 1");
  assert.equal(rankName({ ...RANK, worker_gid: null, nc_idx: null }), "process 41000");
  assert.equal(rankPlace(RANK), "i-2, process 41000, logical core 1");
});

test("a link shows a stretch with as much again around it, marked", () => {
  assert.equal(timelineAt("p", 2000, 4000), "/profiles/p/timeline/?t=1000-5000&mark=2000-4000");
  assert.equal(timelineAt("p", 50, 50), "/profiles/p/timeline/?t=-450-550&mark=50-51");
});

test("the late rank is named with what it costs", () => {
  const worst = {
    rank: RANK,
    meetings: 680,
    times_last: 679,
    cost_ns: 102_000_000,
    median_after_first_ns: 150_000,
    share_of_steps: 0.12,
  };
  const late = {
    name: "cc_exec_barrier",
    meetings: 680,
    cost_ns: 103_000_000,
    costs_most: worst,
    ranks: [],
    rank_count: 0,
    worst: [],
  };
  const words = lateWords(late);
  assert.equal(words.title, "Rank 37 comes last to cc_exec_barrier in 679 of 680");
  assert.match(words.text, /wait 102\u202fms for it alone, 12\u202f% of the time of all steps/);
  assert.match(words.text, /150\u202fµs or more after the first/);
  assert.match(lateWords({ ...late, name: "step begin" }).title, /to the begin of steps/);
});

test("a gap is named by what the host did most of it", () => {
  const gap = {
    instance_id: "i-1",
    process_id: "100",
    start_ns: 0,
    end_ns: 4_000_000,
    duration_ns: 4_000_000,
    also: 15,
    host: [{ name: "detokenize", source: "framework", ns: 3_900_000, share: 0.975 }],
    host_other_ns: 0,
  };
  assert.equal(gapWords(gap).title, "Devices idle for 4.00\u202fms: detokenize");
  assert.match(gapWords(gap).text, /process 100 and 15 more\./);
  const unknown = { ...gap, also: 0, host: [{ name: null, source: null, ns: 4e6, share: 1 }] };
  assert.match(gapWords(unknown).title, /nothing that was recorded/);
});

test("graphs are told by their role first", () => {
  assert.equal(
    graphTitle({ graph: "token_generation_model", role: "decode" }),
    "decode · token_generation_model",
  );
  assert.equal(graphTitle({ graph: "model 5", role: null }), "model 5");
});

test("one is not several", () => {
  assert.equal(several(1, "process", "processes"), "1 process");
  assert.equal(several(1500, "event"), "1\u202f500 events");
});

test("a list is followed while something of it waits or is processed", () => {
  const found = (/** @type {string[]} */ ...states) => ({
    total: states.length,
    ready: 0,
    failed: 0,
    devices: states.map((status) => device("1", status)),
  });
  assert.equal(isMoving(found("PROCESSED", "PROCESSING")), true);
  assert.equal(isMoving(found("PROCESSED", "FAILED")), false);
  assert.equal(isMoving(found()), false);
});

test("how many are ready is said with what failed", () => {
  assert.equal(readyWords({ total: 64, ready: 64, failed: 0 }), "all 64 ready");
  assert.equal(readyWords({ total: 64, ready: 60, failed: 1 }), "60 of 64 ready, 1 failed");
});

test("processes to choose from stand once each", () => {
  const devices = [device("200", "FAILED"), device("100", "PENDING"), device("200", "PENDING")];
  assert.deepEqual(processesOf([...devices, device(null, "PENDING")]), ["i-1 · 100", "i-1 · 200"]);
});
