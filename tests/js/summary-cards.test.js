/** The cards of a summary: what stands in them, what they say when there is nothing. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { TinyElement, useTinyDom } from "./tiny-dom.js";

useTinyDom();
const { summaryCards } = await import("../../static/js/viewers/summary/system-summary.js");
const { card, claim, shareBar, showError, table, tiles } = await import(
  "../../static/js/viewers/summary/parts.js"
);
const { devicesCard, longestCard } = await import("../../static/js/viewers/summary/devices.js");

/** @typedef {import("../../static/js/viewers/summary/words.js").Summary} Summary */

const MARKUP = "<img src=x onerror=alert(1)>";
const MS = 1e6;

/** @param {unknown} element @returns {TinyElement} */
const tiny = (element) => /** @type {TinyElement} */ (element);

/** @param {number} number @param {Partial<import("../../static/js/viewers/summary/devices.js").Device>} [more] */
const device = (number, more = {}) => ({
  id: `d${number}`,
  name: `serving_nc_${number}_model_7`,
  status: "PROCESSED",
  instance: "i-1",
  process: "100",
  nc: number,
  model_id: "171450338541704",
  session: null,
  duration_ns: 1_003_215,
  files: [{ role: "ntff", name: "7_vnc_0.ntff", size_bytes: 2_500_000 }],
  calls: 3,
  total_ns: number * MS,
  median_ns: MS,
  mfu: null,
  reason: "not yet",
  ...more,
});

/** @param {ReturnType<typeof device>[]} devices */
const listed = (devices) => ({
  total: devices.length,
  ready: devices.length,
  failed: 0,
  devices,
});

const RANK = { worker_gid: 5, instance_id: "i-1", process_id: "100", nc_idx: 5 };
const LATE = {
  rank: RANK,
  meetings: 14,
  times_last: 14,
  cost_ns: 4 * MS,
  median_after_first_ns: 300_000,
};

/** @returns {Summary} */
const summary = () => ({
  first_ns: -30_000,
  last_ns: 18 * MS,
  wall_ns: 18 * MS,
  events: 3050,
  instances: 1,
  logical_cores: 8,
  physical_cores: 16,
  device_ns: 18 * MS,
  processes: [
    {
      instance_id: MARKUP,
      process_id: "100",
      first_ns: 0,
      last_ns: 17 * MS,
      events: 3050,
      cores: 16,
      running_ns: MS,
      running_share: 0.06,
      from_hardware: true,
      gaps: null,
    },
  ],
  steps: [
    {
      graph: MARKUP,
      role: "decode",
      ranks: 8,
      count: 12,
      sum_ns: 7 * MS,
      median_ns: 582_000,
      p99_ns: 589_000,
      max_ns: 589_000,
      slowest: { step: 3, start_ns: 1000, end_ns: 590_000 },
    },
  ],
  stragglers: [
    {
      name: "cc_running",
      meetings: 14,
      cost_ns: 0,
      costs_most: { ...LATE, cost_ns: 0, times_last: 0, share_of_steps: 0 },
      ranks: [{ ...LATE, cost_ns: 0 }],
      rank_count: 1,
      worst: [],
    },
    {
      name: "cc_exec_barrier",
      meetings: 14,
      cost_ns: 4 * MS,
      costs_most: { ...LATE, share_of_steps: 0.49 },
      ranks: [LATE, { ...LATE, rank: { ...RANK, worker_gid: 1 }, cost_ns: 0, times_last: 0 }],
      rank_count: 2,
      worst: [
        {
          step: 2,
          graph: "g",
          first_ns: 5000,
          spread_ns: 298_000,
          cost_ns: 295_000,
          last: RANK,
          arrivals: [],
        },
      ],
    },
  ],
  gaps: [
    {
      instance_id: "i-1",
      process_id: "100",
      start_ns: 2 * MS,
      end_ns: 5 * MS,
      duration_ns: 3 * MS,
      also: 0,
      host: [
        { name: MARKUP, source: "framework", ns: 2 * MS, share: 0.66 },
        { name: null, source: null, ns: 0.5 * MS, share: 0.17 },
      ],
      host_other_ns: 0.5 * MS,
    },
  ],
});

/** @param {Summary} of @param {ReturnType<typeof listed>} [devices] */
function cardsOf(of, devices = listed([device(1)])) {
  const all = new TinyElement("main");
  all.append(...summaryCards("p", of, devices).map(tiny));
  return all;
}

/** @param {TinyElement} all @param {string} title */
function cardNamed(all, title) {
  const found = all.all("section").find((one) => one.querySelector("h2")?.textContent === title);
  assert.ok(found, title);
  return found;
}

