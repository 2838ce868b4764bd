// The API, as everybody uses it; the session's cookie goes with each request.

import { t } from './words.js';

const ROOT = new URL('.', location.href.split('#')[0]);

export class Refused extends Error {
  constructor(status, message, body) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

/** Whoever wants to know that the session is over. */
export const ended = new EventTarget();

export function address(path) {
  return new URL(path.replace(/^\//, ''), ROOT);
}

/** The body of the answer; a refusal is thrown, with its reason in words. */
export async function call(method, path, body) {
  const headers = { 'X-Wutsd-Console': '1' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let response;
  try {
    response = await fetch(address(path), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin',
      cache: 'no-store',
    });
  } catch {
    throw new Refused(0, t('error.unreachable'));
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  if (response.status === 401 && path !== '/console/session') ended.dispatchEvent(new Event('ended'));
  throw new Refused(response.status, reason(response, answer), answer);
}

function reason(response, answer) {
  const error = answer.error;
  const text = typeof error === 'string' ? error : error?.message;
  if (response.status === 401) return t('error.unauthorized');
  if (response.status === 429) return t('error.busy', { seconds: response.headers.get('Retry-After') ?? '1' });
  return text || t('error.status', { status: response.status });
}

export const get = (path) => call('GET', path);
export const post = (path, body) => call('POST', path, body ?? {});
export const put = (path, body) => call('PUT', path, body);
export const patch = (path, body) => call('PATCH', path, body);
export const remove = (path, body) => call('DELETE', path, body);

/** A path with its query. */
export function at(path, query) {
  return `${path}?${new URLSearchParams(query)}`;
}
