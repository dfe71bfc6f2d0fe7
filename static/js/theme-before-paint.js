// Sets the theme before the first paint; a classic script, because modules come too late for that.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    // Storage may be switched off; the system's wish counts then.
  }
  const light = matchMedia("(prefers-color-scheme: light)").matches;
  document.documentElement.dataset.theme = chosen ?? (light ? "light" : "dark");
})();
