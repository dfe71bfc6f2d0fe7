import assert from "node:assert/strict";
import { test } from "node:test";
import { channels, inkOn, mix, PLAIN, pixel, UNKNOWN } from "../../static/js/render/palette.js";
import { cut, drawLabels, drawNotes, fitted, widest } from "../../static/js/render/text.js";
import { seeded, whole } from "./seeded.js";

/** A font whose letters are all seven pixels wide. */
const measure = (/** @type {string} */ text) => text.length * 7;

/** A pen that writes down what is drawn with it. */
function pen() {
  /** @type {{text: string, x: number, y: number, colour: string}[]} */
  const texts = [];
  const context = {
    font: "",
    textBaseline: "",
    fillStyle: "",
    measureText: (/** @type {string} */ text) => ({ width: measure(text) }),
    fillText(/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y) {
      texts.push({ text, x, y, colour: context.fillStyle });
    },
    fillRect() {},
  };
  return { context: /** @type {any} */ (context), texts };
}

const PALETTE = /** @type {any} */ ({
  ...{ text: "text", quiet: "quiet", wellCss: "well" },
  inks: Array.from({ length: 9 }, (_, hue) => `ink${hue}`),
});

/** @param {{w: number, label?: number, colour?: number, ns?: number}[]} labels */
function labelList(labels) {
  return /** @type {any} */ ({
    length: labels.length,
    x: labels.map((_, at) => at * 1000),
    y: labels.map(() => 10),
    w: labels.map(({ w }) => w),
    h: labels.map(() => 18),
    part: labels.map(() => 0),
    label: labels.map(({ label }) => label ?? 0),
    colour: labels.map(({ colour }) => colour ?? 2),
    ns: labels.map(({ ns }) => ns ?? 1000),
  });
}

test("a colour is the same read as text, as channels and as a pixel", () => {
  const chance = seeded(71);
  for (let round = 0; round < 300; round++) {
    const rgb = [0, 1, 2].map(() => whole(chance, 0, 255));
    const css = `#${rgb.map((one) => one.toString(16).padStart(2, "0")).join("")}`;
    assert.deepEqual(channels(css), rgb);
    const [red, green, blue] = rgb;
    const bytes = new Uint8Array(Uint32Array.of(pixel(red, green, blue)).buffer);
    assert.deepEqual([...bytes], [red, green, blue, 255]);
  }
});

test("a mix lies between its colours, and all of one is that one", () => {
  const chance = seeded(72);
  for (let round = 0; round < 300; round++) {
    const [one, other] = [0, 1].map(() =>
      pixel(whole(chance, 0, 255), whole(chance, 0, 255), whole(chance, 0, 255)),
    );
    assert.equal(mix(one, other, 1), one);
    assert.equal(mix(one, other, 0), other);
    const share = chance();
    const made = mix(one, other, share);
    for (const shift of [0, 8, 16]) {
      const [a, b, c] = [one, other, made].map((value) => (value >>> shift) & 255);
      assert.ok(Math.abs(c - (a * share + b * (1 - share))) <= 0.5 + 1e-9);
    }
    assert.equal(made >>> 24, 255);
  }
});

