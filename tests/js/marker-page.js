/** The page of markers in the panel, on a desk of its own. */

import { Field, makeDesk, rested, useFields } from "./marker-desk.js";

useFields();
const { Markers } = await import("../../static/js/viewers/tools/markers.js");

/** The panel in front, its board read from a server in memory. */
export async function page() {
  const desk = makeDesk();
  const markers = new Markers(desk.viewer);
  Object.assign(markers.board, desk.server.wires());
  await markers.board.refresh();
  const body = new Field("div");
  const put = async (/** @type {Record<string, unknown>} */ draft) => {
    const made = desk.server.put(draft);
    await markers.board.refresh();
    return /** @type {any} */ (markers.board.find(made?.id ?? ""));
  };
  const { panel } = markers;
  panel.show(body);
  const control = (/** @type {string} */ name) =>
    /** @type {Field} */ (/** @type {any} */ (panel.form.controls).get(name));
  const write = async (/** @type {string} */ name, /** @type {string} */ text) => {
    const field = control(name);
    field.focus();
    field.value = text;
    field.fire("change");
    await rested();
  };
  const list = () => /** @type {Field} */ (/** @type {any} */ (panel.list));
  return { ...desk, markers, panel, body, put, control, write, list };
}
