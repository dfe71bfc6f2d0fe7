/** Requests to our own server, with its errors as they are. */

/** An error answer of the API. */
export class ApiError extends Error {
  /**
   * @param {string} code
   * @param {string} title
   * @param {string} detail
   * @param {string} hint
   */
  constructor(code, title, detail, hint) {
    super(detail || title);
    this.code = code;
    this.title = title;
    this.hint = hint;
  }
}

/**
 * What an error body says.
 * @param {unknown} body
 * @param {number} status
 * @returns {ApiError}
 */
export function errorOf(body, status) {
  const error = /** @type {{error?: Record<string, string>}} */ (body)?.error;
  return new ApiError(
    error?.code ?? `http.${status}`,
    error?.title ?? "The server did not answer",
    error?.detail ?? "",
    error?.hint ?? "",
  );
}

/**
 * Sends a request and gives the JSON of the answer; null where there is none.
 * @param {string} url
 * @param {RequestInit & {json?: unknown}} [options]
 * @returns {Promise<any>}
 */
export async function request(url, options = {}) {
  const { json, ...rest } = options;
  const headers = new Headers(rest.headers);
  if (json !== undefined) headers.set("Content-Type", "application/json");
  const body = json === undefined ? rest.body : JSON.stringify(json);
  const answer = await fetch(url, { ...rest, headers, body });
  if (answer.status === 204) return null;
  const text = await answer.text();
  let content = null;
  try {
    content = JSON.parse(text);
  } catch {
    // An answer that is no JSON is told by its status below.
  }
  if (!answer.ok) throw errorOf(content, answer.status);
  return content;
}
