/** Activity fingerprints: six lanes of a run, drawn once per theme from a few hundred bytes. */

const INK_LEAST = 0.3;

/** @typedef {{lanes: {name: string, busy: number[], colour: number[]}[]}} Activity */

/** @type {Map<string, Promise<Activity>>} */
const known = new Map();
/** @type {IntersectionObserver | null} */
let observer = null;

/**
 * Draws the fingerprints of these rows once they come into view.
 * @param {Iterable<Element>} rows
 */
export function drawActivity(rows) {
  observer ??= new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      observer?.unobserve(entry.target);
      void draw(/** @type {HTMLCanvasElement} */ (entry.target));
    }
  });
  for (const row of rows) {
    for (const canvas of row.querySelectorAll("canvas[data-activity]")) observer.observe(canvas);
  }
}

/** Draws all of them again: the theme has changed. */
export function redrawActivity() {
  drawActivity([document.documentElement]);
}

/**
 * @param {string} url
 * @returns {Promise<Activity>}
 */
function activityOf(url) {
  let found = known.get(url);
  if (!found) {
    found = fetch(url).then((answer) => {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    });
    found.catch(() => known.delete(url));
    known.set(url, found);
  }
  return found;
}

const GREY = 8;
const HUES = ["blue", "sky", "green", "yellow", "orange", "pink", "violet", "red", "grey"];

/**
 * Draws the fingerprint of the run whose address the canvas carries.
 * @param {HTMLCanvasElement} canvas
 * @returns {Promise<Activity | null>} what was drawn; null where it cannot be read
 */
export async function draw(canvas) {
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  /** @type {Activity} */
  let activity;
  try {
    activity = await activityOf(canvas.dataset.activity ?? "");
  } catch {
    canvas.title = "The activity cannot be read";
    return null;
  }
  const style = getComputedStyle(document.documentElement);
  const colours = HUES.map((hue) => style.getPropertyValue(`--c-${hue}`).trim());
  pen.clearRect(0, 0, canvas.width, canvas.height);
  const height = canvas.height / activity.lanes.length;
  activity.lanes.forEach(({ busy, colour }, lane) => {
    const width = canvas.width / busy.length;
    busy.forEach((share, column) => {
      if (share <= 0) return;
      pen.globalAlpha = INK_LEAST + (1 - INK_LEAST) * Math.min(share, 1);
      pen.fillStyle = colours[colour[column] ?? GREY] ?? "";
      const left = Math.round(column * width);
      const right = Math.round((column + 1) * width);
      // Control and sync are half as high, as on the timeline.
      const rise = colour[column] === GREY ? height / 2 : 1;
      pen.fillRect(left, lane * height + rise, right - left, height - rise - 1);
    });
  });
  canvas.setAttribute("aria-label", label(activity));
  return activity;
}

/**
 * @param {Activity} activity
 * @returns {string} the mean busy share of each lane
 */
function label({ lanes }) {
  const texts = lanes.map(({ name, busy }) => {
    const mean = busy.reduce((sum, share) => sum + share, 0) / Math.max(busy.length, 1);
    return `${name} ${Math.round(mean * 100)} %`;
  });
  return `Busy: ${texts.join(", ")}`;
}
