// JSON whose whole numbers beyond 2⁵³, such as seeds of ComfyUI, stay as they are: they are read as BigInt and written as they were.

// A method of every BigInt, so that each JSON.stringify writes them; older browsers round.
if (!BigInt.prototype.toJSON) {
  Object.defineProperty(BigInt.prototype, 'toJSON', {
    value() {
      return JSON.rawJSON ? JSON.rawJSON(String(this)) : Number(this);
    },
  });
}

/** The value of a text; browsers that do not give the source of a number round it. */
export function parse(text) {
  if (!/\d{16}/.test(text)) {
    return JSON.parse(text);
  }
  return JSON.parse(text, (key, value, context) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '') ? BigInt(context.source) : value,
  );
}

/** A number of a field: exact where it is whole; text that is no number stays text. */
export function numeric(text) {
  const number = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(number)) {
    return text;
  }
  return !Number.isSafeInteger(number) && /^[+-]?\d+$/.test(text.trim()) ? BigInt(text.trim().replace('+', '')) : number;
}
