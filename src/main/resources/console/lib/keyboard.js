// Keys for those who prefer them. They can be switched off: speech input types letters, too (WCAG 2.1.4).
import {t} from './i18n.js';

const scopes = [];
let prefix = '';

/** Whether single-letter keys are on. */
export function enabled() {
  try {
    return localStorage.getItem('gateway.shortcuts') !== 'off';
  } catch {
    return true;
  }
}

export function enable(on) {
  try {
    localStorage.setItem('gateway.shortcuts', on ? 'on' : 'off');
  } catch {
    // Storage is blocked: it stays on.
  }
}

/**
 * Adds keys while a page is open; returns what removes them.
 *
 * @param keys `{'j': ['jobs.key.next', handler], 'g r': [...]}`: the text that describes each, and what it does
 */
export function bind(keys) {
  scopes.push(keys);
  return () => scopes.splice(scopes.indexOf(keys), 1);
}

/** The keys that work now, newest page first: `[['j', 'Next row'], …]`. */
export function described() {
  const all = new Map();
  for (const keys of scopes) {
    for (const [key, [text]] of Object.entries(keys)) {
      all.set(key, t(text));
    }
  }
  return [...all];
}

function handler(key) {
  return scopes.findLast((keys) => Object.hasOwn(keys, key))?.[key][1];
}

function typing(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !enabled()) {
    return;
  }
  if (typing(event.target) || document.querySelector('dialog[open]')) {
    prefix = '';
    return;
  }
  const run = handler(prefix + event.key);
  if (run) {
    event.preventDefault();
    prefix = '';
    run(event);
    return;
  }
  const sequence = `${prefix}${event.key} `;
  prefix = scopes.some((keys) => Object.keys(keys).some((key) => key.startsWith(sequence))) ? sequence : '';
});
