import assert from "node:assert/strict";
import { test } from "node:test";
import { newPage, Part } from "./tool-dom.js";

newPage();
Object.assign(globalThis, { HTMLButtonElement: class extends Part {} });
const { PanelTabs } = await import("../../static/js/viewers/tools/tabs.js");
const { Toolbox } = await import("../../static/js/viewers/tools/toolbox.js");
const { showModes, changeMode } = await import("../../static/js/viewers/tools/modes.js");
const { showToggles } = await import("../../static/js/viewers/tools/toggles.js");
const { placeMenu } = await import("../../static/js/viewers/tools/place-menu.js");
const { commandPalette } = await import("../../static/js/viewers/tools/command-palette.js");

/** @returns {any} a viewer over a new page */
function viewerOf(more = {}) {
  const page = newPage();
  const stage = page.find("[data-stage]");
  Object.assign(stage, {
    getBoundingClientRect: () => ({ left: 100, top: 50, width: 800, height: 400 }),
  });
  /** @type {any[]} */
  const done = [];
  const viewer = /** @type {any} */ ({
    ...{ host: page.host, stage, find: page.find, toolbox: new Toolbox(), done, scrollY: 0 },
    ...{ selected: null, frame: { rows: [] }, document: { groups: [] } },
    scroll: { scrollTop: 0 },
    scale: () => ({ ns: (/** @type {number} */ x) => x * 10 }),
    hitAt: () => null,
    box: () => ({ x0: 10, x1: 30, y0: 20, y1: 40 }),
    select: (/** @type {any} */ hit) => done.push(["select", hit]),
    choose: (/** @type {any} */ hit) => done.push(["choose", hit]),
    glideTo: (/** @type {any} */ range) => done.push(["glide", range]),
    zoomToSelection: () => done.push(["zoom"]),
    fit: () => done.push(["fit"]),
    ...more,
  });
  return viewer;
}

const mode = (/** @type {string} */ name, /** @type {string} */ key) => ({
  ...{ name, key, icon: "range", title: `Mark a ${name}`, cursor: "crosshair" },
  begin: () => null,
});

test("a tool's page comes to the front, and the event's page comes back", () => {
  const viewer = viewerOf();
  const tabs = new PanelTabs(viewer);
  /** @type {string[]} */
  const shown = [];
  tabs.add({ name: "markers", title: "Markers", show: () => shown.push("markers") });
  tabs.add({ name: "warnings", title: "Warnings" });
  const [button, body] = Part.added;
  assert.equal(body.hidden, true);
  tabs.show("markers");
  assert.deepEqual(shown, ["markers"]);
  assert.equal(body.hidden, false);
  assert.equal(button.getAttribute("aria-pressed"), "true");
  assert.equal(viewer.find("[data-event]").hidden, true);
  tabs.show("warnings");
  assert.equal(body.hidden, true);
  assert.equal(button.getAttribute("aria-pressed"), "false");
  tabs.show("event");
  assert.equal(viewer.find("[data-event]").hidden, false);
  assert.equal(viewer.find("[data-act='fold']").getAttribute("aria-pressed"), "true");
  assert.deepEqual(viewer.host.told, ["markers", "warnings", "event"]);
});

test("a tab says how many things its page holds, and nothing of none", () => {
  const tabs = new PanelTabs(viewerOf());
  tabs.add({ name: "warnings", title: "Warnings" });
  const [button] = Part.added;
  tabs.tell("warnings", 3);
  assert.equal(button.textContent, "Warnings 3");
  tabs.tell("warnings", 0);
  assert.equal(button.textContent, "Warnings");
  tabs.tell("nothing", 7);
});

test("a page that nobody knows brings back the event", () => {
  const viewer = viewerOf();
  const tabs = new PanelTabs(viewer);
  tabs.show("nothing");
  assert.equal(tabs.shown, "event");
  assert.equal(viewer.find("[data-event]").hidden, false);
});

test("a page in front takes the place of a flow's", () => {
  const viewer = viewerOf();
  const flow = new Part("div");
  viewer.host.querySelectorAll = (/** @type {string} */ wanted) =>
    wanted === "[data-flow]" ? [flow] : [];
  const tabs = new PanelTabs(viewer);
  tabs.add({ name: "markers", title: "Markers" });
  tabs.show("markers");
  assert.equal(flow.hidden, true);
  assert.equal(viewer.find("[data-act='flow-tab']").getAttribute("aria-pressed"), "false");
});

test("without a mode there are no buttons for one", () => {
  const viewer = viewerOf();
  viewer.find("[data-modes]").hidden = true;
  showModes(viewer);
  assert.equal(viewer.find("[data-modes]").hidden, true);
  assert.deepEqual(viewer.find("[data-modes]").children, []);
});

