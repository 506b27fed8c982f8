// Texts of the console in the viewer's language.
const LANGUAGES = {en: () => import('../lang/en.js'), de: () => import('../lang/de.js')};

function stored() {
  try {
    return localStorage.getItem('gateway.language');
  } catch {
    return null;
  }
}

function chosen() {
  const wanted = [stored(), ...navigator.languages.map((it) => it.slice(0, 2).toLowerCase())];
  return wanted.find((it) => Object.hasOwn(LANGUAGES, it ?? '')) ?? 'en';
}

export const language = chosen();
/** The language as the viewer's region writes numbers and times: day before month in Britain. */
export const locale = navigator.languages.find((it) => it.slice(0, 2).toLowerCase() === language) ?? language;
export const languages = {en: 'English', de: 'Deutsch'};
document.documentElement.lang = language;

const texts = (await LANGUAGES[language]()).default;

/** The text of a key. `{name}` is replaced; of `one thing|{n} things` the first is taken if `n` is 1. */
export function t(key, values = {}) {
  let text = texts[key];
  if (text === undefined) {
    return key;
  }
  if (text.includes('|') && values.n !== undefined) {
    const [one, many] = text.split('|');
    text = Number(values.n) === 1 ? one : many;
  }
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? format(values[name]) : whole));
}

/** Whether there is a text of this key. */
export function has(key) {
  return Object.hasOwn(texts, key);
}

function format(value) {
  return typeof value === 'number' ? number(value) : String(value);
}

const numbers = new Intl.NumberFormat(locale);
export const number = (value) => numbers.format(value);

export function speak(wanted) {
  try {
    localStorage.setItem('gateway.language', wanted);
  } catch {
    return;
  }
  location.reload();
}
