// The live events of the gateway, over one connection for all tabs.
import {raiseSignedOut} from './api.js';
import {Connection} from './connection.js';
import {session} from './session.js';

const WORKER = '/console/stream-worker.js';
const listeners = new Set();
let newest = new Map();
let state = 'offline';
let stop = null;

/**
 * Calls the listener with `{type, data}` for each event; `state` comes at once. On `reset` a page reads its data again:
 * events were missed, or the connection is polling.
 */
export function subscribe(listener) {
  listeners.add(listener);
  listener({type: 'state', data: state});
  for (const event of [...newest.values()].flatMap(Object.values)) {
    listener(event);
  }
  return () => listeners.delete(listener);
}

function received(event) {
  if (event.type === 'unauthorized') {
    disconnect();
    raiseSignedOut();
    return;
  }
  if (event.type === 'state') {
    state = event.data;
  } else if (event.type === 'progress' || event.type === 'preview') {
    newest.set(event.data.job, {...newest.get(event.data.job), [event.type]: event});
  } else if (event.type === 'finished') {
    newest.delete(event.data.job);
  }
  for (const listener of [...listeners]) {
    try {
      listener(event);
    } catch (failure) {
      console.error(failure);
    }
  }
}

function workerUrl() {
  if (!window.trustedTypes) {
    return WORKER;
  }
  return window.trustedTypes
    .createPolicy('gateway', {
      createScriptURL(url) {
        if (url === WORKER) {
          return url;
        }
        throw new TypeError(`Not a script of the console: ${url}`);
      },
    })
    .createScriptURL(WORKER);
}

let trustedUrl = null;

function shared(query) {
  trustedUrl ??= workerUrl();
  const who = `${session?.signed_in_by} ${session?.name}`;
  const worker = new SharedWorker(trustedUrl, {type: 'module', name: 'gateway-events'});
  const join = () => worker.port.postMessage({type: 'join', query, who});
  const leave = () => worker.port.postMessage({type: 'leave'});
  const shown = (event) => {
    if (event.persisted) {
      join();
      received({type: 'reset', data: {reason: 'shown again'}});
    }
  };
  worker.port.onmessage = ({data}) => received(data);
  worker.onerror = () => {
    stop?.();
    stop = own(query);
  };
  window.addEventListener('pagehide', leave);
  window.addEventListener('pageshow', shown);
  join();
  return () => {
    window.removeEventListener('pagehide', leave);
    window.removeEventListener('pageshow', shown);
    worker.onerror = null;
    leave();
    worker.port.close();
  };
}

/** Without a shared worker: a connection of this tab, only while it is visible. */
function own(query) {
  let connection = null;
  const follow = () => {
    connection?.close();
    connection = null;
    if (!document.hidden) {
      connection = new Connection(query, received);
      connection.open();
      received({type: 'reset', data: {reason: 'shown again'}});
    }
  };
  document.addEventListener('visibilitychange', follow);
  follow();
  return () => {
    document.removeEventListener('visibilitychange', follow);
    connection?.close();
  };
}

/** Starts the stream after signing in; `everybody` for keys that may read all jobs. */
export function connect(everybody) {
  disconnect();
  const query = everybody ? 'caller=*' : '';
  try {
    stop = window.SharedWorker ? shared(query) : own(query);
  } catch {
    stop = own(query);
  }
}

export function disconnect() {
  stop?.();
  stop = null;
  newest = new Map();
  state = 'offline';
}
