/** Answers about the view, part by part, asked for once it has come to rest. */

import { request } from "../../kit/http.js";

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */
/**
 * What is asked: the address below the run's, its query, whether what is known of a part is enough,
 * and what an answer becomes. `told` hears of the end: of an answer to all parts, or of what went
 * wrong.
 * @template Known
 * @typedef {{path: string, query: () => Record<string, number>, isEnough: (known: Known | undefined) => boolean, read: (answer: any, query: Record<string, number>) => Known, told: (error: unknown) => void}} Question
 */

const REST_MS = 120;

/** @template Known */
export class PartAnswers {
  /**
   * @param {TimelineViewer} viewer
   * @param {Question<Known>} question
   */
  constructor(viewer, question) {
    this.viewer = viewer;
    this.question = question;
    /** @type {Map<number, Known>} by part */
    this.known = new Map();
    this.hasFailed = false;
    this.timer = 0;
    /** @type {AbortController | null} */
    this.request = null;
  }

  /** Asks for what the view lacks; not again by itself once that went wrong. */
  askSoon() {
    const { viewer, question } = this;
    if (this.timer || this.hasFailed) return;
    if (viewer.document.parts.every(({ part }) => question.isEnough(this.known.get(part)))) return;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      void this.load();
    }, REST_MS);
  }

  async load() {
    const { viewer, question } = this;
    const base = viewer.values?.base;
    if (!base) return;
    this.request?.abort();
    const own = new AbortController();
    this.request = own;
    const query = question.query();
    const text = Object.entries(query).map(([name, value]) => `${name}=${value}`);
    try {
      for (const { part } of viewer.document.parts) {
        const url = `${base}${question.path}/?${[...text, `part=${part}`].join("&")}`;
        const answer = await request(url, { signal: own.signal });
        this.known.set(part, question.read(answer, query));
      }
      question.told(null);
    } catch (error) {
      if (own.signal.aborted) return;
      this.hasFailed = true;
      question.told(error);
    }
    viewer.redraw();
  }

  /** Asks no more, and forgets that something went wrong. */
  stop() {
    window.clearTimeout(this.timer);
    this.timer = 0;
    this.request?.abort();
    this.hasFailed = false;
  }
}