test("modes have a button and a key each, selecting first", () => {
  const viewer = viewerOf();
  viewer.toolbox.tools.push({ name: "range", mode: mode("range", "r") });
  viewer.toolbox.tools.push({ name: "box", mode: mode("box", "b") });
  showModes(viewer);
  const buttons = viewer.find("[data-modes]").children;
  const named = buttons.map((/** @type {Part} */ one) => one.getAttribute("data-mode"));
  assert.deepEqual(named, ["select", "range", "box"]);
  assert.equal(buttons[1].getAttribute("title"), "Mark a range (R)");
  const keys = viewer.toolbox.keys.map((/** @type {any} */ one) => one.key);
  assert.deepEqual(keys, ["v", "r", "b"]);
});

test("a mode is pressed, shows its cursor, and ends by its own button, by V or by Esc", () => {
  const viewer = viewerOf();
  const range = mode("range", "r");
  viewer.toolbox.tools.push({ name: "range", mode: range });
  showModes(viewer);
  const buttons = viewer.find("[data-modes]").children;
  const pressed = () =>
    buttons.map((/** @type {Part} */ one) => one.getAttribute("aria-pressed") === "true");
  changeMode(viewer, range);
  assert.equal(viewer.toolbox.mode, range);
  assert.equal(viewer.stage.style.cursor, "crosshair");
  assert.deepEqual(pressed(), [false, true]);
  buttons[1].send("click");
  assert.equal(viewer.toolbox.mode, null);
  assert.equal(viewer.stage.style.cursor, "");
  assert.deepEqual(pressed(), [true, false]);
  changeMode(viewer, range);
  viewer.toolbox.keys[0].run();
  assert.equal(viewer.toolbox.mode, null);
  changeMode(viewer, range);
  assert.equal(viewer.toolbox.escape(), true);
  assert.equal(viewer.toolbox.mode, null);
  assert.equal(viewer.toolbox.escape(), false);
});

test("the Show menu has a box for every choice, as it stands when the menu opens", () => {
  const viewer = viewerOf();
  let isOn = false;
  const set = (/** @type {boolean} */ on) => {
    isOn = on;
  };
  viewer.toolbox.tools.push({ name: "waits", toggles: [{ name: "Waits", isOn: () => isOn, set }] });
  showToggles(viewer);
  assert.equal(viewer.find("[data-view-menu]").hidden, false);
  const menu = viewer.find("#view-menu");
  isOn = true;
  menu.send("beforetoggle");
  const [box] = menu.all("input");
  assert.equal(box.checked, true);
  assert.equal(menu.textContent, "Waits");
  box.checked = false;
  box.send("change");
  assert.equal(isOn, false);
});

test("without choices there is no Show menu", () => {
  const viewer = viewerOf();
  showToggles(viewer);
  assert.equal(viewer.find("[data-view-menu]").hidden, true);
});

const hit = { label: "MATMUL", start: 1234, duration: 80, count: 1 };
const press = { button: 2, detail: 1, clientX: 300, clientY: 90 };

/** @param {any} viewer */
const itemsOf = (viewer) =>
  viewer.find("#place-menu").children.map((/** @type {Part} */ one) => one.textContent);

test("an empty place offers its instant, and what tools have for it", () => {
  const viewer = viewerOf();
  /** @type {any[]} */
  const asked = [];
  const menu = (/** @type {any} */ point) => {
    asked.push([point.x, point.y, point.ns]);
    return [{ name: "Marker here", run: () => viewer.done.push(["marker", point.ns]) }];
  };
  viewer.toolbox.tools.push({ name: "markers", menu });
  placeMenu(viewer);
  viewer.stage.send("contextmenu", press);
  assert.deepEqual(asked, [[200, 40, 2000]]);
  assert.deepEqual(itemsOf(viewer), ["Copy instant 2.000\u202fµs", "Marker here"]);
  const shown = viewer.find("#place-menu");
  assert.equal(shown.isOpen, true);
  assert.equal(shown.style.left, "300px");
  shown.children[1].send("click");
  assert.equal(shown.isOpen, false);
  assert.deepEqual(viewer.done, [["marker", 2000]]);
  assert.equal(Part.focused, viewer.stage);
});

test("an event is selected, zoomed to or copied; a cell is zoomed into", () => {
  const viewer = viewerOf({ hitAt: () => hit });
  placeMenu(viewer);
  viewer.stage.send("contextmenu", press);
  assert.deepEqual(itemsOf(viewer).slice(0, 4), [
    ...["Select", "Zoom to it", "Copy MATMUL", "Copy start and duration"],
  ]);
  viewer.find("#place-menu").children[1].send("click");
  assert.deepEqual(viewer.done, [["select", hit], ["zoom"]]);
  const cell = { ...hit, count: 12 };
  viewer.hitAt = () => cell;
  viewer.stage.send("contextmenu", press);
  assert.equal(itemsOf(viewer)[0], "Zoom until events separate");
  viewer.find("#place-menu").children[0].send("click");
  assert.deepEqual(viewer.done.at(-1), ["choose", cell]);
});

