/** Requests to our own server, with its errors as they are. */

/** An error answer of the API. */
export class ApiError extends Error {
  /**
   * @param {string} code
   * @param {string} title
   * @param {string} detail
   * @param {string} hint
   * @param {Record<string, any> | null} [fields] what is wrong with which field, or what it is now
   */
  constructor(code, title, detail, hint, fields = null) {
    super(detail || title);
    this.code = code;
    this.title = title;
    this.hint = hint;
    this.fields = fields;
  }
}

/**
 * What an error body says.
 * @param {unknown} body
 * @param {number} status
 * @returns {ApiError}
 */
export function errorOf(body, status) {
  const error = /** @type {{error?: Record<string, any>}} */ (body)?.error;
  return new ApiError(
    error?.code ?? `http.${status}`,
    error?.title ?? "The server did not answer",
    error?.detail ?? "",
    error?.hint ?? "",
    error?.fields ?? null,
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

/**
 * Reads what may have changed since its tag; null while it has not.
 * @param {string} url
 * @param {string | null} tag
 * @returns {Promise<{tag: string | null, body: any} | null>}
 */
export async function requestIfChanged(url, tag) {
  const headers = new Headers(tag ? { "If-None-Match": tag } : {});
  const answer = await fetch(url, { headers, cache: "no-store" });
  if (answer.status === 304) return null;
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw errorOf(body, answer.status);
  return { tag: answer.headers.get("ETag"), body };
}
