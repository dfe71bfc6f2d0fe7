import assert from "node:assert/strict";
import { test } from "node:test";
import { makeViewer } from "./fake-viewer.js";
import { useTinyDom } from "./tiny-dom.js";

useTinyDom();

const { svgOf, wordsOf } = await import("../../static/js/viewers/tools/picture.js");
const { throttling } = await import("../../static/js/viewers/tools/throttling.js");

const VIEW = { title: "run <1>", range: { start: 20_000, end: 24_600 }, width: 800, height: 100 };
const SIZE = { width: 990, height: 178, ground: "#fff", ink: "#000" };

test("a picture says its title and range, the names of its rows, and the legend under them", () => {
  const legend = [
    { name: "Matmul", colour: "blue" },
    { name: "Copy", colour: "pink" },
  ];
  const words = wordsOf(VIEW, [{ name: "Vector", y: 11 }], legend);
  assert.match(words[0].text, /^run <1> · 20\.000\u202fµs – 24\.600\u202fµs$/);
  assert.equal(words[1].text, "Vector");
  assert.equal(words[1].y, 28 + 24 + 11);
  const [first, second] = words.slice(2);
  assert.deepEqual([first.swatch, second.swatch], ["blue", "pink"]);
  assert.ok(second.x > first.x + first.text.length * 6);
  assert.ok(first.y > 28 + 24 + VIEW.height);
});

test("an SVG holds the words as text, and no name breaks out of it", () => {
  const words = wordsOf(VIEW, [{ name: 'a"&<b>', y: 5 }], [{ name: "x", colour: "rgb(1, 2, 3)" }]);
  const svg = svgOf(SIZE, words, "data:image/png;base64,AAAA");
  assert.match(svg, /^<svg xmlns=[\s\S]*<\/svg>$/);
  assert.match(svg, /run &lt;1&gt;/);
  assert.match(svg, /a&quot;&amp;&lt;b&gt;/);
  assert.match(svg, /fill="rgb\(1, 2, 3\)"/);
  assert.match(svg, /href="data:image\/png;base64,AAAA"/);
  assert.equal(svg.split("<text").length - 1, words.length);
});

test("throttling is switched in the Show menu and kept in the address", () => {
  const viewer = makeViewer();
  assert.equal(throttling(viewer), null);
  viewer.document.tracks.push({ kind: "clock" });
  const tool = throttling(viewer);
  const said = () => {
    const query = new URLSearchParams();
    tool?.write?.(query);
    return query.toString();
  };
  tool?.read?.(new URLSearchParams(""));
  assert.equal(said(), "");
  tool?.toggles?.[0].set(false);
  assert.deepEqual([viewer.plot.isThrottlingShown, said()], [false, "throttling=off"]);
  assert.equal(tool?.toggles?.[0].isOn(), false);
  tool?.read?.(new URLSearchParams("throttling=on"));
  assert.equal(viewer.plot.isThrottlingShown, true);
  const commands = typeof tool?.commands === "function" ? tool.commands() : [];
  commands[0].run();
  assert.equal(said(), "throttling=off");
});
