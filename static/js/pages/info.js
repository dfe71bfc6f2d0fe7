/** Pages that only show: the theme is all that moves. */

import { initTheme } from "../kit/theme.js";

initTheme();
