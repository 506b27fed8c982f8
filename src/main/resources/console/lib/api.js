// The gateway's API over fetch. The session cookie is the only credential.
import {parse, stringify} from './json.js';

/** A request that failed. `status` is 0 where no answer came; `problem` is the body of RFC 9457. */
export class ApiError extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `HTTP ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

let signedOut = false;

/** Raises the event `signed-out` on the window, once until the next `signedIn()`. */
export function raiseSignedOut() {
  if (!signedOut) {
    signedOut = true;
    window.dispatchEvent(new Event('signed-out'));
  }
}

export function signedIn() {
  signedOut = false;
}

function address(path, query) {
  const entries = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null);
  const text = new URLSearchParams(entries).toString();
  return text ? `${path}?${text}` : path;
}

async function problemOf(answer) {
  try {
    const body = await answer.json();
    if (body && typeof body === 'object') {
      return body;
    }
  } catch {
    // Not the gateway's answer: a proxy's page, for example.
  }
  return {title: answer.statusText || `HTTP ${answer.status}`, status: answer.status, detail: ''};
}

async function send(method, path, {query, body, form, headers, signal} = {}) {
  const options = {
    method,
    signal,
    redirect: 'manual',
    cache: 'no-store',
    headers: {Accept: 'application/json', 'X-Gateway-Console': '1', 'X-Requested-With': 'XMLHttpRequest', ...headers},
  };
  if (form) {
    options.body = form;
  } else if (method !== 'GET') {
    options.headers['Content-Type'] = 'application/json';
    options.body = body === undefined ? undefined : stringify(body);
  }
  let answer;
  try {
    answer = await fetch(address(path, query), options);
  } catch (failure) {
    if (failure.name === 'AbortError') {
      throw failure;
    }
    throw new ApiError(0, {title: '', status: 0, detail: ''});
  }
  // A sign-in page in front of the gateway answers with a redirect to itself.
  if (answer.type === 'opaqueredirect') {
    const error = new ApiError(401, {title: '', status: 401, detail: ''});
    error.redirected = true;
    if (path !== '/session') {
      raiseSignedOut();
    }
    throw error;
  }
  if (!answer.ok) {
    const problem = await problemOf(answer);
    if (answer.status === 401 && path !== '/session') {
      raiseSignedOut();
    }
    const error = new ApiError(answer.status, problem);
    error.retryAfter = Number(answer.headers.get('Retry-After')) || undefined;
    throw error;
  }
  if (answer.status === 204) {
    return undefined;
  }
  const type = answer.headers.get('Content-Type') ?? '';
  return type.includes('json') ? parse(await answer.text()) : answer.text();
}

export const get = (path, {query, signal} = {}) => send('GET', path, {query, signal});
export const post = (path, body, {query, headers, signal} = {}) => send('POST', path, {body, query, headers, signal});
export const put = (path, body, {query, headers, signal} = {}) => send('PUT', path, {body, query, headers, signal});
export const del = (path, {query, signal} = {}) => send('DELETE', path, {query, signal});
export const upload = (path, form, {method = 'POST', query, headers, signal} = {}) =>
  send(method, path, {form, query, headers, signal});
