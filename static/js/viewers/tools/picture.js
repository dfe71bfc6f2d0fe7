/** The view as a picture: rows with their names, ruler, title, range and legend, saved as PNG or SVG. */

import { make, one, toast } from "../../kit/dom.js";
import { exact } from "../../kit/units.js";
import { rowName } from "../../timeline/gutter.js";

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("./toolbox.js").Tool} Tool */
/** Words of a picture at a place, CSS pixels. @typedef {{x: number, y: number, text: string, isStrong?: boolean, swatch?: string}} Words */

const HEAD = 28;
const RULER = 24;
const FOOT = 26;
const GUTTER = 190;
const FONT = "Inter, system-ui, sans-serif";
const ENTRY_GAP = 16;
const LETTER_PX = 6.4;

/**
 * What is written around the rows.
 * @param {{title: string, range: {start: number, end: number}, width: number, height: number}} view width and height of the rows
 * @param {{name: string, y: number}[]} names of rows, at the middle of each
 * @param {{name: string, colour: string}[]} legend
 * @returns {Words[]}
 */
export function wordsOf({ title, range, height }, names, legend) {
  const times = `${exact(Math.round(range.start))} – ${exact(Math.round(range.end))}`;
  /** @type {Words[]} */
  const words = [{ x: 10, y: HEAD / 2, text: `${title} · ${times}`, isStrong: true }];
  for (const { name, y } of names) words.push({ x: 10, y: HEAD + RULER + y, text: name });
  let x = 10;
  for (const { name, colour } of legend) {
    words.push({ x: x + 14, y: HEAD + RULER + height + FOOT / 2, text: name, swatch: colour });
    x += 14 + name.length * LETTER_PX + ENTRY_GAP;
  }
  return words;
}

/**
 * @param {string} text
 * @returns {string} safe in XML
 */
function escaped(text) {
  const names = /** @type {Record<string, string>} */ ({
    "&": "amp",
    "<": "lt",
    ">": "gt",
    '"': "quot",
  });
  return text.replace(/[&<>"]/g, (sign) => `&${names[sign]};`);
}

/**
 * @param {{width: number, height: number, ground: string, ink: string}} size of the whole picture
 * @param {Words[]} words
 * @param {string} image of ruler and rows, a data address
 * @returns {string} an SVG: words as text, rows as an image
 */
export function svgOf({ width, height, ground, ink }, words, image) {
  const texts = words.map(({ x, y, text, isStrong, swatch }) => {
    const box = swatch
      ? `<rect x="${x - 14}" y="${y - 5}" width="10" height="10" rx="2" fill="${escaped(swatch)}"/>`
      : "";
    const weight = isStrong ? ' font-weight="600"' : "";
    return `${box}<text x="${x}" y="${y}" dominant-baseline="central"${weight}>${escaped(text)}</text>`;
  });
  const area = `x="${GUTTER}" y="${HEAD}" width="${width - GUTTER}" height="${height - HEAD - FOOT}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escaped(FONT)}" font-size="12" fill="${escaped(ink)}"><rect width="${width}" height="${height}" fill="${escaped(ground)}"/><image ${area} preserveAspectRatio="none" href="${image}"/>${texts.join("")}</svg>`;
}

/** @param {TimelineViewer} viewer */
function partsOf(viewer) {
  const { host, plot, frame, scrollY, range } = viewer;
  const style = getComputedStyle(host);
  const read = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const names = (frame?.rows ?? [])
    .map((row) => ({
      name: rowName(viewer.document, row) || row.group.title,
      y: row.y + row.height / 2 - scrollY,
    }))
    .filter(({ y }) => y > 0 && y < plot.height);
  const legend = [...one("[data-legend]", host).querySelectorAll(".swatch")].map((swatch) => ({
    name: swatch.parentElement?.textContent?.trim() ?? "",
    colour: getComputedStyle(swatch).backgroundColor,
  }));
  const title = host.dataset.name ?? "";
  const words = wordsOf({ title, range, width: plot.width, height: plot.height }, names, legend);
  return {
    words,
    width: GUTTER + plot.width,
    height: HEAD + RULER + plot.height + FOOT,
    ...{ ground: read("--bg-1"), ink: read("--text-1") },
  };
}

/**
 * Ruler and rows as they are on the screen.
 * @param {TimelineViewer} viewer
 * @returns {HTMLCanvasElement}
 */
function rowsOf({ rulerCanvas, plot, marksCanvas }) {
  const { width, height, ratio } = plot;
  const canvas = /** @type {HTMLCanvasElement} */ (make("canvas"));
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round((height + RULER) * ratio);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.scale(ratio, ratio);
  context.drawImage(rulerCanvas, 0, 0, width, RULER);
  for (const layer of [plot.canvas, marksCanvas]) context.drawImage(layer, 0, RULER, width, height);
  return canvas;
}

/**
 * @param {TimelineViewer} viewer
 * @returns {HTMLCanvasElement}
 */
function pngOf(viewer) {
  const { words, width, height, ground, ink } = partsOf(viewer);
  const { ratio } = viewer.plot;
  const canvas = /** @type {HTMLCanvasElement} */ (make("canvas"));
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.scale(ratio, ratio);
  context.fillStyle = ground;
  context.fillRect(0, 0, width, height);
  context.drawImage(rowsOf(viewer), GUTTER, HEAD, width - GUTTER, height - HEAD - FOOT);
  context.textBaseline = "middle";
  for (const { x, y, text, isStrong, swatch } of words) {
    if (swatch) {
      context.fillStyle = swatch;
      context.fillRect(x - 14, y - 5, 10, 10);
    }
    context.fillStyle = ink;
    context.font = `${isStrong ? 600 : 400} 12px ${FONT}`;
    context.fillText(text, x, y);
  }
  return canvas;
}

/**
 * @param {TimelineViewer} viewer
 * @param {"png" | "svg"} ending
 */
async function save(viewer, ending) {
  viewer.draw();
  /** @type {Blob | null} */
  let file;
  if (ending === "png") file = await new Promise((done) => pngOf(viewer).toBlob(done, "image/png"));
  else {
    const { words, ...size } = partsOf(viewer);
    const svg = svgOf(size, words, rowsOf(viewer).toDataURL("image/png"));
    file = new Blob([svg], { type: "image/svg+xml" });
  }
  if (!file) {
    toast("The browser does not give the picture", "warn");
    return;
  }
  const address = URL.createObjectURL(file);
  const { start, end } = viewer.range;
  const name = `${viewer.host.dataset.name ?? "timeline"}_${Math.round(start)}-${Math.round(end)}ns`;
  const link = make("a", { href: address, download: `${name}.${ending}` });
  document.body.append(link);
  link.click();
  link.remove();
  URL.revokeObjectURL(address);
}

/**
 * @param {TimelineViewer} viewer
 * @returns {Tool}
 */
export function picture(viewer) {
  const menu = one("#trace-menu", viewer.host);
  for (const [ending, title] of /** @type {const} */ ([
    ["png", "Picture of the view, PNG"],
    ["svg", "Picture of the view, SVG"],
  ])) {
    const item = make("button", { role: "menuitem", type: "button" }, title);
    item.addEventListener("click", () => {
      menu.hidePopover();
      void save(viewer, ending);
    });
    menu.append(item);
  }
  return {
    name: "picture",
    commands: [
      { name: "Save the view as PNG", run: () => void save(viewer, "png") },
      { name: "Save the view as SVG", run: () => void save(viewer, "svg") },
    ],
  };
}
