/** New rows into the table on screen: only what changed is touched, so focus and menus stay. */

/** @type {WeakMap<Element, string>} */
const written = new WeakMap();

/**
 * A row's markup as the server wrote it; what the page has done to it since does not count.
 * @param {Element} row
 * @returns {string}
 */
function markup(row) {
  return written.get(row) ?? row.outerHTML;
}

/**
 * Whether somebody is busy with the row: a name being typed, a menu open.
 * @param {Element} row
 * @returns {boolean}
 */
function isBusy(row) {
  return row.querySelector("[data-editing], :popover-open") !== null;
}

/**
 * Remembers the rows the page came with.
 * @param {ParentNode} table
 */
export function rememberRows(table) {
  for (const row of table.querySelectorAll("tr[id]")) written.set(row, row.outerHTML);
}

/**
 * Makes the body on screen show the rows of the new one, in its order.
 * @param {Element} body
 * @param {Element} next
 * @returns {Element[]} rows put in
 */
export function mergeRows(body, next) {
  const present = new Map(Array.from(body.children, (row) => [row.id, row]));
  /** @type {Element[]} */
  const added = [];
  /** @type {Element | null} */
  let last = null;
  for (const wanted of Array.from(next.children)) {
    const text = wanted.outerHTML;
    const known = present.get(wanted.id);
    let row = known ?? wanted;
    if (!known || (markup(known) !== text && !isBusy(known))) {
      if (known) replaceRow(known, wanted);
      written.set(wanted, text);
      added.push(wanted);
      row = wanted;
    }
    present.delete(wanted.id);
    /** @type {Element | null} */
    const place = last ? last.nextElementSibling : body.firstElementChild;
    if (place !== row) body.insertBefore(row, place);
    last = row;
  }
  for (const gone of present.values()) gone.remove();
  return added;
}

/**
 * @param {Element} old
 * @param {Element} next
 */
function replaceRow(old, next) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const place = focused ? Array.from(old.querySelectorAll("a, button")).indexOf(focused) : -1;
  old.replaceWith(next);
  const again = Array.from(next.querySelectorAll("a, button"))[place];
  if (again instanceof HTMLElement) again.focus();
}
