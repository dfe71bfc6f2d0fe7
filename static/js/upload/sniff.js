/** What a file is and which id it carries, from slices of it. Same rules as profiles/pairing.py. */

const NEFF_HEADER = 1024;
const NEFF_UUID = 204;
const NEFF_NEWEST = 65_536;
const NTFF_PROTOBUF = 128;
const NTFF_NEWEST = 30; // 31 begins every gzip file
const NTFF_LONGEST = 2 ** 36;
const ID_BYTES = 16;
const STORED_ID = 2;
const EXECUTION = 15;
const PIECE = 65_536;
const MOST_FIELDS = 200_000;
const MOST_EXECUTION_BYTES = 1 << 20;

/** The beginning of a JSON whose values are tables; a Chrome trace begins so too, and is none. */
const TABLES = /^\uFEFF?\s*\{\s*"(?!traceEvents"|schemaVersion")[^"\\]{1,200}"\s*:\s*[[{]/;
const PARQUET = "PAR1";

/**
 * @typedef {"neff" | "ntff" | "parquet" | "official"} Role
 * @typedef {{executions: string[], stored: string}} TraceIds hexadecimal
 * @typedef {TraceIds & {role: Role | null, neffId: string}} Sniffed
 */

/**
 * @param {Uint8Array} bytes
 * @returns {string} hexadecimal
 */
function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {Uint8Array} bytes
 * @returns {boolean}
 */
function isId(bytes) {
  return bytes.length === ID_BYTES && bytes.some((byte) => byte !== 0);
}

/**
 * @param {Uint8Array} head
 * @param {number} at
 * @returns {number} a u64 as a number; beyond 2^53 it is only large
 */
function u64(head, at) {
  const view = new DataView(head.buffer, head.byteOffset + at, 8);
  return view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
}

/**
 * What the first bytes look like. A file may fit both only by malice: NEFF is asked first.
 * @param {Uint8Array} head at least the first 256 bytes
 * @returns {"neff" | "ntff" | null}
 */
export function roleOf(head) {
  if (head.length >= 24) {
    const version = u64(head, 0);
    if (u64(head, 8) === NEFF_HEADER && version > 0 && version < NEFF_NEWEST) return "neff";
  }
  if (head.length >= 9) {
    const version = head[0] ?? 0;
    const length = u64(head, 1);
    if (version > 0 && version <= NTFF_NEWEST && length > 0 && length < NTFF_LONGEST) return "ntff";
  }
  return null;
}

/**
 * What the official tool made of a capture: a table in Parquet, or its JSON, also packed.
 * @param {Uint8Array} head
 * @param {string} name
 * @returns {"parquet" | "official" | null}
 */
export function resultOf(head, name) {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(head);
  if (text.startsWith(PARQUET)) return "parquet";
  const isPacked = head[0] === 0x1f && head[1] === 0x8b && /\.json\.gz$/i.test(name);
  return isPacked || TABLES.test(text) ? "official" : null;
}

/** Bytes of a blob, read in pieces: a field's value is skipped without being read. */
class Pieces {
  /**
   * @param {Blob} blob
   */
  constructor(blob) {
    this.blob = blob;
    this.from = 0;
    this.piece = new Uint8Array(0);
  }

  /**
   * @param {number} place
   * @param {number} length at most one piece
   * @returns {Promise<Uint8Array>} shorter at the end
   */
  async at(place, length) {
    if (place < this.from || place + length > this.from + this.piece.length) {
      const slice = this.blob.slice(place, place + Math.max(length, PIECE));
      this.piece = new Uint8Array(await slice.arrayBuffer());
      this.from = place;
    }
    const start = place - this.from;
    return this.piece.subarray(start, start + length);
  }
}

/**
 * @param {Uint8Array} data
 * @param {number} place
 * @returns {[number, number]} value and where it ends; -1 when it is cut or too long
 */
