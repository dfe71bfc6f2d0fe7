/** One multipart request a profile, with progress; what it takes is decided by the server. */

import { errorOf } from "../kit/http.js";

/**
 * @typedef {{sent: number, total: number, rate: number, left: number}} Progress bytes, bytes a
 *   second, seconds
 * @typedef {import("./queue.js").Order & {key: string}} Outgoing
 */

const WINDOW_MS = 10_000;

/** Bytes a second over the last ten seconds. */
export class Meter {
  constructor() {
    /** @type {[number, number][]} */
    this.points = [];
  }

  /**
   * @param {number} atMs
   * @param {number} bytes sent so far
   * @returns {number} 0 while it cannot be told
   */
  rate(atMs, bytes) {
    this.points.push([atMs, bytes]);
    while (this.points.length > 2 && atMs - (this.points[0]?.[0] ?? 0) > WINDOW_MS) {
      this.points.shift();
    }
    const first = this.points[0];
    if (!first || atMs <= first[0]) return 0;
    return ((bytes - first[1]) * 1000) / (atMs - first[0]);
  }
}

/**
 * How many bytes of each file have been sent, the files going one after the other.
 * @param {number[]} sizes
 * @param {number} sent
 * @returns {number[]}
 */
export function sentOfEach(sizes, sent) {
  let rest = sent;
  return sizes.map((size) => {
    const own = Math.min(Math.max(rest, 0), size);
    rest -= size;
    return own;
  });
}

/**
 * Sends a profile. Resolves to the new profile's document, rejects with ApiError or AbortError.
 * @param {Outgoing} profile
 * @param {AbortSignal} signal
 * @param {(progress: Progress) => void} told
 * @returns {Promise<any>}
 */
export function sendProfile(profile, signal, told) {
  const form = new FormData();
  form.append("name", profile.name);
  const { directory } = profile;
  // Before the archive, so that the server knows of it when the archive has come.
  if (directory?.leftOut?.count) form.append("left_out", JSON.stringify(directory.leftOut));
  if (directory) form.append("directory", directory.body, directory.name);
  if (profile.neff) form.append("neff", profile.neff, profile.neff.name);
  if (profile.result) form.append("official", profile.result, profile.result.name);
  for (const ntff of profile.ntffs) form.append("ntff", ntff, ntff.name);
  const meter = new Meter();
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open("POST", "/api/v1/profiles/");
    xhr.setRequestHeader("Idempotency-Key", profile.key);
    xhr.responseType = "json";
    xhr.upload.addEventListener("progress", (event) => {
      const rate = meter.rate(performance.now(), event.loaded);
      const left = rate > 0 ? (event.total - event.loaded) / rate : Number.POSITIVE_INFINITY;
      told({ sent: event.loaded, total: event.total, rate, left });
    });
    xhr.addEventListener("load", () => {
      if (xhr.status >= 200 && xhr.status < 300) resolve(xhr.response);
      else reject(errorOf(xhr.response, xhr.status));
    });
    xhr.addEventListener("error", () => reject(lost()));
    xhr.addEventListener("abort", () => reject(new DOMException("cancelled", "AbortError")));
    signal.addEventListener("abort", () => xhr.abort());
    xhr.send(form);
  });
}

/** @returns {import("../kit/http.js").ApiError} */
function lost() {
  const detail = "The connection to the server was lost, or a file was moved while it was sent.";
  const hint = "Nothing was kept. Send it again.";
  return errorOf(
    { error: { code: "upload.incomplete", title: "The upload broke off", detail, hint } },
    0,
  );
}
