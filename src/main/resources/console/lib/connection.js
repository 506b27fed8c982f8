// The connection to GET /events: opens it, notices when it is mute, and polls where it stays mute.
// Runs in the shared worker, or in the page where there is none.

const QUIET_MS = 40_000;
const POLL_MS = 5_000;
const MUTE_TRIES = 3;
const STREAM_AGAIN_MS = 120_000;
const EVENTS = ['status', 'progress', 'preview', 'output', 'delivery', 'finished', 'reset'];

/**
 * @param emit called with `{type, data}`: an event of the stream, `state` (`live`, `polling` or `offline`), or
 *     `unauthorized` when the gateway no longer accepts the session
 */
export class Connection {
  #emit;
  #query;
  #source = null;
  #lastId = '';
  #heard = 0;
  #mute = 0;
  #failures = 0;
  #again = null;
  #watch = null;
  #poll = null;
  #newest = new Map();
  state = 'offline';

  constructor(query, emit) {
    this.#query = query;
    this.#emit = emit;
  }

  open() {
    if (!this.#watch) {
      this.#watch = setInterval(() => this.#check(), 5_000);
      this.#connect();
    }
  }

  close() {
    clearInterval(this.#watch);
    this.#watch = null;
    this.#stop();
    this.#stopPolling();
    this.#set('offline');
  }

  /** What a page that opens now has missed: the state, and the newest progress and preview of each running job. */
  snapshot() {
    return [{type: 'state', data: this.state}, ...[...this.#newest.values()].flatMap((events) => Object.values(events))];
  }

  #connect() {
    this.#stop();
    const query = new URLSearchParams(this.#query);
    if (this.#lastId) {
      query.set('last_event_id', this.#lastId);
    }
    const text = query.toString();
    const source = new EventSource(text ? `/events?${text}` : '/events');
    this.#source = source;
    this.#heard = Date.now();
    source.onopen = () => {
      this.#heard = Date.now();
      if (!this.#poll) {
        this.#set('live');
      }
    };
    source.onerror = () => this.#failed(source);
    for (const type of EVENTS) {
      source.addEventListener(type, (event) => this.#received(type, event));
    }
    source.addEventListener('beat', () => this.#alive());
    source.addEventListener('bye', () => {
      this.close();
      this.#askWhy(true);
    });
  }

  #stop() {
    clearTimeout(this.#again);
    this.#again = null;
    this.#source?.close();
    this.#source = null;
  }

  #alive() {
    this.#heard = Date.now();
    this.#mute = 0;
    this.#failures = 0;
    if (this.#poll) {
      this.#stopPolling();
      this.#emit({type: 'reset', data: {reason: 'live again'}});
    }
    this.#set('live');
  }

  #received(type, event) {
    this.#alive();
    if (event.lastEventId) {
      this.#lastId = event.lastEventId;
    }
    let data;
    try {
      data = JSON.parse(event.data);
    } catch {
      return;
    }
    if (type === 'finished') {
      this.#newest.delete(data.job);
    } else if (type === 'progress' || type === 'preview') {
      this.#newest.set(data.job, {...this.#newest.get(data.job), [type]: {type, data}});
    }
    this.#emit({type, data});
  }

  #failed(source) {
    if (source !== this.#source) {
      return;
    }
    if (!this.#poll) {
      this.#set('offline');
    }
    // CONNECTING: the browser tries again by itself, with the last id. CLOSED: the gateway has refused.
    if (source.readyState === EventSource.CLOSED) {
      this.#stop();
      this.#failures++;
      this.#askWhy();
      this.#again = setTimeout(() => this.#connect(), Math.min(30_000, 1_500 * 2 ** this.#failures));
    } else {
      this.#heard = Date.now();
    }
  }

  #check() {
    if (!this.#source || Date.now() - this.#heard < QUIET_MS) {
      return;
    }
    this.#mute++;
    if (this.#mute >= MUTE_TRIES) {
      this.#stop();
      this.#startPolling();
      this.#again = setTimeout(() => this.#connect(), STREAM_AGAIN_MS);
    } else {
      if (!this.#poll) {
        this.#set('offline');
      }
      this.#connect();
    }
  }

  #startPolling() {
    this.#newest.clear();
    this.#set('polling');
    const ask = () => this.#emit({type: 'reset', data: {reason: 'poll'}});
    this.#poll ??= setInterval(ask, POLL_MS);
    ask();
  }

  #stopPolling() {
    clearInterval(this.#poll);
    this.#poll = null;
  }

  // After a farewell only the session says whether to come back: another tab may have signed in anew.
  async #askWhy(closed = false) {
    try {
      const answer = await fetch('/session', {redirect: 'manual', cache: 'no-store', headers: {'X-Gateway-Console': '1'}});
      if (answer.status === 401 || answer.type === 'opaqueredirect') {
        this.close();
        this.#emit({type: 'unauthorized'});
      } else if (closed && answer.ok) {
        this.#again = setTimeout(() => this.open(), POLL_MS);
      }
    } catch {
      // Offline: the next try follows.
    }
  }

  #set(state) {
    if (this.state !== state) {
      this.state = state;
      this.#emit({type: 'state', data: state});
    }
  }
}