test("the ink on a colour is the one with more contrast", () => {
  assert.equal(inkOn("#ffffff"), "#0b0d11");
  assert.equal(inkOn("#000000"), "#ffffff");
  const light = (/** @type {string} */ css) => {
    const [r, g, b] = channels(css).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const chance = seeded(73);
  for (let round = 0; round < 300; round++) {
    const css = `#${whole(chance, 0, 0xffffff).toString(16).padStart(6, "0")}`;
    const [dark, bright] = [light(css) / light("#0b0d11"), light("#ffffff") / light(css)];
    if (Math.abs(dark - bright) < 0.2) continue;
    assert.equal(inkOn(css), dark > bright ? "#0b0d11" : "#ffffff", css);
  }
});

test("a label is full, else its last word, else its short form, else nothing", () => {
  for (const [text, room, shown] of /** @type {[string, number, string][]} */ ([
    ["ACTIVATE EXP", 84, "ACTIVATE EXP"],
    ["ACTIVATE EXP", 83, "EXP"],
    ["ACTIVATE EXP", 20, ""],
    ["MATMUL", 42, "MATMUL"],
    ["MATMUL", 41, "MM"],
    ["MATMUL", 13, ""],
    ["4 KiB", 34, ""],
    ["OTHER MATMUL", 20, "MM"],
    ["", 100, ""],
  ])) {
    assert.equal(fitted(text, room, measure), shown, `${text} in ${room}`);
  }
});

test("whatever is shown of a label fits into its room", () => {
  const chance = seeded(74);
  const words = [
    "MATMUL",
    "TENSOR_TENSOR",
    "EXP",
    "4 KiB",
    "a b c",
    "DMA_DIRECT2D",
    "x".repeat(40),
  ];
  for (let round = 0; round < 500; round++) {
    const text = words[whole(chance, 0, words.length - 1)];
    const room = whole(chance, -10, 320);
    assert.ok(measure(fitted(text, room, measure)) <= Math.max(room, 0));
    const short = cut(text, room, measure);
    assert.ok(measure(short) <= Math.max(room, 0));
    if (short && short !== text) {
      assert.ok(short.endsWith("…") && text.startsWith(short.slice(0, -1)));
      assert.ok(short.length >= 3, short);
    }
  }
});

test("a name is cut as late as it fits", () => {
  for (let room = 7 * 5; room < 7 * 20; room += 7) {
    const shown = cut("abcdefghijklmnopqrstuvwxyz", room, measure);
    assert.equal(shown.length, room / 7, shown);
  }
});

test("of too many labels the widest are drawn, of few all in their order", () => {
  const chance = seeded(75);
  const labels = labelList(Array.from({ length: 200 }, () => ({ w: whole(chance, 1, 500) })));
  assert.deepEqual(
    widest(labels, 200),
    Array.from({ length: 200 }, (_, at) => at),
  );
  const chosen = widest(labels, 50);
  assert.equal(new Set(chosen).size, 50);
  const least = Math.min(...chosen.map((at) => labels.w[at]));
  for (let at = 0; at < 200; at++) {
    if (!chosen.includes(at)) assert.ok(labels.w[at] <= least);
  }
});

test("the duration stands behind a name where there is room for both", () => {
  const { context, texts } = pen();
  const labels = labelList([{ w: 50 }, { w: 300, ns: 1500 }, { w: 300, colour: PLAIN }]);
  drawLabels(context, labels, PALETTE, { 0: ["MATMUL"] });
  assert.deepEqual(
    texts.map(({ text }) => text.replaceAll("\u202f", " ")),
    ["MATMUL", "MATMUL", "1.50 µs", "MATMUL"],
  );
});

test("a label on a bar has the bar's ink, one on the ground the text's", () => {
  const { context, texts } = pen();
  const labels = labelList([
    { w: 60, colour: 4 },
    { w: 60, colour: UNKNOWN },
    { w: 60, colour: 0x42 },
  ]);
  drawLabels(context, labels, PALETTE, { 0: ["COPY"] });
  assert.deepEqual(
    texts.map(({ colour }) => colour),
    ["ink4", "text", "ink2"],
  );
});

test("a label that no text is known for is left out", () => {
  const { context, texts } = pen();
  drawLabels(context, labelList([{ w: 300, label: 9 }]), PALETTE, { 0: ["COPY"] });
  drawLabels(context, labelList([{ w: 300 }]), PALETTE, {});
  assert.deepEqual(texts, []);
});

test("notes stand at the right edge, sentences in the middle", () => {
  const { context, texts } = pen();
  const notes = [
    { text: "12345", y: 5, isMiddle: false },
    { text: "no events", y: 9, isMiddle: true },
  ];
  drawNotes(context, notes, PALETTE, 400);
  assert.deepEqual(
    texts.map(({ x }) => x),
    [400 - 8 - 35, (400 - 63) / 2],
  );
});