function varint(data, place) {
  let value = 0;
  for (let step = 0; step < 10; step++) {
    const byte = data[place + step];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * step);
    if (byte < 0x80) return [value, place + step + 1];
  }
  return [0, -1];
}

/**
 * Length-delimited fields; others are passed over, damage ends the walk. Values are read only for
 * the fields wanted.
 * @param {Blob} blob
 * @param {number[]} wanted
 * @returns {AsyncGenerator<[number, Uint8Array]>}
 */
async function* fields(blob, wanted) {
  const pieces = new Pieces(blob);
  let place = 0;
  for (let step = 0; step < MOST_FIELDS && place < blob.size; step++) {
    const head = await pieces.at(place, 20);
    const [key, after] = varint(head, 0);
    if (after < 0) return;
    const wire = key % 8;
    const number = Math.floor(key / 8);
    if (wire === 1 || wire === 5) place += after + (wire === 1 ? 8 : 4);
    else if (wire === 0 || wire === 2) {
      const [value, end] = varint(head, after);
      if (end < 0) return;
      place += end;
      if (wire === 0) continue;
      if (value > blob.size - place) return;
      if (wanted.includes(number)) {
        yield [number, await pieces.at(place, Math.min(value, MOST_EXECUTION_BYTES))];
      }
      place += value;
    } else return;
  }
}

/**
 * Ids in the protobuf of an NTFF.
 * @param {Blob} protobuf
 * @returns {Promise<TraceIds>}
 */
export async function traceIds(protobuf) {
  /** @type {string[]} */
  const executions = [];
  let stored = "";
  for await (const [number, value] of fields(protobuf, [STORED_ID, EXECUTION])) {
    if (number === STORED_ID) stored = hex(value.subarray(0, ID_BYTES));
    if (number !== EXECUTION) continue;
    for await (const [, uid] of fields(new Blob([value.slice()]), [1])) {
      if (isId(uid)) executions.push(hex(uid));
    }
  }
  return { executions, stored };
}

/**
 * Whether a NEFF and a trace belong together. An execution's id decides; else the stored id, which
 * the runtime may have cut at a zero byte.
 * @param {string} neffId
 * @param {TraceIds} trace
 * @returns {"same" | "different" | "unknown"}
 */
export function compare(neffId, trace) {
  if (!neffId) return "unknown";
  if (trace.executions.length > 0) {
    return trace.executions.every((uid) => uid === neffId) ? "same" : "different";
  }
  if (!trace.stored) return "unknown";
  return neffId.startsWith(trace.stored) ? "same" : "different";
}

/**
 * Reads what is needed of a file, some kilobytes as a rule.
 * @param {Blob} file
 * @returns {Promise<Sniffed>}
 */
export async function sniff(file) {
  const head = new Uint8Array(await file.slice(0, NEFF_HEADER).arrayBuffer());
  const role = roleOf(head) ?? resultOf(head, file instanceof File ? file.name : "");
  const empty = { role, neffId: "", executions: [], stored: "" };
  if (role === "neff" && head.length >= NEFF_HEADER) {
    const id = head.subarray(NEFF_UUID, NEFF_UUID + ID_BYTES);
    return { ...empty, neffId: isId(id) ? hex(id) : "" };
  }
  if (role !== "ntff") return empty;
  const protobuf = file.slice(NTFF_PROTOBUF, NTFF_PROTOBUF + u64(head, 1));
  return { ...empty, ...(await traceIds(protobuf)) };
}

/**
 * Why a file is no part of a profile, in words.
 * @param {File} file
 * @returns {string}
 */
export function whyIgnored(file) {
  if (file.size === 0) return "empty";
  if (/\.parquet$/i.test(file.name)) return "one table of many: drop its whole folder";
  if (/\.pb$/i.test(file.name)) return "part of a system capture: drop its whole directory";
  return "neither NEFF, NTFF nor the official tool’s JSON by its first bytes";
}