test("a menu near the edge of the window stays inside", () => {
  const viewer = viewerOf();
  placeMenu(viewer);
  viewer.stage.send("contextmenu", { ...press, clientX: 990, clientY: 590 });
  const menu = viewer.find("#place-menu");
  assert.equal(menu.style.left, "792px");
  assert.equal(menu.style.top, "492px");
});

test("the menu key means the selected event, wherever the pointer is", () => {
  const viewer = viewerOf({ selected: hit });
  placeMenu(viewer);
  viewer.stage.send("contextmenu", { button: 0, detail: 0, clientX: 0, clientY: 0 });
  assert.equal(itemsOf(viewer)[2], "Copy MATMUL");
  assert.equal(viewer.find("#place-menu").style.left, "120px");
  assert.equal(viewer.find("#place-menu").style.top, "80px");
});

/** @param {any} viewer */
function opened(viewer) {
  const [key] = commandPalette(viewer).keys ?? [];
  key.run();
  const field = viewer.find("[data-palette-field]");
  const list = viewer.find("[data-palette-list]");
  const type = (/** @type {string} */ text) => {
    field.value = text;
    field.send("input");
  };
  const names = () => list.children.map((/** @type {Part} */ one) => one.textContent);
  return { dialog: viewer.find("[data-palette]"), field, list, type, names };
}

test("the palette opens by Ctrl K with the field in focus", () => {
  const viewer = viewerOf();
  const tool = commandPalette(viewer);
  assert.deepEqual(
    tool.keys?.map(({ key, isCtrl }) => [key, isCtrl]),
    [["k", true]],
  );
  tool.keys?.[0].run();
  assert.equal(viewer.find("[data-palette]").isOpen, true);
  assert.equal(Part.focused, viewer.find("[data-palette-field]"));
});

test("arrows walk the list round, Enter does what is chosen and closes", () => {
  const viewer = viewerOf();
  const run = (/** @type {string} */ name) => () => viewer.done.push(name);
  const commands = ["alpha", "beta"].map((name) => ({ name: `Do ${name}`, run: run(name) }));
  viewer.toolbox.tools.push({ name: "greek", commands });
  const { dialog, field, list, type, names } = opened(viewer);
  type("do");
  assert.deepEqual(names(), ["Do alpha", "Do beta"]);
  const chosen = () =>
    list.children.findIndex(
      (/** @type {Part} */ one) => one.getAttribute("aria-selected") === "true",
    );
  assert.equal(chosen(), 0);
  assert.equal(field.getAttribute("aria-activedescendant"), "palette-0");
  field.send("keydown", { key: "ArrowUp" });
  assert.equal(chosen(), 1);
  field.send("keydown", { key: "ArrowDown" });
  assert.equal(chosen(), 0);
  field.send("keydown", { key: "ArrowDown" });
  field.send("keydown", { key: "Enter" });
  assert.deepEqual(viewer.done, ["beta"]);
  assert.equal(dialog.isOpen, false);
  assert.equal(Part.focused, viewer.stage);
});

test("a range is gone to; what is off is not offered; nothing found is said", () => {
  const viewer = viewerOf();
  viewer.toolbox.tools.push({ name: "off", commands: [{ name: "Off", isOff: true, run() {} }] });
  const { field, list, type, names } = opened(viewer);
  assert.ok(!names().includes("Off"));
  type("20us-24.6us");
  assert.deepEqual(names(), ["Go to 20us-24.6us"]);
  list.send("click", { target: list.children[0] });
  assert.deepEqual(viewer.done, [["glide", { start: 20_000, end: 24_600 }]]);
  type("zzz");
  assert.deepEqual(names(), ["Nothing goes by that name."]);
  assert.equal(field.getAttribute("aria-activedescendant"), null);
  field.send("keydown", { key: "Enter" });
  assert.equal(viewer.done.length, 1);
});

test("rows are gone to by the name of their group", () => {
  const groups = [
    { id: "p0/core1", title: "Core 1", subtitle: "", rows: 12 },
    { id: "p0/none", title: "Empty", subtitle: "", rows: 0 },
  ];
  const viewer = viewerOf({ document: { groups }, frame: { rows: [] } });
  viewer.frame.rows.push({ group: groups[0], y: 340 });
  const { field, type, names } = opened(viewer);
  type("go to core");
  assert.deepEqual(names(), ["Go to Core 1"]);
  field.send("keydown", { key: "Enter" });
  assert.equal(viewer.scroll.scrollTop, 340);
});
