/** The tabs of the capture commands. */

/** Makes tabs switch their panels, by pointer and by arrow key. */
export function initTabs() {
  for (const list of document.querySelectorAll("[role='tablist']")) {
    const tabs = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("[role='tab']")]);
    /** @param {HTMLElement} chosen */
    const choose = (chosen) => {
      for (const tab of tabs) {
        const isChosen = tab === chosen;
        tab.setAttribute("aria-selected", String(isChosen));
        tab.tabIndex = isChosen ? 0 : -1;
        const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
        if (panel) panel.hidden = !isChosen;
      }
    };
    tabs.forEach((tab, place) => {
      tab.addEventListener("click", () => choose(tab));
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        const next = step && tabs[(place + step + tabs.length) % tabs.length];
        if (!next) return;
        choose(next);
        next.focus();
      });
    });
  }
}
