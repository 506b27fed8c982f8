// JSON whose whole numbers beyond 2⁵³, such as seeds of ComfyUI, stay as they are: they are read as BigInt and written as they were.
// Browsers of 2023 round them in JSON.parse, so here they are texts with a mark while JSON.parse or JSON.stringify works.

// Nobody can write a mark beforehand.
const newMark = () => `whole${String(Math.random()).slice(2)}:`;

const isWhole = (text) => /^-?\d+$/.test(text);

// A backslash is only inside of texts, and escapes what follows.
function marked(text, mark) {
  let isText = false;
  return text.replace(/\\.|"|-?\d[\d.eE+-]*/g, (token) => {
    if (token === '"') {
      isText = !isText;
    }
    return !isText && isWhole(token) && !Number.isSafeInteger(Number(token)) ? `"${mark}${token}"` : token;
  });
}

/** The value of a text. */
export function parse(text) {
  if (!/\d{16}/.test(text)) {
    return JSON.parse(text);
  }
  const mark = newMark();
  return JSON.parse(marked(text, mark), (key, value) =>
    typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  );
}

/** The text of a value. */
export function stringify(value, indent) {
  const mark = newMark();
  let isMarked = false;
  const replaced = (key, it) => {
    if (typeof it !== 'bigint') {
      return it;
    }
    isMarked = true;
    return `${mark}${it}`;
  };
  const text = JSON.stringify(value, replaced, indent);
  return isMarked ? text.replaceAll(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1') : text;
}

/** A number of a field: exact where it is whole; text that is no number stays text. */
export function numeric(text) {
  const number = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(number)) {
    return text;
  }
  return !Number.isSafeInteger(number) && /^[+-]?\d+$/.test(text.trim()) ? BigInt(text.trim().replace('+', '')) : number;
}
