/** The gutter: a row's name and how busy it is in view, as plain elements. */

import { icon, make } from "../kit/dom.js";
import { count, share } from "../kit/units.js";

/** @typedef {import("./rows.js").Row} Row */
/** @typedef {import("./plot.js").Frame} Frame */

const NAMED = new Set(["Tensor", "TensorMatrix", "Vector", "Scalar", "GpSimd"]);

export class Gutter {
  /**
   * @param {HTMLElement} place
   * @param {(group: string) => void} toggle
   */
  constructor(place, toggle) {
    this.place = place;
    this.toggle = toggle;
    this.shape = "";
    /** @type {Map<number, {row: HTMLElement, bar: HTMLElement, text: HTMLElement}>} */
    this.parts = new Map();
  }

  /**
   * Makes the elements again only when the rows have changed, then fills in the shares.
   * @param {Frame} frame
   * @param {{start: number, end: number}} range
   * @param {Set<string>} closed
   * @param {number | null} selectedTrack
   */
  show(frame, range, closed, selectedTrack) {
    const shape = frame.rows
      .map(
        (row) =>
          `${row.track?.id ?? row.group.id}:${row.y}:${row.height}:${closed.has(row.group.id)}`,
      )
      .join("|");
    if (shape !== this.shape) {
      this.shape = shape;
      this.build(frame, closed);
    }
    const length = Math.max(1, range.end - range.start);
    for (const row of frame.rows) {
      const track = row.track;
      const part = track ? this.parts.get(track.id) : null;
      if (!track || !part) continue;
      part.row.classList.toggle("row--selected", track.id === selectedTrack);
      if (track.kind === "clock") {
        const value = frame.clock.get(track.id);
        part.text.textContent = value === undefined ? "–" : `avg ${share(value)}`;
        continue;
      }
      const busy = frame.busy.get(track.id);
      if (busy === undefined || track.kind === "error") continue;
      const value = Math.min(1, busy / (length * track.capacity));
      part.text.textContent = share(value);
      part.bar.style.transform = `scaleX(${value})`;
    }
  }

  /**
   * @param {Frame} frame
   * @param {Set<string>} closed
   */
  build(frame, closed) {
    this.parts.clear();
    this.place.style.height = `${frame.height}px`;
    this.place.replaceChildren(
      ...frame.rows.map((row) => {
        const element = row.track ? this.trackRow(row) : this.headRow(row, closed);
        element.style.top = `${row.y}px`;
        element.style.height = `${row.height}px`;
        return element;
      }),
    );
  }

  /**
   * @param {Row} row
   * @param {Set<string>} closed
   * @returns {HTMLElement}
   */
  headRow(row, closed) {
    const { group } = row;
    const isOpen = !closed.has(group.id);
    const head = make("button", {
      type: "button",
      class: "row row--head",
      "aria-expanded": String(isOpen),
    });
    const rows = group.kind === "core" ? "instructions" : "packets";
    const more = make("span", { class: "row__more row__name" }, group.subtitle);
    head.append(icon("down"), make("span", {}, group.title), more);
    head.title = `${count(group.rows)} ${rows}`;
    head.addEventListener("click", () => this.toggle(group.id));
    return head;
  }

  /**
   * @param {Row} row
   * @returns {HTMLElement}
   */
  trackRow(row) {
    const track = row.track;
    if (!track) return make("div");
    const kind = track.kind.startsWith("dma")
      ? "dma"
      : track.kind === "engine" && NAMED.has(track.name)
        ? track.name
        : track.kind;
    const small = row.height < 18 ? " row--small" : "";
    const element = make("div", { class: `row row--${kind}${small}` });
    const bar = make("i");
    const text = make("span", { class: "row__busy" });
    const name = track.kind === "clock" ? `Clock limit · core ${track.core}` : track.name;
    const deeper = track.deepest > 4 && track.capacity === 1 ? ` +${track.deepest - 4} deeper` : "";
    element.append(make("span", { class: "row__name", title: name + deeper }, name + deeper));
    if (track.kind !== "clock" && track.kind !== "error") {
      element.append(make("span", { class: "row__bar" }, bar));
    }
    element.append(text);
    this.parts.set(track.id, { row: element, bar, text });
    return element;
  }
}
