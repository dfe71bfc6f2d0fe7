import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { makeViewer } from "./make-viewer.js";
import { TinyElement, useTinyDom } from "./tiny-dom.js";

useTinyDom();
/** @type {Map<string, string>} */
const kept = new Map();
Object.assign(globalThis, {
  window: globalThis,
  location: { origin: "http://here", pathname: "/p/", search: "" },
  localStorage: {
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value),
  },
});
const { DeviceRows } = await import("../../static/js/viewers/tools/rows.js");
const { matchingRows, rowDialog, rowsText } = await import("../../static/js/viewers/row-dialog.js");
const { resizeRows } = await import("../../static/js/timeline/row-resize.js");

const TENSOR = "p0/c0/tensor";
const VECTOR = "p0/c0/vector";
const SCALAR = "p0/c0/scalar";
const QUEUE = "p0/dma0/q";
const TRACKS = [
  { key: TENSOR, name: "Tensor" },
  { key: VECTOR, name: "Vector" },
  { key: SCALAR, name: "Scalar" },
  { key: QUEUE, name: "qSync", kind: "dma_queue", group: "p0/dma0" },
];

function made(search = "") {
  const viewer = makeViewer(TRACKS);
  Object.assign(viewer, { dma: "queue", semaphores: new Set(), plot: { choices: null } });
  const rows = new DeviceRows(viewer);
  rows.read(search);
  return { viewer, rows };
}

/** @param {InstanceType<typeof DeviceRows>} rows */
function written(rows) {
  const query = new URLSearchParams();
  rows.write(query);
  return query;
}

beforeEach(() => kept.clear());

test("what is chosen is laid out, kept, and written into the address", () => {
  const { viewer, rows } = made();
  rows.pin(QUEUE);
  rows.hide(VECTOR);
  rows.resize(TENSOR, 60);
  assert.equal(viewer.plot.choices, rows.choices);
  assert.deepEqual([viewer.drawn, viewer.written], [3, 3]);
  const query = written(rows);
  assert.deepEqual(
    [query.get("hide"), query.get("pin"), query.get("h")],
    [VECTOR, QUEUE, `60:${TENSOR}`],
  );
  const { choices } = made().rows;
  assert.deepEqual([...choices.hidden], [VECTOR], "the next profile begins with it");
});

test("an address that speaks of rows means what it says, whatever is kept", () => {
  const { rows } = made();
  rows.hide(VECTOR);
  const address = written(made("?hide=").rows).toString();
  assert.equal(address, "hide=");
  assert.equal(made("?t=1-2&hide=").rows.choices.hidden.size, 0);
  assert.deepEqual([...made("?t=1-2").rows.choices.hidden], [VECTOR]);
});

test("every choice goes through an address and comes back", () => {
  const { rows } = made("?hide=");
  rows.pin(SCALAR);
  rows.hide(QUEUE);
  rows.resize(SCALAR, 40);
  rows.order([VECTOR, TENSOR]);
  const again = made(`?${written(rows)}`).rows;
  assert.deepEqual(again.choices, rows.choices);
});

test("a row moves among those it stands with, and no further", () => {
  const { rows } = made();
  const model = rows.model();
  const names = () => model.list().map(({ key }) => key);
  model.move(VECTOR, -1);
  assert.deepEqual(names(), [VECTOR, TENSOR, SCALAR, QUEUE]);
  model.move(VECTOR, -1);
  assert.deepEqual(names(), [VECTOR, TENSOR, SCALAR, QUEUE]);
  model.move(SCALAR, 1);
  assert.deepEqual(names(), [VECTOR, TENSOR, SCALAR, QUEUE], "the queue is of another group");
});

test("pinned rows move among themselves", () => {
  const { rows } = made();
  rows.pin(TENSOR);
  rows.pin(QUEUE);
  rows.model().move(QUEUE, -1);
  assert.deepEqual(rows.choices.pinned, [QUEUE, TENSOR]);
  assert.deepEqual(rows.choices.order, []);
  assert.deepEqual(rows.beside(VECTOR), [VECTOR, SCALAR]);
});

test("the model shows, hides, and restores what there was at first", () => {
  const { rows } = made();
  const model = rows.model();
  model.show([TENSOR, VECTOR], false);
  assert.equal(rowsText(model), "Rows 2 / 4");
  model.show([TENSOR], true);
  assert.deepEqual([...rows.choices.hidden], [VECTOR]);
  model.pin(SCALAR);
  assert.equal(model.drawn(TENSOR), 20);
  assert.equal(model.drawn("gone"), 0);
  model.restore();
  assert.equal(rowsText(model), "Rows 4 / 4");
  assert.deepEqual(rows.choices.pinned, []);
});

test("the menu of a row pins and hides it, other places offer nothing", () => {
  const { viewer, rows } = made();
  const [row] = viewer.frame.rows;
  const items = rows.menu(/** @type {any} */ ({ row }));
  assert.deepEqual(
    items.map(({ name }) => name),
    ["Pin this row", "Hide this row"],
  );
  for (const { run } of items) run();
  assert.deepEqual([rows.choices.pinned, [...rows.choices.hidden]], [[TENSOR], [TENSOR]]);
  assert.equal(rows.menu(/** @type {any} */ ({ row }))[0].name, "Unpin this row");
  assert.deepEqual(rows.menu(/** @type {any} */ ({ row: null })), []);
  assert.deepEqual(rows.menu(/** @type {any} */ ({ row: { ...row, kind: "closed" } })), []);
});

