/** Profiles on their way, one after the other; the dialog, the list and the tray look at it. */

import { ApiError } from "../kit/http.js";
import { sendProfile } from "./send.js";

/**
 * @typedef {"waiting" | "sending" | "received" | "failed" | "cancelled"} JobState
 * @typedef {{name: string, body: Blob, files: File[], sizes: number[],
 *   leftOut?: import("./capture.js").LeftOut}} Directory an archive and the files in it, each with its
 *   bytes in the archive, and what of the directory stays here
 * @typedef {{name: string, neff: File | null, ntffs: File[], directory?: Directory,
 *   result?: File}} Order
 */

/** A profile on its way. The key stays the same when it is sent again, so it is taken in once. */
export class Job {
  /** @param {Order} order */
  constructor(order) {
    this.order = order;
    this.key = newKey();
    const { neff, ntffs, result, directory } = order;
    this.files = directory?.files ?? [
      ...(neff ? [neff] : []),
      ...ntffs,
      ...(result ? [result] : []),
    ];
    /** @type {JobState} */
    this.state = "waiting";
    this.progress = { sent: 0, total: this.size, rate: 0, left: Number.POSITIVE_INFINITY };
    /** @type {ApiError | null} */
    this.error = null;
    this.control = new AbortController();
  }

  get size() {
    if (this.order.directory) return this.order.directory.body.size;
    return this.files.reduce((sum, file) => sum + file.size, 0);
  }

  get isOnItsWay() {
    return this.state === "waiting" || this.state === "sending";
  }

  /** What was uploaded, in the words users look for. */
  get receivedText() {
    if (this.order.directory) return "Directory uploaded";
    if (this.order.result) return "Result of the official tool uploaded";
    const kinds = [];
    if (this.order.neff) kinds.push("NEFF");
    if (this.order.ntffs.length > 0) kinds.push("NTFF");
    return `${kinds.join(" and ")} uploaded`;
  }
}

/** @returns {string} */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Tells `change` with the job whenever one moves on, and `idle` when none is left to send. */
export class UploadQueue extends EventTarget {
  /** @param {typeof sendProfile} [send] */
  constructor(send = sendProfile) {
    super();
    this.send = send;
    /** @type {Job[]} */
    this.jobs = [];
    this.isRunning = false;
  }

  get isBusy() {
    return this.jobs.some((job) => job.isOnItsWay);
  }

  /**
   * @param {Order} order
   * @returns {Job}
   */
  add(order) {
    const job = new Job(order);
    this.jobs.push(job);
    this.tell(job);
    void this.run();
    return job;
  }

  /**
   * Sends a job that failed once more.
   * @param {Job} job
   */
  again(job) {
    job.state = "waiting";
    job.error = null;
    job.control = new AbortController();
    if (!this.jobs.includes(job)) this.jobs.push(job);
    this.tell(job);
    void this.run();
  }

  /** @param {Job} job */
  cancel(job) {
    if (job.state === "waiting") this.end(job, "cancelled");
    job.control.abort();
  }

  cancelAll() {
    for (const job of this.jobs.filter((one) => one.isOnItsWay)) this.cancel(job);
  }

  /** @param {Job} job */
  forget(job) {
    this.jobs = this.jobs.filter((one) => one !== job);
  }

  /** Bytes and rate of everything on its way, for one line of text. */
  total() {
    const counted = this.jobs.filter((job) => job.isOnItsWay || job.state === "received");
    const sent = counted.reduce((sum, job) => sum + Math.min(job.progress.sent, job.size), 0);
    const size = counted.reduce((sum, job) => sum + job.size, 0);
    const rate = counted.find((job) => job.state === "sending")?.progress.rate ?? 0;
    return { sent, size, rate, left: rate > 0 ? (size - sent) / rate : Number.POSITIVE_INFINITY };
  }

  async run() {
    if (this.isRunning) return;
    this.isRunning = true;
    for (;;) {
      const job = this.jobs.find((one) => one.state === "waiting");
      if (!job) break;
      await this.sendJob(job);
    }
    this.isRunning = false;
    this.dispatchEvent(new Event("idle"));
  }

  /** @param {Job} job */
  async sendJob(job) {
    job.state = "sending";
    this.tell(job);
    const told = (/** @type {import("./send.js").Progress} */ progress) => {
      job.progress = progress;
      this.tell(job);
    };
    try {
      await this.send({ ...job.order, key: job.key }, job.control.signal, told);
      job.progress = { ...job.progress, sent: job.size };
      this.end(job, "received");
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") this.end(job, "cancelled");
      else {
        job.error = error instanceof ApiError ? error : new ApiError("", String(error), "", "");
        this.end(job, "failed");
      }
    }
  }

  /**
   * @param {Job} job
   * @param {JobState} state
   */
  end(job, state) {
    job.state = state;
    this.tell(job);
  }

  /** @param {Job} job */
  tell(job) {
    this.dispatchEvent(new CustomEvent("change", { detail: job }));
  }
}