test("every figure of the strip has its label", () => {
  const strip = cardsOf(summary()).querySelector(".tiles");
  const labels = strip?.all("dt").map((one) => one.textContent);
  assert.deepEqual(labels, [
    "First to last",
    "Instances",
    "Processes",
    "Logical cores",
    "Device time",
    "A core ran",
    "Device profiles",
  ]);
  assert.match(strip?.textContent ?? "", /18\.00\u202fms/);
  assert.match(strip?.textContent ?? "", /16 physical cores/);
});

test("names of a trace stand as text, whatever is in them", () => {
  const all = cardsOf(summary());
  assert.ok(cardNamed(all, "Processes").textContent.includes(MARKUP));
  assert.ok(cardNamed(all, "Steps").textContent.includes(`decode · ${MARKUP}`));
  assert.ok(cardNamed(all, "Host gaps").textContent.includes(MARKUP));
  assert.equal(all.all("img").length, 0);
});

test("the late rank is claimed once, where it costs something", () => {
  const claims = cardNamed(cardsOf(summary()), "Late ranks").all("li");
  assert.equal(claims.length, 1);
  assert.match(claims[0]?.textContent ?? "", /Rank 5 comes last to cc_exec_barrier in 14 of 14/);
  const link = claims[0]?.querySelector("a");
  assert.match(link?.getAttribute("href") ?? "", /mark=5000-303000$/);
});

test("ranks are those of what costs most", () => {
  const ranks = cardNamed(cardsOf(summary()), "Ranks");
  assert.deepEqual(
    ranks.all("tr").map((row) => row.all("td")[0]?.textContent),
    [undefined, "rank 5", "rank 1"],
  );
  const fills = ranks.all(".share__fill").map((one) => one.style.transform);
  assert.deepEqual(fills, ["scaleX(1)", "scaleX(0)"]);
});

test("a gap shows what the host did, with the rest and what nothing recorded", () => {
  const bars = cardNamed(cardsOf(summary()), "Host gaps").querySelector(".claims__bars");
  assert.match(bars?.textContent ?? "", /nothing recorded500\u202fµs17\u202f%/);
  assert.match(bars?.textContent ?? "", /other events500\u202fµs17\u202f%/);
  assert.equal(bars?.all(".share").length, 3);
});

test("a run without executions says so on every card", () => {
  const all = cardsOf({ ...summary(), steps: [], stragglers: [], gaps: [] }, listed([]));
  assert.match(cardNamed(all, "Steps").textContent, /no steps/);
  assert.match(cardNamed(all, "Ranks").textContent, /waits for nobody/);
  assert.match(cardNamed(all, "Late ranks").textContent, /No step of several ranks/);
  assert.match(cardNamed(all, "Host gaps").textContent, /never idle/);
  assert.match(cardNamed(all, "Device profiles").textContent, /no device traces/);
});

test("ranks that all come together are said to", () => {
  const late = summary().stragglers.slice(0, 1);
  const all = cardsOf({ ...summary(), stragglers: late });
  assert.match(cardNamed(all, "Late ranks").textContent, /at the same time/);
});

test("without hardware events the page says what counts as running", () => {
  const process = { ...summary().processes[0], from_hardware: false };
  const processes = /** @type {Summary["processes"]} */ ([process]);
  const shown = cardNamed(cardsOf({ ...summary(), processes }), "Processes").textContent;
  assert.match(shown, /Without hardware events/);
});

test("the summary shows the device profiles that took most, and a way to all", () => {
  const devices = listed(Array.from({ length: 40 }, (_, number) => device(number)));
  const shown = tiny(longestCard(devices, 16, "/profiles/p/devices/"));
  const names = shown.all("tr").map((row) => row.all("td")[0]?.textContent);
  assert.equal(names.length, 17);
  assert.equal(names[1], "serving_nc_39_model_7");
  const all = shown.querySelector("header")?.querySelector("a");
  assert.equal(all?.textContent, "All 40");
  assert.equal(
    tiny(longestCard(devices, 99, "/x"))
      .querySelector("header")
      ?.all("a").length,
    0,
  );
});

