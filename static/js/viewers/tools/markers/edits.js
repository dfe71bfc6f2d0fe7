/** Edits of markers with their way back, and what to do when somebody else was first. */

import { Conflict } from "../../../data/annotation-board.js";
import { make, toast } from "../../../kit/dom.js";
import { ApiError } from "../../../kit/http.js";
import { exact } from "../../../kit/units.js";
import { timesText } from "./drawing.js";

/** @typedef {import("../../../data/annotation-board.js").AnnotationBoard} AnnotationBoard */
/** @typedef {import("../../../data/annotation-board.js").Annotation} Annotation */
/** @typedef {import("../../../data/annotation-board.js").Draft} Draft */
/** @typedef {import("../../../data/annotation-board.js").SavedSet} SavedSet */
/** What is undone, and how. @typedef {{name: string, run: () => Promise<unknown>}} Step */
/** A question that an edit ended in, with its answers. @typedef {{text: string, answers: {name: string, run: () => Promise<unknown>}[]}} Question */

const MOST_STEPS = 50;
const FIELDS = /** @type {const} */ ([
  ...["name", "start_ns", "end_ns", "colour", "note", "part", "row"],
]);
/** @type {Record<string, string>} */
const WORDS = { start_ns: "time", end_ns: "end", colour: "colour", note: "note", name: "name" };

/**
 * @param {Annotation} one
 * @returns {Draft} what it holds, without who it is
 */
export function draftOf(one) {
  return /** @type {Draft} */ (
    Object.fromEntries(FIELDS.map((name) => [name, /** @type {any} */ (one)[name]]))
  );
}

/**
 * @param {Conflict} conflict
 * @returns {string} what happened, and what it is now
 */
export function conflictText({ base, current, changes }) {
  if (!current) return `Somebody else deleted “${base.name}”.`;
  if (!changes)
    return `Somebody else changed “${base.name}” first. It is now “${current.name}”, ${timesText(current)}.`;
  const fields = Object.keys(changes).map((name) => WORDS[name] ?? name);
  const mine = Object.values(changes).map((value) => valueText(value));
  return `Somebody else changed the ${fields.join(" and ")} of “${base.name}” first. It is now “${current.name}”, ${timesText(current)}${current.note ? `, note: ${current.note}` : ""}. Yours: ${mine.join(", ")}.`;
}

/**
 * @param {unknown} value of a field
 * @returns {string}
 */
function valueText(value) {
  if (typeof value === "number") return exact(value);
  return value === null || value === "" ? "nothing" : `“${value}”`;
}

export class Edits {
  /**
   * @param {AnnotationBoard} board
   * @param {{changed: () => void, choose: (id: string | null) => void, say: (text: string) => void}} hears
   */
  constructor(board, hears) {
    this.board = board;
    this.hears = hears;
    /** @type {Step[]} */
    this.steps = [];
    /** What was deleted and put back, by its old id. @type {Map<string, string>} */
    this.again = new Map();
    /** @type {Question | null} */
    this.question = null;
    this.problem = "";
  }

  /**
   * Does something to the board; what goes wrong is asked or said, never lost.
   * @template T
   * @param {() => Promise<T>} act
   * @returns {Promise<T | null>}
   */
  async attempt(act) {
    this.problem = "";
    this.question = null;
    try {
      return await act();
    } catch (error) {
      if (error instanceof Conflict) this.ask(error);
      else if (error instanceof ApiError)
        this.problem = [error.message, error.hint].filter(Boolean).join(" ");
      else this.problem = "The server does not answer. Nothing was changed.";
      return null;
    } finally {
      this.hears.changed();
    }
  }

  /**
   * @param {Partial<Draft>} draft
   * @returns {Promise<Annotation | null>}
   */
  async put(draft) {
    const made = await this.attempt(() => this.board.put(draft));
    if (!made) return null;
    this.hears.choose(made.id);
    this.done(`Put “${made.name}”`, () => this.removeNow(made.id));
    this.hears.say(`${made.kind} ${made.name} at ${timesText(made)}`);
    return made;
  }

