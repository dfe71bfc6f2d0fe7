import assert from "node:assert/strict";
import { test } from "node:test";
import * as pairing from "../../static/js/upload/pairing.js";
import { Meter, sentOfEach } from "../../static/js/upload/send.js";
import { roleOf, sniff, traceIds, whyIgnored } from "../../static/js/upload/sniff.js";
import { seeded, whole } from "./seeded.js";

const { isReady, itemsOf, nameLength, nameOf, pairUp, stem } = pairing;
const IDS = ["aa".repeat(16), "bb".repeat(16), "cc".repeat(16)];

/**
 * A file as it was sniffed.
 * @param {"neff" | "ntff" | "official"} role
 * @param {string} name
 * @param {{neffId?: string, executions?: string[], stored?: string}} [ids]
 */
const item = (role, name, ids = {}) => ({
  file: new File([name], name, { lastModified: 1 }),
  sniffed: { role, neffId: "", executions: [], stored: "", ...ids },
});

/** @param {() => number} chance a heap of files, some of which belong together */
function heap(chance) {
  const pick = () => IDS[whole(chance, 0, 2)];
  return Array.from({ length: whole(chance, 0, 9) }, (_, at) => {
    const name = `f${at}${chance() < 0.3 ? "_171450338541704" : ""}`;
    const kind = chance();
    if (kind < 0.35) return item("neff", `${name}.neff`, { neffId: chance() < 0.8 ? pick() : "" });
    if (kind < 0.9) {
      const ids =
        chance() < 0.4 ? { executions: [pick()] } : { stored: chance() < 0.6 ? pick() : "" };
      return item("ntff", `${name}.ntff`, ids);
    }
    return item("official", `${name}.json`);
  });
}

test("every file lies on exactly one card, whatever is dropped", () => {
  const chance = seeded(81);
  for (let round = 0; round < 400; round++) {
    const items = heap(chance);
    const shown = pairUp(items).flatMap(itemsOf);
    assert.equal(shown.length, items.length);
    assert.deepEqual(new Set(shown), new Set(items));
  }
});

test("a trace never lies with a NEFF whose id says otherwise", () => {
  const chance = seeded(82);
  for (let round = 0; round < 400; round++) {
    for (const { neff, ntffs } of pairUp(heap(chance))) {
      if (!neff?.sniffed.neffId) continue;
      for (const { sniffed } of ntffs) {
        const told = sniffed.executions[0] ?? sniffed.stored;
        assert.ok(!told || told === neff.sniffed.neffId);
      }
    }
  }
});

test("a trace that names a NEFF of the heap lies with one of that id", () => {
  const chance = seeded(83);
  for (let round = 0; round < 400; round++) {
    const items = heap(chance);
    const ids = new Set(items.map(({ sniffed }) => sniffed.neffId).filter(Boolean));
    for (const { neff, ntffs } of pairUp(items)) {
      for (const { sniffed } of ntffs) {
        const told = sniffed.executions[0] ?? sniffed.stored;
        if (told && ids.has(told)) assert.equal(neff?.sniffed.neffId, told);
      }
    }
  }
});

test("cards that may go as they are come before those that need a word", () => {
  const chance = seeded(84);
  for (let round = 0; round < 200; round++) {
    const ready = pairUp(heap(chance)).map((pair) => isReady(pair, new Set()));
    assert.deepEqual(
      ready,
      [...ready].sort((a, b) => Number(b) - Number(a)),
    );
  }
});

test("a card that needs a word may go once it was given", () => {
  const [pair] = pairUp([item("ntff", "a.ntff")]);
  assert.equal(pair.match, "no-neff");
  assert.ok(!isReady(pair, new Set(["of another"])));
  assert.ok(isReady(pair, new Set([pair.key])));
});

test("names are those of the files, each for the other where one is missing", () => {
  const [pair] = pairUp([item("ntff", "C:\\runs\\rank 0.NTFF")]);
  assert.equal(nameOf("{neff} of {ntff}", pair), "rank 0 of rank 0");
  assert.equal(nameOf("  plain ", pair), "plain");
  assert.equal(stem("a/b/model.neff.neff"), "model.neff");
  assert.equal(stem("dump.json.gz"), "dump");
  assert.equal(stem(""), "");
});

test("a name is as long as the server counts it", () => {
  assert.equal(nameLength("é–😀"), 3);
  assert.equal(nameLength(""), 0);
});

test("bytes sent are given to the files one after the other, and none is lost", () => {
  const chance = seeded(85);
  for (let round = 0; round < 300; round++) {
    const sizes = Array.from({ length: whole(chance, 0, 6) }, () => whole(chance, 0, 50));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const sent = whole(chance, 0, total + 20);
    const each = sentOfEach(sizes, sent);
    assert.equal(
      each.reduce((sum, one) => sum + one, 0),
      Math.min(sent, total),
    );
    const begun = each.findLastIndex((one) => one > 0);
    for (let at = 0; at < begun; at++) assert.equal(each[at], sizes[at]);
  }
});

test("the rate is that of the last ten seconds, and nothing at first", () => {
  const meter = new Meter();
  assert.equal(meter.rate(0, 0), 0);
  assert.equal(meter.rate(0, 500), 0);
  for (let second = 1; second <= 30; second++) meter.rate(second * 1000, second * 1000);
  for (let second = 31; second <= 45; second++) {
    const rate = meter.rate(second * 1000, 30_000 + (second - 30) * 5000);
    assert.ok(rate > 1000 && rate <= 5000 + 1e-9);
    if (second > 41) assert.ok(Math.abs(rate - 5000) < 1e-6, `${second}: ${rate}`);
  }
});

test("no bytes make the sniffer fail, and what it says holds only of long enough heads", async () => {
  const chance = seeded(86);
  for (let round = 0; round < 150; round++) {
    const bytes = Uint8Array.from({ length: whole(chance, 0, 400) }, () =>
      chance() < 0.5 ? whole(chance, 0, 8) : whole(chance, 0, 255),
    );
    const found = await sniff(new File([bytes], "any"));
    assert.ok([null, "neff", "ntff", "parquet", "official"].includes(found.role));
    if (bytes.length < 9) assert.equal(roleOf(bytes), null);
    const ids = await traceIds(new Blob([bytes]));
    for (const id of ids.executions) assert.match(id, /^[0-9a-f]{32}$/);
    assert.match(ids.stored, /^([0-9a-f]{2}){0,16}$/);
  }
});

test("a trace cut anywhere gives its ids or none, never another", async () => {
  const bytes = new Uint8Array(128 + 18);
  bytes[0] = 6;
  new DataView(bytes.buffer).setBigUint64(1, 18n, true);
  bytes.set([0x12, 16], 128);
  bytes.fill(0xab, 130, 146);
  for (let length = 0; length <= bytes.length; length++) {
    const { stored } = await sniff(new File([bytes.slice(0, length)], "a.ntff"));
    assert.equal(stored, length === bytes.length ? "ab".repeat(16) : "");
  }
});

test("why a file is left aside is said by what it is", () => {
  const file = (/** @type {string} */ name, /** @type {string} */ text) => new File([text], name);
  assert.equal(whyIgnored(file("a.neff", "")), "empty");
  assert.match(whyIgnored(file("Flow.parquet", "x")), /whole folder/);
  assert.match(whyIgnored(file("ntrace.PB", "x")), /whole directory/);
  assert.match(whyIgnored(file("notes.txt", "x")), /first bytes/);
});