/** A dialog whose parts are found by their attribute. */
class Dialog extends TinyElement {
  constructor() {
    super("dialog");
    const names = ["filter", "list", "all", "none", "only", "restore"];
    this.parts = new Map(
      names.map((name) => {
        const attribute = ["filter", "list"].includes(name)
          ? `data-row-${name}`
          : `data-rows-${name}`;
        return [`[${attribute}]`, Object.assign(new TinyElement("div"), { value: "" })];
      }),
    );
    this.isOpen = false;
  }

  /** @param {string} wanted */
  querySelector(wanted) {
    return wanted === "[data-row-dialog]" ? this : (this.parts.get(wanted) ?? null);
  }

  showModal() {
    this.isOpen = true;
  }

  /** @param {string} name @returns {any} */
  part(name) {
    return this.parts.get(name);
  }
}

function opened() {
  const { rows } = made();
  const dialog = new Dialog();
  rowDialog(/** @type {any} */ (dialog), rows.model())();
  const list = () =>
    dialog.part("[data-row-list]").children.map((/** @type {TinyElement} */ item) => item);
  const search = (/** @type {string} */ text) => {
    dialog.part("[data-row-filter]").value = text;
    dialog.part("[data-row-filter]").fire("input");
  };
  const press = (/** @type {string} */ name) => dialog.part(`[data-rows-${name}]`).fire("click");
  return { rows, dialog, list, search, press };
}

test("the dialog lists every row with what can be done to it", () => {
  const { dialog, list } = opened();
  assert.ok(dialog.isOpen);
  assert.equal(list().length, 4);
  const labels = list()[1]
    .all("button")
    .map((one) => one.getAttribute("aria-label"));
  assert.deepEqual(
    labels.map((label) => label?.split(":")[0]),
    ["Lower", "Higher", "Pin", "Move up", "Move down"],
  );
  assert.ok(labels.every((label) => label?.endsWith("Vector, Core 0 · nc 4")));
});

test("the filter lists those that match, and says when none does", () => {
  const { list, search } = opened();
  search("tens");
  assert.equal(list().length, 1);
  search("nowhere");
  assert.equal(list()[0].textContent, "No row has this name.");
  search("");
  assert.equal(list().length, 4);
});

test("buttons act on the rows that were found", () => {
  const { rows, search, press } = opened();
  search("nc 4 tensor");
  press("only");
  assert.deepEqual([...rows.choices.hidden].sort(), [SCALAR, VECTOR, QUEUE].sort());
  search("scalar");
  press("all");
  assert.ok(!rows.choices.hidden.has(SCALAR));
  press("none");
  assert.ok(rows.choices.hidden.has(SCALAR));
  press("restore");
  assert.equal(rows.choices.hidden.size, 0);
});

test("a row is made higher from where it is, and given its own height back", () => {
  const { rows, list } = opened();
  const button = (/** @type {string} */ name) =>
    list()[0]
      .all("button")
      .find((one) => one.getAttribute("aria-label")?.startsWith(name));
  button("Higher")?.fire("click");
  assert.equal(rows.choices.heights.get(TENSOR), 28);
  button("Lower")?.fire("click");
  button("Lower")?.fire("click");
  assert.equal(rows.choices.heights.get(TENSOR), 14, "no lower than can be seen");
  button("Its own height")?.fire("click");
  assert.equal(rows.choices.heights.size, 0);
});

test("rows that match in any letters are found", () => {
  const { rows } = made();
  assert.equal(matchingRows(rows.model().list(), "QSYNC").length, 1);
});

test("the lower edge of a row follows the pointer until it is let go", () => {
  /** @type {Record<string, (event: any) => void>} */
  const heard = {};
  const before = globalThis.document.addEventListener;
  Object.assign(globalThis.document, {
    addEventListener: (
      /** @type {string} */ kind,
      /** @type {(event: any) => void} */ act,
      /** @type {{signal: AbortSignal}} */ { signal },
    ) => {
      heard[kind] = (event) => signal.aborted || act(event);
    },
  });
  const element = new TinyElement("div");
  /** @type {(number | null)[]} */
  const heights = [];
  resizeRows(/** @type {any} */ (element), 22, (height) => heights.push(height));
  const grip = /** @type {TinyElement} */ (element.all("span")[0]);
  const quiet = { preventDefault: () => {}, stopPropagation: () => {} };
  const fire = (/** @type {string} */ kind, /** @type {object} */ event) => {
    /** @type {any} */ for (const act of grip.listeners.get(kind) ?? [])
      act({ ...quiet, ...event });
  };
  fire("pointerdown", { button: 2, clientY: 100 });
  assert.deepEqual(heard, {}, "the right button is for the menu");
  fire("pointerdown", { button: 0, clientY: 100 });
  heard.pointermove({ clientY: 130 });
  heard.pointermove({ clientY: 90 });
  heard.pointerup({});
  heard.pointermove({ clientY: 500 });
  fire("dblclick", {});
  assert.deepEqual(heights, [52, 12, null]);
  Object.assign(globalThis.document, { addEventListener: before });
});