  /**
   * @param {Annotation} seen
   * @param {Partial<Draft>} changes
   * @returns {Promise<Annotation | null>}
   */
  async change(seen, changes) {
    const after = await this.attempt(() => this.board.edit(seen, changes));
    if (!after) return null;
    const before = /** @type {Partial<Draft>} */ (
      Object.fromEntries(
        Object.keys(changes).map((name) => [name, /** @type {any} */ (seen)[name]]),
      )
    );
    this.done(`Changed “${after.name}”`, () =>
      this.board.edit({ ...after, id: this.idNow(after.id) }, before),
    );
    this.hears.say(`${after.kind} ${after.name} at ${timesText(after)}`);
    return after;
  }

  /** @param {Annotation} seen */
  async remove(seen) {
    const isGone = await this.attempt(async () => {
      await this.board.remove(seen);
      return true;
    });
    if (!isGone) return;
    this.hears.choose(null);
    this.done(`Deleted “${seen.name}”`, () => this.putBack(seen));
    this.hears.say(`${seen.name} deleted`);
  }

  /** Deletes all of them. */
  async clear() {
    const before = this.board.annotations.map(draftOf);
    const found = await this.attempt(() => this.board.clear());
    if (!found) return;
    this.hears.choose(null);
    const file = JSON.stringify(before);
    this.done(`Deleted ${found.deleted} markers and regions`, () =>
      this.board.bringIn(file, false),
    );
  }

  /**
   * Brings in a file or a set, beside or instead of what is here.
   * @param {Blob | SavedSet} source
   * @param {boolean} isReplacing
   */
  async bringIn(source, isReplacing) {
    const before = JSON.stringify(this.board.annotations.map(draftOf));
    const known = new Set(this.board.annotations.map(({ id }) => id));
    const found = await this.attempt(() =>
      source instanceof Blob
        ? this.board.bringIn(source, isReplacing)
        : this.board.loadSet(source, isReplacing),
    );
    if (!found) return;
    const { added, already_there: there } = found;
    const text = `Added ${added}${there ? `, ${there} were there already` : ""}`;
    const fresh = this.board.annotations.filter(({ id }) => !known.has(id));
    this.done(text, async () => {
      if (isReplacing) await this.board.bringIn(before, true);
      else for (const { id } of fresh) await this.removeNow(id);
    });
  }

  /** Takes the last step back. */
  async undo() {
    const step = this.steps.pop();
    if (!step) {
      toast("There is nothing to undo");
      return;
    }
    const isDone = await this.attempt(async () => {
      await step.run();
      return true;
    });
    if (isDone) toast(`Undone: ${step.name}`, "check");
  }

  /**
   * @param {string} name
   * @param {() => Promise<unknown>} run
   */
  done(name, run) {
    const step = { name, run };
    this.steps.push(step);
    if (this.steps.length > MOST_STEPS) this.steps.shift();
    toast(name, "check");
    const button = make("button", { class: "button button--quiet", type: "button" }, "Undo");
    button.addEventListener("click", () => {
      // Only while nothing was done since: the button speaks of this step.
      if (this.steps.at(-1) === step) void this.undo();
    });
    document.getElementById("toast")?.append(button);
  }

  /**
   * @param {string} id
   * @returns {string} the one it came back as, after it was deleted and put back
   */
  idNow(id) {
    const again = this.again.get(id);
    return again === undefined ? id : this.idNow(again);
  }

  /** @param {string} id */
  async removeNow(id) {
    const current = this.board.find(this.idNow(id));
    if (current) await this.board.remove(current);
  }

  /** @param {Annotation} seen */
  async putBack(seen) {
    const made = await this.board.put(draftOf(seen));
    this.again.set(seen.id, made.id);
    this.hears.choose(made.id);
  }

  /** @param {Conflict} conflict */
  ask(conflict) {
    const { base, current, changes } = conflict;
    const leave = async () => {};
    const text = conflictText(conflict);
    /** @type {Question["answers"]} */
    const answers = [];
    if (current && changes) {
      answers.push({ name: "Use mine", run: () => this.change(current, changes) });
      answers.push({ name: "Keep theirs", run: leave });
    } else if (current) {
      answers.push({ name: "Delete it all the same", run: () => this.remove(current) });
      answers.push({ name: "Keep it", run: leave });
    } else {
      answers.push({ name: "Put it again", run: () => this.put({ ...draftOf(base), ...changes }) });
      answers.push({ name: "Leave it", run: leave });
    }
    this.question = { text, answers };
    this.hears.say(text);
  }

  /** @param {Question["answers"][number]} answer */
  async answer(answer) {
    this.question = null;
    this.hears.changed();
    await answer.run();
  }
}
