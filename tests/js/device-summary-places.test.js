/** Every number of a device summary leads to the event on the timeline that shows it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { event, opcode, packets, summary, tile } from "./make-device-summary.js";
import { TinyElement, useTinyDom } from "./tiny-dom.js";

useTinyDom();
const HERE = "../../static/js/viewers/summary/device";
const { summaryCards } = await import(`${HERE}/cards.js`);
const { OpcodeTable } = await import(`${HERE}/opcodes.js`);
const { eventAddress, tileEvents } = await import(`${HERE}/places.js`);

/** Cards whose numbers are of the region itself: the page leads there from each of them. */
const OF_THE_REGION = new Set(["Findings", "Bounds", "Critical path", "Collectives", "System"]);

/** @param {ReturnType<typeof summary>} [of] */
function page(of = summary()) {
  const all = new TinyElement("main");
  const around = { profile: "p", meanings: new Map(), opcodes: new OpcodeTable() };
  all.append(...summaryCards(of, around));
  return all;
}

/** @param {TinyElement} all @param {string} title */
function cardNamed(all, title) {
  const found = all.all("section").find((one) => one.querySelector("h2")?.textContent === title);
  assert.ok(found, title);
  return found;
}

test("the address of an event holds it with room around, and selects it on its row", () => {
  const address = eventAddress("p", event("c0/vector", 12));
  assert.equal(address, "/profiles/p/timeline/?t=700-2300&mark=1000-2000&sel=p0/c0/vector:12");
  assert.match(eventAddress("p", event("engines0/e03", 4)), /sel=p0\/engines0\/e03:4&dma=engine/);
  assert.equal(eventAddress("p", null), null);
  assert.equal(eventAddress("p", undefined), null);
});

test("a number of a row leads to the event of that row", () => {
  const opcodes = [
    opcode({ longest: event("c0/tensormatrix", 3) }),
    opcode({ opcode: "COPY", longest: event("c0/scalar", 4) }),
  ];
  const card = cardNamed(page(summary({ opcodes })), "Opcodes");
  for (const [line, key] of [
    [1, "p0/c0/tensormatrix:3"],
    [2, "p0/c0/scalar:4"],
  ]) {
    const row = card.all("tr")[Number(line)];
    const addresses = row?.all(".number").map((one) => one.getAttribute("data-show"));
    assert.equal(addresses?.length, 5);
    assert.ok(addresses.every((address) => address?.includes(`sel=${key}`)));
    assert.ok(row?.querySelector("a")?.getAttribute("href")?.includes(`sel=${key}`));
  }
});

test("no card but those of the region leaves a number without its event", () => {
  const all = page();
  const lost = all.all("section").flatMap((card) => {
    const title = card.querySelector("h2")?.textContent ?? "";
    if (OF_THE_REGION.has(title)) return [];
    return card
      .all(".number")
      .filter((one) => !one.getAttribute("data-show"))
      .map((one) => `${title}: ${one.textContent}`);
  });
  // What is not used has no event, and the rate of a packet by size is a drawing of its own.
  assert.deepEqual(
    lost.filter((line) => !/^HBM bandwidth: 87/.test(line)),
    [],
  );
});

test("marks of drawings are ways for the pointer and no stops for the keys", () => {
  const card = cardNamed(page(), "DMA");
  const ways = card.all("a").filter((one) => one.getAttribute("tabindex") === "-1");
  assert.ok(ways.length >= 4);
  assert.ok(ways.every((one) => one.getAttribute("href")?.includes("sel=p0/")));
});

test("a tile leads to what shows it best, and to the region where nothing does", () => {
  const events = tileEvents(summary());
  assert.deepEqual(events.mfu, event("c0/tensormatrix", 5));
  assert.deepEqual(events.mbu, event("c0/sync", 10));
  assert.deepEqual(events.dma_active, event("dma0/2-qsync", 6));
  assert.equal(events.total_time, undefined);
  const nothing = {
    tensor_flops: { missing: "the peak", cores: [], all: null },
    ...{ busy: [], hbm: { missing: "bytes", capacity_bytes: null, parts: [] } },
  };
  const none = Object.values(tileEvents(summary(nothing)));
  assert.deepEqual(
    none.filter((one) => one !== null),
    [],
  );
});

test("a tile tells its way at the number and at its name", () => {
  const strip = page(summary({ strip: [tile("mfu"), tile("total_time", { value: 5 })] }));
  const of = strip.querySelector(".strip");
  for (const name of [".term", ".number"]) {
    const shows = of?.all(name).map((one) => Boolean(one.getAttribute("data-show")));
    assert.deepEqual(shows, [true, false]);
  }
});

test("packets of a size lead to the longest of that size", () => {
  const dma = { ...summary().dma, sizes: [packets(4, 9, 1e9), packets(4096, 3, 2e9)] };
  const links = cardNamed(page(summary({ dma })), "DMA")
    .querySelector(".dma__sizes")
    ?.all("a");
  assert.deepEqual(
    links?.map((one) => /sel=[^&]*:(\d+)/.exec(one.getAttribute("href") ?? "")?.[1]),
    ["4", "4096"],
  );
});
