// Data that a page reads when it opens, and again while it is looked at.
import {subscribe} from './stream.js';

const SETTLE = 2_000;

/** A reactive controller: `value` is what was read last, `error` why the last reading failed. */
export class Polled {
  value;
  error;
  #host;
  #read;
  #every;
  #wakes;
  #reading = null;
  #timer = null;
  #settle = null;
  #unsubscribe = null;

  /**
   * @param read `(signal) => Promise` of the value
   * @param every milliseconds between two readings; 0 for none
   * @param wakes the events that lead to another reading soon
   */
  constructor(host, read, {every = 5_000, wakes = []} = {}) {
    this.#host = host;
    this.#read = read;
    this.#every = every;
    this.#wakes = new Set([...wakes, 'reset']);
    host.addController(this);
  }

  get first() {
    return this.value === undefined && this.error === undefined;
  }

  hostConnected() {
    document.addEventListener('visibilitychange', this.#seen);
    this.#unsubscribe = subscribe((event) => {
      if (this.#wakes.has(event.type)) {
        this.#wake();
      }
    });
    this.refresh();
  }

  // However many events come, it is read again once in a while; a hidden tab reads when it is seen.
  #wake() {
    if (document.visibilityState === 'visible') {
      this.#settle ??= setTimeout(() => this.refresh(), SETTLE);
    }
  }

  hostDisconnected() {
    document.removeEventListener('visibilitychange', this.#seen);
    this.#unsubscribe?.();
    this.#stop();
  }

  #seen = () => {
    if (document.visibilityState === 'visible') {
      this.refresh();
    } else {
      this.#stop();
    }
  };

  #stop() {
    clearTimeout(this.#timer);
    clearTimeout(this.#settle);
    this.#settle = null;
    this.#reading?.abort();
    this.#reading = null;
  }

  /** Forgets what was read: another page of the same kind is shown. */
  clear() {
    this.value = undefined;
    this.error = undefined;
    return this.refresh();
  }

  /** Takes over what another request has answered. */
  put(value) {
    this.value = value;
    this.#host.requestUpdate();
  }

  async refresh() {
    this.#stop();
    const reading = new AbortController();
    this.#reading = reading;
    try {
      const value = await this.#read(reading.signal);
      if (this.#reading !== reading) {
        return;
      }
      this.value = value;
      this.error = undefined;
    } catch (failure) {
      if (this.#reading !== reading) {
        return;
      }
      this.error = failure;
    }
    this.#host.requestUpdate();
    if (this.#every > 0 && document.visibilityState === 'visible') {
      this.#timer = setTimeout(() => this.refresh(), this.#every);
    }
  }
}
