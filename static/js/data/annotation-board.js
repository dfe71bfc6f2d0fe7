/**
 * The markers and regions of a profile as the server has them, other people's with ours. An edit of
 * what somebody else has changed since is joined with theirs, or handed back where both changed the
 * same thing.
 */

import { ApiError, request, requestIfChanged } from "../kit/http.js";

/**
 * @typedef {{name: string, start_ns: number, end_ns: number | null, colour: string, note: string, part: number | null, row: string}} Draft
 * @typedef {Draft & {id: string, kind: "marker" | "region", version: number, created_at: string, updated_at: string}} Annotation
 * @typedef {{id: string, name: string, count: number, version: number, updated_at: string}} SavedSet
 * @typedef {{added: number, already_there: number}} BroughtIn
 * @typedef {(base: Record<string, any>, current: Record<string, any>, changes: Record<string, any>) => string[]} Clashes
 */

const POLL_MS = 3000;
const MOST_POLL_MS = 30_000;
const MOST_TRIES = 4;

/** An edit that met somebody else's: what it is now (null: deleted) and what was wanted of it. */
export class Conflict extends Error {
  /**
   * @param {Annotation} base as it was seen
   * @param {Annotation | null} current
   * @param {Partial<Draft> | null} changes null to delete it
   */
  constructor(base, current, changes) {
    super("Somebody else changed it first");
    this.base = base;
    this.current = current;
    this.changes = changes;
  }
}

/**
 * @param {unknown} error
 * @param {string} code
 * @returns {error is ApiError}
 */
function isCode(error, code) {
  return error instanceof ApiError && error.code === code;
}

export class AnnotationBoard {
  /**
   * @param {string} base address of the profile's annotations, with a slash at its end
   * @param {Clashes} clashesOf
   * @param {{send?: typeof request, ask?: typeof requestIfChanged}} [wires]
   */
  constructor(base, clashesOf, { send = request, ask = requestIfChanged } = {}) {
    this.base = base;
    this.clashesOf = clashesOf;
    this.send = send;
    this.ask = ask;
    this.revision = 0;
    /** @type {Annotation[]} */
    this.annotations = [];
    /** @type {SavedSet[]} */
    this.sets = [];
    this.isLoaded = false;
    /** Why the last reading failed; empty if it did not. */
    this.problem = "";
    /** @type {string | null} */
    this.tag = null;
    this.wait = POLL_MS;
    this.timer = 0;
    /** Counts changes made here, so that an answer that was on its way is known to be old. */
    this.changesMade = 0;
    /** The change under way: the next one begins when it is done, with what came of it. */
    this.turn = Promise.resolve();
    /** @type {(() => void)[]} */
    this.listeners = [];
  }

  /** @param {() => void} hear called whenever anything is different */
  onChange(hear) {
    this.listeners.push(hear);
  }

  tell() {
    for (const hear of this.listeners) hear();
  }

  /**
   * @param {string} id
   * @returns {Annotation | null}
   */
  find(id) {
    return this.annotations.find((one) => one.id === id) ?? null;
  }

  /** Reads what has changed. Never fails: `problem` says why it did not come. */
  async refresh() {
    const before = this.changesMade;
    try {
      const found = await this.ask(this.base, this.tag);
      const isNews = this.problem !== "" || !this.isLoaded;
      this.problem = "";
      this.wait = POLL_MS;
      // What was read while we were writing may be from before: it is read again.
      if (found && before === this.changesMade) this.take(found);
      else if (isNews) this.tell();
    } catch (error) {
      const text = error instanceof ApiError ? error.message : "The server does not answer.";
      const isNews = this.problem !== text;
      this.problem = text;
      this.wait = Math.min(this.wait * 2, MOST_POLL_MS);
      if (isNews) this.tell();
    }
  }

  /** @param {{tag: string | null, body: {revision: number, annotations: Annotation[], sets: SavedSet[]}}} found */
  take({ tag, body }) {
    this.tag = tag;
    this.revision = body.revision;
    this.annotations = body.annotations;
    this.sets = body.sets;
    this.isLoaded = true;
    this.tell();
  }

