/** Dark or light, kept in this browser. */

/** Makes the button in the bar switch the theme. */
export function initTheme() {
  for (const button of document.querySelectorAll("[data-theme-toggle]")) {
    button.addEventListener("click", () => {
      const root = document.documentElement;
      const next = root.dataset.theme === "light" ? "dark" : "light";
      root.dataset.theme = next;
      try {
        localStorage.setItem("theme", next);
      } catch {
        // Without storage the choice lasts as long as the page.
      }
      document.dispatchEvent(new CustomEvent("themechange"));
    });
  }
}
