/** A name changed where it stands: Enter keeps it, Esc gives it up. */

import { make, one, toast } from "../kit/dom.js";
import { ApiError, request } from "../kit/http.js";

/**
 * Turns the name of a row into a field.
 * @param {HTMLElement} row
 * @param {() => void} renamed
 */
export function renameInRow(row, renamed) {
  if (row.querySelector("[data-editing]")) return;
  const link = /** @type {HTMLAnchorElement} */ (one(".name__link", row));
  const old = row.dataset.name ?? "";
  const field = /** @type {HTMLInputElement} */ (
    make("input", { class: "field name__field", "data-editing": "", "aria-label": "Name" })
  );
  field.value = old;
  const problem = make("div", { class: "field-error small", role: "alert", "data-problem": "" });
  link.hidden = true;
  link.after(field, problem);
  field.select();
  let isOver = false;

  /** @param {boolean} isFocused */
  const end = (isFocused) => {
    if (isOver) return;
    isOver = true;
    field.remove();
    problem.remove();
    link.hidden = false;
    if (isFocused) link.focus();
  };

  const keep = async () => {
    const name = field.value.trim();
    if (name === old) return end(true);
    try {
      const profile = await request(`/api/v1/profiles/${row.dataset.id}/`, {
        method: "PATCH",
        json: { name },
      });
      link.textContent = profile.name;
      end(true);
      toast("Renamed", "check");
      renamed();
    } catch (error) {
      field.setAttribute("aria-invalid", "true");
      problem.textContent =
        error instanceof ApiError ? `${error.title}. ${error.hint}` : "The server did not answer.";
    }
  };

  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") void keep();
    else if (event.key === "Escape") end(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  field.addEventListener("blur", () => window.setTimeout(() => end(false), 150));
}
