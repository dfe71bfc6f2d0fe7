/** What a file is and which id it carries, from its first bytes. Same rules as profiles/pairing.py. */

const NEFF_HEADER = 1024;
const NEFF_UUID = 204;
const NTFF_PROTOBUF = 128;
const ID_BYTES = 16;
const MOST_PROTOBUF = 64 * 1024 * 1024;

/**
 * @typedef {{role: "neff" | "ntff" | null, neffId: string, executions: string[], stored: string}} Sniffed
 */

/**
 * @param {Uint8Array} bytes
 * @returns {string} hexadecimal, empty when all bytes are zero
 */
function hex(bytes) {
  if (bytes.every((byte) => byte === 0)) return "";
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
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
 * @param {Uint8Array} head at least the first 256 bytes
 * @returns {"neff" | "ntff" | null}
 */
export function roleOf(head) {
  if (head.length >= 24) {
    const version = u64(head, 0);
    if (u64(head, 8) === NEFF_HEADER && version > 0 && version < 65536) return "neff";
  }
  if (head.length >= 9) {
    const version = head[0] ?? 0;
    const length = u64(head, 1);
    if (version > 0 && version <= 31 && length > 0 && length < 2 ** 36) return "ntff";
  }
  return null;
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
 * Length-delimited fields; damage ends the walk.
 * @param {Uint8Array} data
 * @returns {Generator<[number, Uint8Array]>}
 */
function* fields(data) {
  let place = 0;
  while (place < data.length) {
    let key;
    [key, place] = varint(data, place);
    if (place < 0) return;
    const wire = key % 8;
    if (wire === 0) [, place] = varint(data, place);
    else if (wire === 1) place += 8;
    else if (wire === 5) place += 4;
    else if (wire === 2) {
      let length;
      [length, place] = varint(data, place);
      if (place < 0 || length > data.length - place) return;
      yield [Math.floor(key / 8), data.subarray(place, place + length)];
      place += length;
    } else return;
    if (place < 0) return;
  }
}

/**
 * @param {Uint8Array} protobuf
 * @returns {{executions: string[], stored: string}}
 */
export function traceIds(protobuf) {
  /** @type {string[]} */
  const executions = [];
  let stored = "";
  for (const [number, value] of fields(protobuf)) {
    if (number === 2) stored = hexAll(value.subarray(0, ID_BYTES));
    if (number === 15) {
      for (const [n, uid] of fields(value)) {
        if (n === 1 && uid.length === ID_BYTES && hex(uid)) executions.push(hex(uid));
      }
    }
  }
  return { executions, stored };
}

/**
 * @param {Uint8Array} bytes
 * @returns {string} hexadecimal, zeros too
 */
function hexAll(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {string} neffId
 * @param {{executions: string[], stored: string}} trace
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
 * Reads what is needed of a file, a few kilobytes as a rule.
 * @param {Blob} file
 * @returns {Promise<Sniffed>}
 */
export async function sniff(file) {
  const head = new Uint8Array(await file.slice(0, NEFF_HEADER).arrayBuffer());
  const role = roleOf(head);
  const empty = { role, neffId: "", executions: [], stored: "" };
  if (role === "neff" && head.length >= NEFF_HEADER) {
    return { ...empty, neffId: hex(head.subarray(NEFF_UUID, NEFF_UUID + ID_BYTES)) };
  }
  if (role !== "ntff") return empty;
  const length = Math.min(u64(head, 1), MOST_PROTOBUF);
  const protobuf = await file.slice(NTFF_PROTOBUF, NTFF_PROTOBUF + length).arrayBuffer();
  return { ...empty, ...traceIds(new Uint8Array(protobuf)) };
}