test("a device profile is a row with its status, calls, files and the way into it", () => {
  const devices = [device(1, { session: "4" }), device(2, { process: "200" })];
  const shown = tiny(devicesCard(listed(devices), "", "/profiles/p/devices/?a=b"));
  const row = shown.all("tr")[1];
  const cells = row?.all("td").map((one) => one.textContent);
  assert.deepEqual(cells?.slice(1, 9), [
    "PROCESSED",
    "i-1 · 100",
    "1",
    "171450338541704",
    "4",
    "3",
    "1.00\u202fms",
    "1.00\u202fms",
  ]);
  assert.equal(
    row?.querySelector("a")?.getAttribute("href"),
    "/profiles/d1/timeline/?back=%2Fprofiles%2Fp%2Fdevices%2F%3Fa%3Db",
  );
  assert.equal(row?.all("td").at(-1)?.getAttribute("title"), "7_vnc_0.ntff (2.5\u202fMB)");
  assert.equal(row?.all("td").at(-2)?.getAttribute("title"), "not yet");
});

test("one that was left out or is unknown has dashes and no link", () => {
  const bare = device(1, {
    id: null,
    status: null,
    instance: null,
    process: null,
    nc: null,
    model_id: null,
    total_ns: null,
    median_ns: null,
    duration_ns: null,
    files: [],
  });
  const row = tiny(devicesCard(listed([bare]), "", "/x")).all("tr")[1];
  assert.equal(row?.all("a").length, 0);
  assert.match(row?.textContent ?? "", /left out––3––––0$/);
});

test("process and session stand only where they tell profiles apart", () => {
  const heads = (/** @type {ReturnType<typeof device>[]} */ ...devices) =>
    tiny(devicesCard(listed(devices), "", "/x"))
      .all("th")
      .map((one) => one.textContent);
  assert.equal(heads(device(1)).includes("Process"), false);
  assert.equal(heads(device(1)).includes("Session"), false);
  assert.ok(heads(device(1), device(2, { process: "200" })).includes("Process"));
  assert.ok(heads(device(1, { session: "0" })).includes("Session"));
});

test("a process chooses its device profiles", () => {
  const found = listed([device(1), device(2, { process: "200" })]);
  const shown = tiny(devicesCard(found, "i-1 · 200", "/x"));
  assert.equal(shown.all("tr").length, 2);
  assert.match(shown.textContent, /all 2 ready/);
});

test("a bar never leaves its room", () => {
  for (const [value, expected] of /** @type {[number, string][]} */ ([
    [-1, "scaleX(0)"],
    [0.25, "scaleX(0.25)"],
    [7, "scaleX(1)"],
  ])) {
    const fill = tiny(shareBar(value)).querySelector(".share__fill");
    assert.equal(fill?.style.transform, expected);
  }
  assert.equal(tiny(shareBar(1, "late")).getAttribute("class"), "share share--late");
});

test("a card is a region named by its head", () => {
  const made = tiny(card("Late ranks", "a note"));
  assert.equal(made.getAttribute("aria-labelledby"), made.querySelector("h2")?.getAttribute("id"));
  assert.equal(made.querySelector("p")?.textContent, "a note");
  assert.equal(tiny(card("Late ranks", "")).all("p").length, 0);
});

test("tables can be scrolled by keys and have heads", () => {
  const columns = [
    { head: "A", cell: (/** @type {number} */ n) => String(n) },
    { head: "B", cell: (/** @type {number} */ n) => String(n * 2), isNumber: true },
  ];
  const made = tiny(table("Numbers", columns, [1, 2]));
  assert.deepEqual([made.getAttribute("tabindex"), made.getAttribute("role")], ["0", "group"]);
  assert.deepEqual(
    made.all("th").map((one) => one.getAttribute("scope")),
    ["col", "col"],
  );
  assert.equal(made.all(".plain__number").length, 3);
  assert.equal(made.all("td").length, 4);
});

test("tiles without a note have none", () => {
  const made = tiny(tiles([{ label: "a", value: "1" }]));
  assert.equal(made.all("dd").length, 1);
});

test("a claim has its place, its words and at most one link", () => {
  const text = { place: 2, title: "t", text: "w" };
  assert.equal(tiny(claim(text)).all("a").length, 0);
  const linked = tiny(claim({ ...text, link: { href: "/x", text: "go" } }));
  assert.equal(linked.querySelector("a")?.getAttribute("href"), "/x");
  assert.equal(linked.querySelector(".claims__place")?.textContent, "2");
});

test("an error says what it is and can be tried again", () => {
  const place = new TinyElement("p");
  let tries = 0;
  const again = () => {
    tries += 1;
  };
  showError(/** @type {any} */ (place), new Error("The run is gone"), again);
  assert.match(place.textContent, /The run is gone/);
  assert.equal(place.querySelector(".field-error")?.getAttribute("role"), "alert");
  place.querySelector("button")?.fire("click");
  assert.equal(tries, 1);
  showError(/** @type {any} */ (place), "odd", again);
  assert.match(place.textContent, /odd/);
});
