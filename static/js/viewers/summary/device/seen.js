/** What the timeline showed last, kept in this tab for the summary of the same profile. */

/** @typedef {{start: number, end: number}} Span */

/** @param {string} profile */
const key = (profile) => `seen:${profile}`;

/**
 * Keeps the range a person looks at: what is marked, else what is in view.
 * @param {string} profile
 * @param {{marked: Span | null, range: Span, duration: number}} view
 * @param {Storage} [storage]
 */
export function keepSeen(profile, { marked, range, duration }, storage = sessionStorage) {
  const { start, end } = marked ?? range;
  const span = {
    start: Math.max(0, Math.round(start)),
    end: Math.min(duration, Math.round(end)),
  };
  const isWhole = span.start === 0 && span.end === duration;
  try {
    if (isWhole || span.end <= span.start) storage.removeItem(key(profile));
    else storage.setItem(key(profile), JSON.stringify(span));
  } catch {
    // Without storage the summary does not know what was in view.
  }
}

/**
 * @param {string} profile
 * @param {Storage} [storage]
 * @returns {Span | null}
 */
export function lastSeen(profile, storage = sessionStorage) {
  try {
    const { start, end } = JSON.parse(storage.getItem(key(profile)) ?? "{}");
    return Number.isFinite(start) && Number.isFinite(end) && end > start ? { start, end } : null;
  } catch {
    return null;
  }
}
