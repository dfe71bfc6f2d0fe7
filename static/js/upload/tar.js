/** A tar archive that is never built: headers beside references to the files, read as it is sent. */

/**
 * @typedef {{path: string, file: File}} TarMember
 * @typedef {{body: Blob, sizes: number[]}} TarBody sizes: bytes of each member with its headers
 */

const BLOCK = 512;
const END_BLOCKS = 2;
const LONGEST_NAME = 100;
const LARGEST_OCTAL = 8 ** 11;
const REGULAR = "0";
const EXTENDED = "x";
const encoder = new TextEncoder();

/**
 * The archive of some files, in the POSIX format with extended headers where a name or a size does
 * not fit the plain one.
 * @param {TarMember[]} members
 * @returns {TarBody}
 */
export function tarOf(members) {
  /** @type {BlobPart[]} */
  const parts = [];
  const sizes = members.map(({ path, file }) => {
    const headers = headersOf(path, file.size, Math.floor(file.lastModified / 1000));
    const padding = new Uint8Array(padded(file.size) - file.size);
    parts.push(...headers, file, padding);
    return headers.reduce((sum, header) => sum + header.length, 0) + padded(file.size);
  });
  parts.push(new Uint8Array(END_BLOCKS * BLOCK));
  return { body: new Blob(parts, { type: "application/x-tar" }), sizes };
}

/**
 * @param {number} bytes
 * @returns {number} up to the next whole block
 */
function padded(bytes) {
  return Math.ceil(bytes / BLOCK) * BLOCK;
}

/**
 * @param {string} path
 * @param {number} size
 * @param {number} seconds when it was last written
 * @returns {Uint8Array<ArrayBuffer>[]}
 */
function headersOf(path, size, seconds) {
  /** @type {[string, string][]} */
  const extended = [];
  const name = encoder.encode(path);
  const isPlain = name.length === path.length && name.length <= LONGEST_NAME;
  if (!isPlain) extended.push(["path", path]);
  if (size >= LARGEST_OCTAL) extended.push(["size", String(size)]);
  const short = isPlain ? name : name.subarray(0, LONGEST_NAME);
  const plain = header(short, size < LARGEST_OCTAL ? size : 0, seconds, REGULAR);
  if (extended.length === 0) return [plain];
  const records = recordsOf(extended);
  const body = new Uint8Array(padded(records.length));
  body.set(records);
  return [header(encoder.encode("pax"), records.length, seconds, EXTENDED), body, plain];
}

/**
 * Extended header records; each begins with its own length, digits included.
 * @param {[string, string][]} pairs
 * @returns {Uint8Array}
 */
function recordsOf(pairs) {
  const lines = pairs.map(([key, value]) => {
    const rest = encoder.encode(` ${key}=${value}\n`).length;
    let length = rest + 1;
    while (String(length).length + rest !== length) length = String(length).length + rest;
    return `${length} ${key}=${value}\n`;
  });
  return encoder.encode(lines.join(""));
}

/**
 * @param {Uint8Array} name at most 100 bytes
 * @param {number} size
 * @param {number} seconds
 * @param {string} kind
 * @returns {Uint8Array<ArrayBuffer>} one block
 */
function header(name, size, seconds, kind) {
  const block = new Uint8Array(BLOCK);
  const text = (/** @type {number} */ at, /** @type {string} */ value) =>
    block.set(encoder.encode(value), at);
  const octal = (/** @type {number} */ at, /** @type {number} */ digits, /** @type {number} */ n) =>
    text(at, n.toString(8).padStart(digits, "0"));
  block.set(name);
  octal(100, 7, 0o644);
  octal(108, 7, 0);
  octal(116, 7, 0);
  octal(124, 11, size);
  octal(136, 11, Math.max(0, seconds));
  text(148, " ".repeat(8)); // the sum is taken as if it were blank
  text(156, kind);
  text(257, "ustar\u000000");
  octal(
    148,
    6,
    block.reduce((sum, byte) => sum + byte, 0),
  );
  block[154] = 0;
  return block;
}
