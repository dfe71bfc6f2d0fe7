/** The thread in which tiles are fetched and decoded. */

import { serveTiles } from "./tile-loader.js";

serveTiles(/** @type {any} */ (globalThis), globalThis.fetch.bind(globalThis));
