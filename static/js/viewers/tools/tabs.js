/** The pages of the side panel: the event, and one for each tool that has one. */

import { make, one } from "../../kit/dom.js";

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("./toolbox.js").Tab} Tab */

const EVENT = "event";

export class PanelTabs {
  /** @param {TimelineViewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.shown = EVENT;
    /** @type {Map<string, {tab: Tab, button: HTMLElement, body: HTMLElement}>} */
    this.tabs = new Map();
  }

  /**
   * @param {Tab} tab
   * @returns {HTMLElement} the page's body, to be filled at any time
   */
  add(tab) {
    const { host } = this.viewer;
    const button = make(
      "button",
      {
        class: "panel__tab panel__tab--tool",
        type: "button",
        "aria-pressed": "false",
        "data-tab": tab.name,
      },
      tab.title,
    );
    button.addEventListener("click", () => this.show(tab.name));
    const body = make("div", { class: "panel__body", tabindex: "-1", "data-page": tab.name });
    body.hidden = true;
    one("[data-tab-end]", host).before(button);
    one("[data-event]", host).after(body);
    this.tabs.set(tab.name, { tab, button, body });
    return body;
  }

  /**
   * Brings a page to the front; an unknown name brings back the event.
   * @param {string} name
   */
  show(name) {
    const { host } = this.viewer;
    const chosen = this.tabs.get(name);
    this.shown = chosen ? name : EVENT;
    if (chosen) host.classList.remove("tl--bare");
    for (const [other, { button, body }] of this.tabs) {
      body.hidden = other !== name;
      button.setAttribute("aria-pressed", String(other === name));
    }
    one("[data-event]", host).hidden = chosen !== undefined;
    host.classList.remove("tl--flow");
    for (const flow of host.querySelectorAll("[data-flow]")) flow.toggleAttribute("hidden", true);
    host.querySelector("[data-act='flow-tab']")?.setAttribute("aria-pressed", "false");
    one("[data-act='fold']", host).setAttribute("aria-pressed", String(!chosen));
    host.dispatchEvent(new CustomEvent("tabshown", { detail: this.shown }));
    chosen?.tab.show?.(chosen.body);
  }

  /**
   * Says beside a page's name how many things are on it.
   * @param {string} name
   * @param {number} count
   */
  tell(name, count) {
    const known = this.tabs.get(name);
    const badge = make("span", { class: "badge" }, String(count));
    known?.button.replaceChildren(known.tab.title, ...(count > 0 ? [" ", badge] : []));
  }

  /**
   * @param {string} name
   * @returns {HTMLElement} the body of a page
   */
  body(name) {
    return one(`[data-page="${name}"]`, this.viewer.host);
  }
}
