/** Handing a trace to Perfetto's pages, by the messages its documentation describes. */

const ASK_EVERY_MS = 50;
const GIVE_UP_AFTER_MS = 30_000;

/**
 * The address of a run's trace, whole or of a range.
 * @param {string} profile
 * @param {number} run
 * @param {{start: number, end: number} | null} range
 * @returns {string}
 */
export function traceAddress(profile, run, range) {
  const path = `/api/v1/profiles/${profile}/runs/${run}/perfetto/`;
  if (range === null) return path;
  return `${path}?start_ns=${Math.floor(range.start)}&end_ns=${Math.ceil(range.end)}`;
}

/**
 * Opens Perfetto's page and gives it the trace. The window is opened first, while the click that
 * asked for it still counts; the trace is sent once the page answers.
 *
 * Throws when the window is blocked, the trace cannot be read, or the page stays silent.
 * @param {string} page Perfetto's address
 * @param {string} address of the trace
 * @param {string} title
 * @param {Window} [here]
 * @returns {Promise<void>}
 */
export async function openInPerfetto(page, address, title, here = window) {
  const origin = new URL(page).origin;
  const opened = here.open(page);
  if (opened === null) throw new Error("The browser blocked the window of Perfetto.");
  const answer = await here.fetch(address);
  if (!answer.ok) throw new Error(`The trace could not be read (${answer.status}).`);
  const buffer = await answer.arrayBuffer();
  await untilReady(opened, origin, here);
  const fileName = `${title}.pftrace`;
  opened.postMessage({ perfetto: { buffer, title, fileName } }, origin, [buffer]);
}

/**
 * Asks until the page says that it listens.
 * @param {Window} opened
 * @param {string} origin
 * @param {Window} here
 * @returns {Promise<void>}
 */
function untilReady(opened, origin, here) {
  return new Promise((resolve, reject) => {
    const asking = here.setInterval(() => opened.postMessage("PING", origin), ASK_EVERY_MS);
    const silent = here.setTimeout(() => {
      end();
      reject(new Error(`${origin} does not answer.`));
    }, GIVE_UP_AFTER_MS);
    /** @param {MessageEvent} event */
    const hear = (event) => {
      if (event.origin !== origin || event.source !== opened || event.data !== "PONG") return;
      end();
      resolve();
    };
    const end = () => {
      here.clearInterval(asking);
      here.clearTimeout(silent);
      here.removeEventListener("message", hear);
    };
    here.addEventListener("message", hear);
  });
}
