// What pages show alike: times, badges, problems, dialogs, toasts.
import {html, nothing, render} from 'lit';
import {live} from 'lit-html/directives/live.js';
import {has, locale, number, t} from './i18n.js';
import {icon} from './icons.js';

const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e007f}]/gu;

/** Text of others, with characters that hide or reorder it shown as U+XXXX. */
export function plain(text) {
  return String(text ?? '').replace(HIDDEN, (it) => `U+${it.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}`);
}

const moment = new Intl.DateTimeFormat(locale, {dateStyle: 'medium', timeStyle: 'medium'});
const clock = new Intl.DateTimeFormat(locale, {timeStyle: 'medium'});
const relative = new Intl.RelativeTimeFormat(locale, {numeric: 'auto', style: 'short'});

function valid(iso) {
  const at = new Date(iso ?? NaN);
  return Number.isNaN(at.getTime()) ? null : at;
}

const utc = (at) => at.toISOString().replace('T', ' ').replace('.000Z', ' UTC').replace('Z', ' UTC');

/** A moment in the viewer's zone, with UTC in its title. */
export function time(iso) {
  const at = valid(iso);
  return at ? html`<time datetime=${at.toISOString()} title=${utc(at)}>${moment.format(at)}</time>` : '–';
}

/** The time of day alone, for rows under a date. */
export function timeOfDay(iso) {
  const at = valid(iso);
  return at ? html`<time datetime=${at.toISOString()} title=${utc(at)}>${clock.format(at)}</time>` : '–';
}

/** "3 min ago", kept up to date; the moment itself in its title. */
export function ago(iso) {
  return valid(iso) ? html`<time-ago at=${iso}></time-ago>` : '–';
}

const STEPS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

function sinceNow(at) {
  const seconds = (at.getTime() - Date.now()) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) {
      return relative.format(Math.trunc(seconds / size), unit);
    }
  }
  return Math.abs(seconds) < 5 ? t('ui.now') : relative.format(Math.trunc(seconds), 'second');
}

const clocks = new Set();
setInterval(() => clocks.forEach((it) => it.show()), 10_000);

class TimeAgo extends HTMLElement {
  static observedAttributes = ['at'];

  connectedCallback() {
    clocks.add(this);
    this.show();
  }

  disconnectedCallback() {
    clocks.delete(this);
  }

  attributeChangedCallback() {
    this.show();
  }

  show() {
    const at = valid(this.getAttribute('at'));
    if (at) {
      const text = sinceNow(at);
      if (this.textContent !== text) {
        this.textContent = text;
      }
      this.title = `${moment.format(at)} (${utc(at)})`;
    }
  }
}
customElements.define('time-ago', TimeAgo);

/** How long something took, or a running clock until it ends. */
export function elapsed(from, to) {
  const start = valid(from);
  const end = valid(to);
  if (!start) {
    return '–';
  }
  return end ? html`<span class="num nowrap">${duration(end - start)}</span>` : html`<time-running since=${from}></time-running>`;
}

const running = new Set();
setInterval(() => running.forEach((it) => it.show()), 1_000);

class TimeRunning extends HTMLElement {
  static observedAttributes = ['since'];

  connectedCallback() {
    running.add(this);
    this.show();
  }

  disconnectedCallback() {
    running.delete(this);
  }

  attributeChangedCallback() {
    this.show();
  }

  show() {
    const since = valid(this.getAttribute('since'));
    if (since) {
      this.textContent = duration(Math.max(0, Math.floor((Date.now() - since) / 1000)) * 1000);
    }
  }
}
customElements.define('time-running', TimeRunning);

