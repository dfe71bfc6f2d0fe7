/** A server of annotations in memory, with the product's rules of versions and revisions. */

import { ApiError } from "../../static/js/kit/http.js";

/** @param {unknown} value */
const copied = (value) => JSON.parse(JSON.stringify(value));
const gone = () => new ApiError("request.not_found", "Not there", "", "");
const stale = (/** @type {unknown} */ current) =>
  new ApiError("annotation.stale", "Somebody else changed it first", "", "", { current });

export class MemoryServer {
  constructor() {
    this.revision = 0;
    /** @type {Record<string, any>[]} */
    this.annotations = [];
    /** @type {Record<string, any>[]} */
    this.sets = [];
    this.reads = 0;
    this.last = 0;
    this.isDown = false;
  }

  /** What a board is given to speak through. */
  wires() {
    return {
      send: /** @type {any} */ (
        async (/** @type {string} */ url, /** @type {any} */ options) =>
          copied((await this.send(url, options)) ?? null)
      ),
      ask: async (/** @type {string} */ _url, /** @type {string | null} */ tag) => this.ask(tag),
    };
  }

  /** @param {string | null} tag */
  ask(tag) {
    if (this.isDown) throw new TypeError("Failed to fetch");
    if (tag === String(this.revision)) return null;
    this.reads++;
    const { revision, annotations, sets } = this;
    return { tag: String(revision), body: copied({ revision, annotations, sets }) };
  }

  /** @param {string} url @param {{method: string, json?: any, body?: any}} options */
  async send(url, { method, json, body }) {
    if (this.isDown) throw new TypeError("Failed to fetch");
    const { pathname, searchParams } = new URL(url, "http://x");
    const place = pathname.split("annotations/")[1].split("/").filter(Boolean);
    if (place[0] === "import") return this.bringIn(JSON.parse(body), searchParams);
    if (place.length === 0) return method === "POST" ? this.put(json) : this.clear(searchParams);
    const found = this.annotations.find(({ id }) => id === place[0]);
    if (!found) throw gone();
    const version = method === "DELETE" ? Number(searchParams.get("version")) : json.version;
    if (found.version !== version) throw stale(copied(found));
    this.revision++;
    if (method === "DELETE") this.annotations.splice(this.annotations.indexOf(found), 1);
    else Object.assign(found, json, { version: version + 1 });
    return found;
  }

  /** @param {Record<string, any>} draft */
  put(draft) {
    this.revision++;
    const id = `id-${++this.last}`;
    const rest = { end_ns: null, colour: "blue", note: "", part: null, row: "", version: 1 };
    const made = { ...rest, ...draft, id };
    this.annotations.push({ ...made, kind: made.end_ns === null ? "marker" : "region" });
    return this.annotations.at(-1);
  }

  /** @param {URLSearchParams} query */
  clear(query) {
    if (Number(query.get("revision")) !== this.revision) throw stale({ revision: this.revision });
    this.revision++;
    return { deleted: this.annotations.splice(0).length };
  }

  /** @param {Record<string, any>[]} drafts @param {URLSearchParams} query */
  bringIn(drafts, query) {
    if (query.get("mode") === "replace") this.clear(query);
    for (const draft of drafts) this.put(draft);
    return { added: drafts.length, already_there: 0 };
  }
}
