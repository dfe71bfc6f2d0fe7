/** Find: all events of the profile, in the language of `docs/search.md`; hits as caps, one by one. */

import { make, one } from "../../kit/dom.js";
import { ApiError } from "../../kit/http.js";
import { eventAt } from "../../timeline/walk.js";
import { CAP_PX, capsOf, fits, held } from "./find/caps.js";
import { listenToHelp } from "./find/help.js";
import { SearchServer } from "./find/server.js";
import { corrected, countWords, errorWords, shareWords, summaryWords } from "./find/words.js";

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("./toolbox.js").Tool} Tool */
/** @typedef {import("./find/server.js").Found} Found */
/** @typedef {import("./find/server.js").Hit} FoundHit */

const TYPED_MS = 250;
const MOVED_MS = 120;
/** How much of the view is asked for on either side of it. */
const BESIDE = 0.5;

export class Find {
  /** @param {TimelineViewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.server = new SearchServer(viewer.source.tiles.replace(/tiles\/$/, "search/"));
    // The field stands in the bar of the page, above the timeline.
    this.field = /** @type {HTMLInputElement} */ (one("[data-find]"));
    this.words = one("[data-find-count]");
    this.line = one("[data-find-line]", viewer.host);
    this.text = "";
    /** @type {Found | null} */
    this.found = null;
    /** The hit that was gone to, and its place. @type {{hit: FoundHit, place: number | null} | null} */
    this.now = null;
    /** @type {import("./find/caps.js").HeldCaps | null} */
    this.caps = null;
    this.isStale = false;
    this.asking = new AbortController();
    this.drawing = new AbortController();
    this.typed = 0;
    this.moved = 0;
    this.listen();
  }

  listen() {
    const { field, viewer } = this;
    field.addEventListener("input", () => {
      window.clearTimeout(this.typed);
      this.asking.abort();
      this.typed = window.setTimeout(() => this.ask(field.value.trim()), TYPED_MS);
    });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        void this.step(event.shiftKey ? -1 : 1);
      } else if (event.key === "Escape") {
        event.preventDefault();
        this.escape();
        field.blur();
        viewer.stage.focus();
      }
    });
    for (const button of document.querySelectorAll("[data-find-step]")) {
      const way = button.getAttribute("data-find-step") === "1" ? 1 : -1;
      button.addEventListener("click", () => void this.step(way));
    }
    listenToHelp(
      viewer.host,
      () => this.server.fields(),
      (typed, isWhole) => this.put(typed, isWhole),
    );
  }

  focus() {
    this.field.focus();
    this.field.select();
  }

  /**
   * Adds something to what stands in the field; a whole term is searched for at once.
   * @param {string} typed
   * @param {boolean} isWhole
   */
  put(typed, isWhole) {
    const before = this.field.value.trim();
    this.field.value = before ? `${before} ${typed}` : typed;
    this.field.focus();
    if (isWhole) this.ask(this.field.value.trim());
  }

  /**
   * Searches; an empty text clears.
   * @param {string} text
   */
  ask(text) {
    window.clearTimeout(this.typed);
    this.asking.abort();
    this.drawing.abort();
    Object.assign(this, { text, found: null, now: null, caps: null });
    this.field.value = this.field.value.trim() === text ? this.field.value : text;
    this.field.setAttribute("aria-invalid", "false");
    this.show();
    this.viewer.redraw();
    this.viewer.writeAddressSoon();
    if (!text) return;
    this.asking = new AbortController();
    const { signal } = this.asking;
    const tell = (/** @type {Found} */ found) => {
      this.found = found;
      this.isStale = true;
      this.show();
      this.viewer.redraw();
    };
    this.server.follow(text, this.viewer.range, tell, signal).catch((error) => {
      if (!signal.aborted) this.fail(error);
    });
  }

  /** @returns {boolean} whether there was a search to clear */
  escape() {
    if (!this.text && !this.field.value) return false;
    this.field.value = "";
    this.ask("");
    return true;
  }

  /** @param {unknown} error */
  fail(error) {
    const message = error instanceof Error ? error.message : String(error);
    const fields = error instanceof ApiError ? error.fields : null;
    this.words.textContent = "";
    this.field.setAttribute("aria-invalid", "true");
    const said = errorWords(this.text, { message, fields });
    const place = make("p", { role: "alert" });
    if (fields?.position !== undefined) {
      place.append(make("code", {}, said.before, make("mark", {}, said.piece || "⎵"), said.after));
    }
    place.append(make("span", {}, said.message));
    for (const name of said.near) {
      const button = make("button", { class: "button button--quiet", type: "button" }, name);
      button.addEventListener("click", () => {
        this.ask(corrected(said, name));
        this.field.focus();
      });
      place.append(button);
    }
    this.line.replaceChildren(place);
    this.line.hidden = false;
  }

  show() {
    const { found, line, words } = this;
    words.textContent = found ? countWords(found, this.now?.place) : "";
    if (this.text && !found) words.textContent = "…";
    const facts = found ? summaryWords(found).map((text) => make("span", {}, text)) : [];
    const shares = shareWords(found?.tracks ?? []).map(({ track, name, value, title }) => {
      const button = make("button", { class: "find__share", type: "button", title });
      button.append(make("span", {}, name), " ", make("b", {}, value));
      button.addEventListener("click", () => this.goToRow(track));
      return button;
    });
    line.hidden = facts.length === 0;
    line.replaceChildren(...facts, ...shares);
  }

  /**
   * Goes to the next or previous hit; behind the last it begins anew.
   * @param {1 | -1} way
   */
  async step(way) {
    const text = this.field.value.trim();
    if (text !== this.text) this.ask(text);
    if (!text) return;
    const { viewer, now } = this;
    const edge = way > 0 ? viewer.range.start : viewer.range.end;
    const from = now ? { ns: now.hit.start_ns, hit: now.hit } : { ns: Math.max(0, edge) };
    const { signal } = this.asking;
    try {
      let step = await this.server.step(text, way, from, signal);
      if (!step.hit) step = await this.server.step(text, way, null, signal);
      if (signal.aborted || !step.hit) return;
      this.now = { hit: step.hit, place: step.place };
      this.show();
      await this.goTo(step.hit);
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  /** @param {FoundHit} hit */
  async goTo({ track: key, row, start_ns: start }) {
    const { viewer } = this;
    const { document, store } = viewer;
    const source = { document, get: (/** @type {string} */ tile) => store.get(tile) };
    for (const track of shownTracks(viewer, key)) {
      const hit = await eventAt(source, track, row, start);
      if (!hit) continue;
      openRow(viewer, track);
      viewer.select(hit);
      viewer.draw();
      viewer.reveal(hit);
      return;
    }
  }

  /** @param {string} key of a track */
  goToRow(key) {
    const { viewer } = this;
    const [track] = shownTracks(viewer, key);
    if (!track) return;
    openRow(viewer, track);
    viewer.draw();
    const row = viewer.frame?.rows.find((one) => one.track?.id === track.id);
    if (row) viewer.scroll.scrollTop = row.y;
  }

  /**
   * @param {import("./toolbox.js").Layer} layer
   * @param {import("./toolbox.js").Surface} surface
   */
  draw({ context, scale, palette, height }, surface) {
    if (surface !== "rows" || !this.text || !this.found) return;
    const { viewer } = this;
    if (this.isStale || !fits(this.caps, viewer.range, scale.width)) this.fetchSoon();
    if (!this.caps) return;
    context.fillStyle = palette.warnCss;
    for (const row of viewer.frame?.rows ?? []) {
      const y = row.y - viewer.scrollY;
      if (y + row.height < 0 || y > height) continue;
      for (const box of capsOf(this.caps, row, scale, viewer.scrollY)) {
        context.fillRect(box.x, box.y, box.width, CAP_PX);
      }
    }
  }

  /** Asks for the caps of the view once it rests. */
  fetchSoon() {
    if (this.moved) return;
    this.moved = window.setTimeout(() => void this.fetch(), this.caps ? MOVED_MS : 0);
  }

  async fetch() {
    this.moved = 0;
    const { viewer, text } = this;
    if (!text) return;
    this.isStale = false;
    this.drawing.abort();
    this.drawing = new AbortController();
    const { signal } = this.drawing;
    const { start, end } = viewer.range;
    const beside = (end - start) * BESIDE;
    const range = {
      start: Math.max(0, start - beside),
      end: Math.min(viewer.duration + 1, end + beside),
    };
    const share = (range.end - range.start) / (end - start);
    try {
      const caps = await this.server.caps(text, range, viewer.plot.width * share, signal);
      if (signal.aborted || text !== this.text) return;
      // What lies beyond the profile holds nothing: the view is told whole.
      this.caps = held(caps, {
        start: range.start > 0 ? range.start : Number.NEGATIVE_INFINITY,
        end: range.end > viewer.duration ? Number.POSITIVE_INFINITY : range.end,
      });
      viewer.redraw();
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }
}

/**
 * The tracks that show the rows of a track now: packets of a queue may be shown by engine.
 * @param {TimelineViewer} viewer
 * @param {string} key
 * @returns {import("../../timeline/rows.js").Track[]}
 */
export function shownTracks({ document, dma }, key) {
  const track = document.tracks.find((one) => one.key === key);
  if (!track) return [];
  if (track.kind !== "dma_queue" || dma !== "engine") return [track];
  const { part, core } = track;
  return document.tracks.filter(
    (one) => one.kind === "dma_engine" && one.part === part && one.core === core,
  );
}

/**
 * Opens what a row is closed in.
 * @param {TimelineViewer} viewer
 * @param {import("../../timeline/rows.js").Track} track
 */
function openRow(viewer, track) {
  const own = /** @type {{openRowOf?: (track: import("../../timeline/rows.js").Track) => void}} */ (
    viewer
  );
  if (own.openRowOf) own.openRowOf(track);
  else if (viewer.closed.has(track.group)) viewer.toggleGroup(track.group);
}

/**
 * @param {TimelineViewer} viewer
 * @returns {Tool}
 */
export function find(viewer) {
  const tool = new Find(viewer);
  viewer.find = tool;
  return {
    name: "find",
    read: (query) => {
      const text = (query.get("find") ?? "").trim();
      // An address that asks for nothing stays as it is.
      if (text) tool.ask(text);
      else tool.show();
    },
    write: (query) => {
      if (tool.text) query.set("find", tool.text);
    },
    draw: (layer, surface) => tool.draw(layer, surface),
    escape: () => tool.escape(),
    menu: ({ hit }) =>
      hit && hit.count <= 1
        ? [
            {
              name: `Find ${hit.label}`,
              run: () => tool.ask(`label="${hit.label.replace(/["\\]/g, "\\$&")}"`),
            },
          ]
        : [],
    commands: [
      { name: "Next hit", shown: "N", run: () => void tool.step(1) },
      { name: "Previous hit", shown: "Shift N", run: () => void tool.step(-1) },
      { name: "Clear the search", run: () => void tool.escape() },
    ],
  };
}