  /**
   * Keeps up with the server while the page is seen.
   * @param {Document} page
   */
  follow(page) {
    const next = async () => {
      window.clearTimeout(this.timer);
      if (page.visibilityState !== "visible") return;
      await this.refresh();
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void next(), this.wait);
    };
    page.addEventListener("visibilitychange", () => void next());
    void next();
  }

  /**
   * @template T
   * @param {() => Promise<T>} act
   * @returns {Promise<T>}
   */
  inTurn(act) {
    const done = this.turn.then(act);
    this.turn = done.then(
      () => {},
      () => {},
    );
    return done;
  }

  /**
   * Sends a change, then reads what came of it.
   * @template T
   * @param {string} path
   * @param {string} method
   * @param {unknown} [json]
   * @param {Blob | string} [body] in place of JSON
   * @returns {Promise<T>}
   */
  async change(path, method, json, body) {
    this.changesMade++;
    try {
      return await this.send(this.base + path, { method, json, body });
    } finally {
      this.changesMade++;
      await this.refresh();
    }
  }

  /**
   * @param {Partial<Draft>} draft
   * @returns {Promise<Annotation>}
   */
  async put(draft) {
    return await this.inTurn(() => this.change("", "POST", draft));
  }

  /**
   * Changes fields of one. What others did to other fields stays. Throws Conflict where they changed
   * the same one, or deleted it.
   * @param {Annotation} seen as it was when the edit began
   * @param {Partial<Draft>} changes
   * @returns {Promise<Annotation>}
   */
  async edit(seen, changes) {
    return await this.inTurn(() => this.editNow(seen, changes));
  }

  /**
   * @param {Annotation} seen
   * @param {Partial<Draft>} changes
   * @returns {Promise<Annotation>}
   */
  async editNow(seen, changes) {
    let current = this.find(seen.id);
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      if (!current) throw new Conflict(seen, null, changes);
      if (this.clashesOf(seen, current, changes).length > 0)
        throw new Conflict(seen, current, changes);
      try {
        const body = { version: current.version, ...changes };
        return await this.change(`${seen.id}/`, "PATCH", body);
      } catch (error) {
        current = this.now(error, seen.id);
      }
    }
    throw new Conflict(seen, current, changes);
  }

  /**
   * Removes one as it was seen. Throws Conflict where somebody has changed it since.
   * @param {Annotation} seen
   */
  async remove(seen) {
    try {
      await this.inTurn(() => this.change(`${seen.id}/?version=${seen.version}`, "DELETE"));
    } catch (error) {
      const current = this.now(error, seen.id);
      if (current) throw new Conflict(seen, current, null);
    }
  }

  /**
   * What one is now, after a change of it was refused; other failures are passed on.
   * @param {unknown} error
   * @param {string} id
   * @returns {Annotation | null}
   */
  now(error, id) {
    if (isCode(error, "annotation.stale")) return error.fields?.current ?? this.find(id);
    if (isCode(error, "request.not_found")) return null;
    throw error;
  }

  /** Removes all, as they are here. @returns {Promise<{deleted: number}>} */
  async clear() {
    return await this.inTurn(() => this.change(`?revision=${this.revision}`, "DELETE"));
  }

  /**
   * Takes in a file.
   * @param {Blob | string} data
   * @param {boolean} isReplacing what is here
   * @returns {Promise<BroughtIn>}
   */
  async bringIn(data, isReplacing) {
    return await this.inTurn(() => {
      const way = isReplacing ? `?mode=replace&revision=${this.revision}` : "";
      return this.change(`import/${way}`, "POST", undefined, data);
    });
  }

  /**
   * @param {string} name
   * @returns {Promise<SavedSet>}
   */
  async saveSet(name) {
    return await this.inTurn(() => this.change("sets/", "POST", { name }));
  }

  /** @param {SavedSet} set @returns {Promise<SavedSet>} */
  async saveOver(set) {
    const body = { version: set.version, save_over: true };
    return await this.inTurn(() => this.change(`sets/${set.id}/`, "PATCH", body));
  }

  /**
   * @param {SavedSet} set
   * @param {boolean} isReplacing
   * @returns {Promise<BroughtIn>}
   */
  async loadSet(set, isReplacing) {
    return await this.inTurn(() => {
      const way = isReplacing ? { mode: "replace", revision: this.revision } : {};
      return this.change(`sets/${set.id}/load/`, "POST", way);
    });
  }

  /** @param {SavedSet} set */
  async deleteSet(set) {
    const path = `sets/${set.id}/?version=${set.version}`;
    await this.inTurn(() => this.change(path, "DELETE"));
  }

  /**
   * @param {"json" | "csv"} ending
   * @param {SavedSet} [set]
   * @returns {string} where the file is
   */
  fileAddress(ending, set) {
    return `${this.base}export.${ending}${set ? `?set=${set.id}` : ""}`;
  }
}