/** Milliseconds as "840 ms", "12.4 s", "3 min 20 s", "2 h 5 min". */
export function duration(ms) {
  if (ms === undefined || ms === null || !Number.isFinite(ms) || ms < 0) {
    return '–';
  }
  const seconds = ms / 1000;
  if (ms > 0 && ms < 1000) {
    return `${Math.round(ms)} ms`;
  }
  if (seconds < 60) {
    return `${new Intl.NumberFormat(locale, {maximumFractionDigits: 1}).format(seconds)} s`;
  }
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  }
  if (seconds < 172_800) {
    return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  }
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`;
}

const SIZES = ['B', 'kB', 'MB', 'GB', 'TB'];

export function bytes(n) {
  if (!Number.isFinite(n)) {
    return '–';
  }
  const step = n < 1000 ? 0 : Math.min(SIZES.length - 1, Math.floor(Math.log10(n) / 3));
  return `${new Intl.NumberFormat(locale, {maximumSignificantDigits: 3}).format(n / 1000 ** step)} ${SIZES[step]}`;
}

const LOOKS = {
  queued: ['neutral', 'queued'],
  waiting: ['neutral', 'queued'],
  due: ['info', 'queued'],
  running: ['info', 'running'],
  succeeded: ['good', 'succeeded'],
  delivered: ['good', 'succeeded'],
  up: ['good', 'succeeded'],
  active: ['good', 'succeeded'],
  ready: ['good', 'succeeded'],
  failed: ['bad', 'failed'],
  dead: ['bad', 'failed'],
  down: ['bad', 'failed'],
  revoked: ['neutral', 'cancelled'],
  expired: ['neutral', 'cancelled'],
  cancelled: ['neutral', 'cancelled'],
  draining: ['warn', 'pause'],
  resting: ['warn', 'pause'],
  retry: ['warn', 'refresh'],
};

/** A status as a word with an icon, so that it does not depend on colour. */
export function badge(status) {
  const [look, shape] = LOOKS[status] ?? ['neutral', 'queued'];
  const key = `status.${status}`;
  return html`<span class="badge ${look}">${icon(shape)}${has(key) ? t(key) : plain(status)}</span>`;
}

/**
 * A failed request: the reason, what to do, and a way to try again.
 *
 * @param action what helps instead
 */
export function problem(error, again, action = nothing) {
  const status = error?.status;
  const given = error?.problem ?? {};
  const errors = (given.errors ?? []).filter((it) => it.detail !== given.detail);
  let title = given.title;
  let detail = given.detail;
  if (status === 0) {
    title = t('ui.offline.title');
    detail = t('ui.offline.detail');
  } else if (status === undefined) {
    title = t('ui.broken.title');
    detail = String(error?.message ?? error);
  }
  return html`<div class="notice bad" role="alert">
    ${icon('warning')}
    <div class="notice-text">
      <strong>${plain(title || t('ui.failed', {status}))}</strong>
      ${detail ? html`<p>${plain(detail)}</p>` : nothing}
      ${errors.map((it) => html`<p><code>${plain(it.pointer)}</code> ${plain(it.detail)}</p>`)}
    </div>
    ${again && !isForbidden(error) ? html`<button class="button" type="button" @click=${again}>${t('ui.again')}</button>` : nothing}
    ${action}
  </div>`;
}

/** Whether the session may not do this: asking again does not help. */
export const isForbidden = (error) => error?.status === 403;

/** A place without content: what it means and what to do next. */
export function empty(title, hint, action, shape = 'jobs') {
  return html`<div class="empty">
    <div class="empty-icon">${icon(shape)}</div>
    <h2>${title}</h2>
    ${hint ? html`<p>${hint}</p>` : nothing} ${action ? html`<div class="empty-action">${action}</div>` : nothing}
  </div>`;
}

/** Grey rows while a list is read for the first time. */
export function skeleton(rows = 6) {
  return html`<div class="skeletons" role="status">
    <span class="sr">${t('ui.loading')}</span>
    ${Array.from({length: rows}, () => html`<div class="skeleton"></div>`)}
  </div>`;
}

/**
 * A page of what is read again and again: its head, and then what was read, why it could not be, or grey rows the first time.
 *
 * @param data a `Polled`
 * @param aside what stands beside the title
 * @param draw `(value) => template`
 */
export function dataPage(data, {title, about, aside = nothing, rows = 5}, draw) {
  const {value, error} = data;
  return html`<header class="page-head">
      <div>
        <h1>${title}</h1>
        <p>${about}</p>
      </div>
      ${value === undefined && isForbidden(error) ? nothing : aside}
    </header>
    ${error ? problem(error, () => data.refresh()) : nothing} ${data.first ? skeleton(rows) : nothing} ${value ? draw(value) : nothing}`;
}

/** Draws each item by itself: one that cannot be drawn says so and leaves the others alone. */
export function rows(items, draw, broken) {
  return items.map((item, index) => {
    try {
      return draw(item, index);
    } catch (failure) {
      console.warn('A row cannot be shown', failure);
      return broken ? broken(item, failure) : html`<p class="muted">${t('ui.row.broken')}</p>`;
    }
  });
}

/**
 * Shows a dialog with what `content` draws, and resolves with what is given to its `close`; undefined on Escape.
 *
 * @param content `(close) => template`
 * @param sticky whether it stays open on Escape and on a click beside it now
 */
export function dialog(content, {label, wide = false, className = '', sticky = () => false} = {}) {
  const box = document.createElement('dialog');
  box.className = `dialog ${wide ? 'wide' : ''} ${className}`;
  box.setAttribute('aria-label', label ?? '');
  document.body.append(box);
  const before = document.activeElement;
  return new Promise((resolve) => {
    let result;
    const close = (value) => {
      result = value;
      box.close();
    };
    const draw = () => render(content(close, draw), box);
    // Another page has other dialogs.
    const left = () => {
      if (box.open && !sticky()) {
        close();
      }
    };
    window.addEventListener('hashchange', left);
    box.addEventListener('close', () => {
      window.removeEventListener('hashchange', left);
      render(nothing, box);
      box.remove();
      if (before instanceof HTMLElement && before.isConnected) {
        before.focus({preventScroll: true});
      }
      resolve(result);
    });
    box.addEventListener('click', (event) => {
      if (event.target === box && !sticky()) {
        close();
      }
    });
    box.addEventListener('cancel', (event) => {
      if (sticky()) {
        event.preventDefault();
      }
    });
    box.addEventListener('keydown', (event) => {
      // A second Escape closes a dialog whatever `cancel` says.
      if (event.key === 'Escape' && sticky()) {
        event.preventDefault();
      }
    });
    draw();
    box.showModal();
  });
}

/**
 * Asks before something that cannot be undone. Resolves with true if it was confirmed.
 *
 * @param typed text that must be typed to confirm
 * @param action the button's word: what happens, not "OK"
 * @param back the word of the other button
 */
export async function confirm({title, text, typed, action, back = t('ui.cancel'), danger = true}) {
  let given = '';
  const content = (close, draw) => html`<form
    class="dialog-body"
    @submit=${(event) => {
      event.preventDefault();
      if (typed === undefined || given === typed) {
        close(true);
      }
    }}
  >
    <h2>${title}</h2>
    ${text ? html`<p>${text}</p>` : nothing}
    ${typed === undefined
      ? nothing
      : html`<label class="field"
          ><span class="label">${t('ui.type', {text: plain(typed)})}</span>
          <input
            class="input mono"
            autocomplete="off"
            spellcheck="false"
            .value=${live(given)}
            @input=${(event) => {
              given = event.target.value;
              draw();
            }}
        /></label>`}
    <div class="dialog-actions">
      <button type="button" class="button" @click=${() => close(false)}>${back}</button>
      <button class="button ${danger ? 'danger' : 'primary'}" ?disabled=${typed !== undefined && given !== typed}>
        ${action ?? t('ui.confirm')}
      </button>
    </div>
  </form>`;
  return (await dialog(content, {label: title})) === true;
}

async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Plain http beyond this machine has no clipboard API.
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'sr';
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

class CopyButton extends HTMLElement {
  #done = null;
  text = '';
  label = '';

  connectedCallback() {
    this.#show(false);
    this.addEventListener('click', this.#copy);
  }

  disconnectedCallback() {
    clearTimeout(this.#done);
    this.removeEventListener('click', this.#copy);
  }

  #copy = async (event) => {
    event.stopPropagation();
    event.preventDefault();
    try {
      await copy(this.text);
      this.#show(true);
      clearTimeout(this.#done);
      this.#done = setTimeout(() => this.#show(false), 1_600);
    } catch {
      toast(t('ui.copy.failed'), {kind: 'bad'});
    }
  };

  #show(copied) {
    const words = copied ? t('ui.copied') : this.label || t('ui.copy');
    render(
      html`<button type="button" class="button quiet small ${this.label ? '' : 'only-icon'}" aria-label=${words} title=${words}>
        ${icon(copied ? 'check' : 'copy')}${this.label ? html`<span>${words}</span>` : nothing}
      </button>`,
      this,
    );
  }
}
customElements.define('copy-button', CopyButton);

/** A button that copies the text; with a label it shows it, else an icon alone. */
export function copyButton(text, label = '') {
  return html`<copy-button .text=${String(text)} .label=${label}></copy-button>`;
}

let toasts = [];

function showToasts() {
  let region = document.getElementById('toasts');
  if (!region) {
    region = document.createElement('div');
    region.id = 'toasts';
    region.setAttribute('role', 'status');
    region.setAttribute('aria-live', 'polite');
    document.body.append(region);
  }
  render(
    toasts.map(
      (it) => html`<div class="toast ${it.kind}">
        ${icon(it.kind === 'bad' ? 'warning' : 'check')}
        <span>${it.text}</span>
        ${it.href ? html`<a href=${it.href} @click=${() => drop(it)}>${it.action}</a>` : nothing}
        <button type="button" class="button quiet small only-icon" aria-label=${t('ui.close')} @click=${() => drop(it)}>
          ${icon('close')}
        </button>
      </div>`,
    ),
    region,
  );
}

function drop(one) {
  clearTimeout(one.timer);
  toasts = toasts.filter((it) => it !== one);
  showToasts();
}

/** A short message at the edge; `href` and `action` make a link in it. */
export function toast(text, {kind = 'good', href, action} = {}) {
  const one = {text, kind, href, action};
  one.timer = setTimeout(() => drop(one), kind === 'bad' ? 12_000 : 6_000);
  toasts = [...toasts, one].slice(-3);
  showToasts();
}

/** Why a request failed, in one sentence. */
export function said(error) {
  const given = error?.problem ?? {};
  return error?.status === 0 ? t('ui.offline.title') : plain(given.detail || given.title || error?.message || error);
}

/** A failed action as a toast; a closed page's aborted request says nothing. */
export function failed(error) {
  if (error?.name !== 'AbortError') {
    toast(said(error), {kind: 'bad'});
  }
}

export {number};
