// A form for the inputs of a workflow, made from their JSON Schema.
import {html, nothing} from 'lit';
import {live} from 'lit-html/directives/live.js';
import {repeat} from 'lit-html/directives/repeat.js';
import {get, upload} from './api.js';
import {t, number as numbered} from './i18n.js';
import {numeric, parse, stringify} from './json.js';
import {icon} from './icons.js';
import {isGone, outputUrl, shortId, smallUrl, viewOf} from './job.js';
import {ago, bytes, dialog, failed, plain, said, skeleton} from './ui.js';

const LARGEST = 2n ** 64n - 1n;
const FEW = 5;
const MOST_STEPS = 10_000;
const LARGEST_SEED = Number.MAX_SAFE_INTEGER;
const COLOR = 0xffffff;
const ABBREVIATED = new Set(['cfg', 'fps']);
const LONG_TEXT = /prompt|text|description|caption|story|lyrics/i;
const KINDS = {image: 'image/*', video: 'video/*', audio: 'audio/*'};

/** An object with these names alone: an input may be called "constructor" or "toString". */
export const named = (entries = []) => Object.assign(Object.create(null), Object.fromEntries(entries));

/** The fields of a workflow in the order of the form: what it needs first, then as it names them. */
export function fieldsOf(workflow) {
  const schema = workflow.input_schema ?? {};
  const required = new Set(schema.required ?? []);
  const fields = Object.entries(schema.properties ?? {}).map(([name, of]) => ({
    name,
    of,
    kind: kindOf(name, of),
    ...labelled(name, of),
    group: of['x-group'] ?? '',
    required: required.has(name),
    advanced: of['x-advanced'] === true,
  }));
  const sorted = [...fields.filter((it) => it.required), ...fields.filter((it) => !it.required)];
  // Without hints, only what shapes the result comes first.
  if (sorted.length > FEW && !fields.some((it) => it.advanced || it.group)) {
    sorted.forEach((it) => (it.advanced = !it.required && !['file', 'text', 'seed'].includes(it.kind)));
    if (sorted.every((it) => it.advanced)) {
      sorted.slice(0, FEW).forEach((it) => (it.advanced = false));
    }
  }
  return sorted;
}

function kindOf(name, of) {
  const isNumber = of.type === 'integer' || of.type === 'number';
  if (of['x-media']) {
    return 'file';
  }
  if (Array.isArray(of.enum)) {
    return 'choice';
  }
  if (of.type === 'boolean') {
    return 'check';
  }
  if (of['x-seed'] || (isNumber && of.default === undefined && /(^|[._ ])(noise_)?seed$/i.test(name))) {
    return 'seed';
  }
  if (isNumber) {
    return of.type === 'integer' && of.minimum === 0 && of.maximum === COLOR ? 'color' : 'number';
  }
  const long = of['x-multiline'] || LONG_TEXT.test(name) || String(of.default ?? '').length > 60;
  return long && of.type !== 'object' && of.type !== 'array' ? 'text' : 'line';
}

function words(name) {
  const text = name.replaceAll(/[_-]+/g, ' ').trim();
  return ABBREVIATED.has(text) ? text.toUpperCase() : text.charAt(0).toUpperCase() + text.slice(1);
}

// An input that no sidecar names is titled "node: field". Where it has a name of its own, that is its label, and the
// node the hint.
function labelled(name, of) {
  const [, node, own] = /^(.+): ([^:]+)$/s.exec(of.title ?? '') ?? [];
  const derived = of['x-address'] !== undefined && node !== undefined && /^[a-z_]+$/.test(name);
  if (!derived) {
    return {label: of.title || words(name), hint: of.description ?? ''};
  }
  const where = t('form.node', {node, field: own});
  return {label: words(name), hint: of.description ? `${of.description.trim()} · ${where}` : where};
}

/** What the form begins with. */
export function defaults(fields) {
  return named(fields.map((field) => [field.name, initial(field)]));
}

function initial({kind, of}) {
  const value = of.default;
  switch (kind) {
    case 'file':
      return null;
    case 'seed':
      return {random: true, value: ''};
    case 'check':
      return value === true;
    default:
      return value === undefined || value === null ? '' : typeof value === 'object' ? stringify(value) : String(value);
  }
}

/** The values of a job of the past, where the workflow still has such inputs. */
export function filled(fields, inputs, seeds) {
  const values = defaults(fields);
  const known = Object.values(seeds ?? {});
  for (const field of fields) {
    const given = Object.hasOwn(inputs, field.name) ? inputs[field.name] : undefined;
    if (field.kind === 'seed') {
      const seed = given ?? (known.length === 1 ? known[0] : undefined);
      values[field.name] = {random: seed === undefined, value: seed === undefined ? '' : String(seed)};
    } else if (given !== undefined && given !== null && field.kind !== 'file') {
      values[field.name] = field.kind === 'check' ? given === true : typeof given === 'object' ? stringify(given) : String(given);
    } else if (field.kind === 'file' && /^https?:/i.test(String(given))) {
      values[field.name] = {url: String(given)};
    }
  }
  return values;
}

/** The field `inputs` of the request. Empty fields, and seeds that are drawn, are left out. */
export function inputsOf(fields, values) {
  const inputs = named();
  for (const {name, kind, of} of fields) {
    const value = values[name];
    if (kind === 'file') {
      if (value?.id || value?.url) {
        inputs[name] = value.id ?? value.url;
      }
    } else if (kind === 'seed') {
      if (!value.random && value.value !== '') {
        inputs[name] = numeric(value.value);
      }
    } else if (kind === 'check') {
      inputs[name] = value;
    } else if (kind === 'choice') {
      if (value !== '') {
        inputs[name] = of.enum.find((it) => String(it) === value) ?? value;
      }
    } else if (kind === 'number' || kind === 'color') {
      if (value !== '') {
        inputs[name] = numeric(value);
      }
    } else if (value !== '' || (of.default ?? '') !== '') {
      inputs[name] = of.type === 'object' || of.type === 'array' ? parsed(value) : value;
    }
  }
  return inputs;
}

function parsed(text) {
  try {
    return parse(text);
  } catch {
    return text;
  }
}

// Whether a seed is a whole number that ComfyUI takes; an empty one is drawn.
function inRange(text, {minimum = 0, maximum = LARGEST}) {
  if (text.trim() === '') {
    return true;
  }
  const seed = /^-?\d{1,30}$/.test(text.trim()) ? BigInt(text.trim()) : null;
  return seed === -1n || (seed !== null && seed >= BigInt(minimum) && seed <= BigInt(maximum) && seed <= LARGEST);
}

/** What is missing, or not valid, before anything is sent: `{name: text}`. */
export function missing(fields, values) {
  const errors = named();
  for (const {name, kind, required, of} of fields) {
    const value = values[name];
    if (kind === 'seed' && !value.random && !inRange(value.value, of)) {
      errors[name] = t('form.seed.range', {min: numbered(of.minimum ?? 0), max: numbered(of.maximum ?? LARGEST)});
    }
    const isEmpty = kind === 'file' ? !value?.id && !value?.url : kind === 'seed' ? false : value === '';
    if (kind === 'file' && value?.loading) {
      errors[name] = t('form.file.loading');
    } else if (required && isEmpty) {
      errors[name] = t('form.required');
    }
  }
  return errors;
}

/** The errors of a refused request by field; what belongs to no field is under ''. */
export function errorsOf(fields, problem) {
  const errors = named();
  for (const {pointer, detail} of problem.errors ?? []) {
    const name = decodePointer(pointer);
    const key = fields.some((it) => it.name === name) ? name : '';
    errors[key] = errors[key] ? `${errors[key]} ${detail}` : key ? detail : `${pointer}: ${detail}`;
  }
  return errors;
}

function decodePointer(pointer) {
  return String(pointer)
    .replace(/^\/(inputs\/)?/, '')
    .split('/')[0]
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
}

/** A new seed, as the gateway would draw it. */
export const dice = () => String(Math.floor(Math.random() * LARGEST_SEED));

/**
 * Draws a field.
 *
 * @param wrongNow what is wrong with the value that was sent
 * @param set `(name, value)`: takes a changed value
 */
export function field(it, value, wrongNow, set) {
  // A file that was refused has no value, only the reason.
  const error = wrongNow ?? (it.kind === 'file' ? value?.error : undefined);
  const id = `field-${it.name}`;
  const described = [it.hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ') || nothing;
  const common = {id, described, invalid: error ? 'true' : nothing};
  const hint = it.hint ? html`<p class="hint" id="${id}-hint">${plain(it.hint)}</p>` : nothing;
  const spoken = error && error === value?.error ? 'alert' : nothing;
  const wrong = error ? html`<p class="field-error" id="${id}-error" role=${spoken}>${icon('warning')}<span>${plain(error)}</span></p>` : nothing;
  if (it.kind === 'check') {
    return html`<div class="field" data-field=${it.name}>
      <label class="check"
        ><input
          type="checkbox"
          id=${id}
          aria-describedby=${described}
          aria-invalid=${common.invalid}
          .checked=${live(value === true)}
          @change=${(event) => set(it.name, event.target.checked)}
        /><span>${plain(it.label)}</span></label
      >
      ${hint} ${wrong}
    </div>`;
  }
  const label = html`<span class="grow">${plain(it.label)}</span>${it.required ? html`<span class="muted">${t('form.needed')}</span>` : nothing}`;
  // A field of several controls is a group with a name; one control has a label.
  const compound = it.kind === 'file';
  return html`<div
    class="field"
    data-field=${it.name}
    role=${compound ? 'group' : nothing}
    aria-labelledby=${compound ? `${id}-label` : nothing}
    aria-describedby=${compound ? described : nothing}
  >
    ${compound ? html`<span class="label" id="${id}-label">${label}</span>` : html`<label class="label" for=${id} id="${id}-label">${label}</label>`}
    ${control(it, value, common, set)} ${hint} ${wrong}
  </div>`;
}

function control(it, value, {id, described, invalid}, set) {
  const typed = (event) => set(it.name, event.target.value);
  switch (it.kind) {
    case 'text':
      return html`<textarea
        class="textarea"
        id=${id}
        rows="3"
        maxlength=${it.of.maxLength ?? nothing}
        placeholder=${plain(it.of.examples?.[0] ?? '')}
        aria-describedby=${described}
        aria-invalid=${invalid}
        aria-required=${it.required ? 'true' : nothing}
        .value=${live(value)}
        @input=${typed}
      ></textarea>`;
    case 'choice':
      return html`<select class="select full" id=${id} aria-describedby=${described} aria-invalid=${invalid} .value=${live(value)} @change=${typed}>
        ${value === '' ? html`<option value="" selected>–</option>` : nothing}
        ${!it.of.enum.some((one) => String(one) === value) && value !== '' ? html`<option value=${value} selected>${plain(value)}</option>` : nothing}
        ${it.of.enum.map((one) => html`<option value=${String(one)} ?selected=${String(one) === value}>${plain(one)}</option>`)}
      </select>`;
    case 'number':
      return number(it, value, {id, described, invalid}, set);
    case 'color':
      return html`<div class="input-group">
        <input
          type="color"
          class="color"
          aria-label=${t('form.color', {name: plain(it.label)})}
          .value=${live(`#${Math.min(COLOR, Math.max(0, Number(value) || 0)).toString(16).padStart(6, '0')}`)}
          @input=${(event) => set(it.name, String(Number.parseInt(event.target.value.slice(1), 16)))}
        />
        <input class="input num" id=${id} inputmode="numeric" aria-describedby=${described} aria-invalid=${invalid} .value=${live(value)} @input=${typed} />
      </div>`;
    case 'seed':
      return seed(it, value, {id, described, invalid}, set);
    case 'file':
      return file(it, value, {id, invalid}, set);
    default:
      return html`<input
        class="input"
        id=${id}
        maxlength=${it.of.maxLength ?? nothing}
        placeholder=${plain(it.of.examples?.[0] ?? '')}
        aria-describedby=${described}
        aria-invalid=${invalid}
        aria-required=${it.required ? 'true' : nothing}
        .value=${live(value)}
        @input=${typed}
      />`;
  }
}

function number(it, value, {id, described, invalid}, set) {
  const {multipleOf, type} = it.of;
  const [min, max] = [it.of.minimum, it.of.maximum].map((bound) => (bound === undefined ? undefined : Number(bound)));
  const step = multipleOf ?? (type === 'integer' ? 1 : undefined);
  const slide = step ?? (max - min) / 100;
  const hasRange = min !== undefined && max !== undefined && (max - min) / slide <= MOST_STEPS;
  const typed = (event) => set(it.name, event.target.value);
  return html`<div class="input-group">
    ${hasRange
      ? html`<input
          type="range"
          aria-label=${t('form.range', {name: plain(it.label)})}
          min=${min}
          max=${max}
          step=${slide}
          .value=${live(value === '' ? String(min) : value)}
          @input=${typed}
        />`
      : nothing}
    <input
      class="input num ${hasRange ? 'short' : ''}"
      id=${id}
      type="number"
      min=${min ?? nothing}
      max=${max ?? nothing}
      step=${step ?? 'any'}
      aria-describedby=${described}
      aria-invalid=${invalid}
      aria-required=${it.required ? 'true' : nothing}
      .value=${live(value)}
      @input=${typed}
    />
  </div>`;
}

function seed(it, value, {id, described, invalid}, set) {
  return html`<div class="input-group wrap">
    <input
      class="input num"
      id=${id}
      inputmode="numeric"
      ?disabled=${value.random}
      placeholder=${value.random ? t('form.seed.drawn') : ''}
      aria-describedby=${described}
      aria-invalid=${invalid}
      .value=${live(value.random ? '' : value.value)}
      @input=${(event) => set(it.name, {random: false, value: event.target.value})}
    />
    <button
      type="button"
      class="button only-icon dice"
      aria-label=${t('form.seed.dice', {name: plain(it.label)})}
      title=${t('form.seed.dice', {name: plain(it.label)})}
      @click=${() => set(it.name, {random: false, value: dice()})}
    >
      ${icon('dice')}
    </button>
    <label class="check nowrap"
      ><input
        type="checkbox"
        .checked=${live(value.random)}
        @change=${(event) => set(it.name, {random: event.target.checked, value: event.target.checked ? '' : value.value || dice()})}
      /><span>${t('form.seed.each')}</span></label
    >
  </div>`;
}

// A file is sent once, as soon as it is chosen; the job gets its id. So a reload keeps it, and twenty jobs share it.
async function send(name, blob, filename, set) {
  set(name, {loading: true, name: filename, bytes: blob.size});
  const form = new FormData();
  form.append('file', blob, filename);
  try {
    const sent = await upload('/uploads', form);
    set(name, {id: sent.id, name: filename, type: sent.content_type, bytes: sent.bytes, preview: preview(blob)});
  } catch (error) {
    set(name, {error: said(error)});
  }
}

const preview = (blob) => (/^image\/(png|jpeg|webp|gif)$/.test(blob.type) ? URL.createObjectURL(blob) : undefined);

/** Makes an output of a job the value of a file input. */
export async function sendOutput(name, job, output, set) {
  set(name, {loading: true, name: output.filename, bytes: output.bytes});
  try {
    const answer = await fetch(outputUrl(job, output), {headers: {'X-Gateway-Console': '1'}});
    if (!answer.ok) {
      throw new Error(t('ui.failed', {status: answer.status}));
    }
    await send(name, await answer.blob(), output.filename, set);
  } catch (error) {
    set(name, {error: said(error)});
  }
}

function file(it, value, {id, invalid}, set) {
  const media = it.of['x-media'];
  const take = (files) => files?.[0] && send(it.name, files[0], files[0].name || `${media}`, set);
  const over = (event, on) => {
    event.preventDefault();
    event.currentTarget.classList.toggle('over', on);
  };
  const drop = (event) => {
    over(event, false);
    const url = event.dataTransfer.getData('text/uri-list');
    if (event.dataTransfer.files.length > 0) {
      take(event.dataTransfer.files);
    } else if (/^https?:/i.test(url)) {
      set(it.name, {url});
    }
  };
  const paste = (event) => {
    if (event.clipboardData.files.length > 0) {
      event.preventDefault();
      take(event.clipboardData.files);
    }
  };
  if (value && (value.id || value.loading || value.url !== undefined)) {
    return html`<div class="file">
      ${value.preview ? html`<img src=${value.preview} alt="" />` : html`<span class="thumb none">${icon(media)}</span>`}
      ${value.url === undefined
        ? html`<span class="grow">
            <span class="truncate file-name">${plain(value.name)}</span>
            <span class="muted small-text">${value.loading ? t('form.file.sending') : bytes(value.bytes)}</span>
          </span>`
        : html`<input
            class="input"
            id=${id}
            type="url"
            placeholder="https://"
            aria-label=${t('form.file.url')}
            aria-invalid=${invalid}
            .value=${live(value.url)}
            @input=${(event) => set(it.name, {url: event.target.value})}
          />`}
      <button
        type="button"
        class="button quiet only-icon"
        aria-label=${t('form.file.remove', {name: plain(it.label)})}
        title=${t('form.file.remove', {name: plain(it.label)})}
        @click=${() => {
          URL.revokeObjectURL(value.preview ?? '');
          set(it.name, null);
        }}
      >
        ${icon('close')}
      </button>
    </div>`;
  }
  return html`<div
    class="drop"
    tabindex="-1"
    aria-invalid=${invalid}
    @dragover=${(event) => over(event, true)}
    @dragleave=${(event) => over(event, false)}
    @drop=${drop}
    @paste=${paste}
  >
    ${icon('upload')}
    <span class="muted">${t('form.file.drop')}</span>
    <span class="row wrap">
      <label class="button small pick" for=${id}>${t('form.file.choose')}</label>
      <input
        class="sr"
        type="file"
        id=${id}
        accept=${KINDS[media] ?? nothing}
        aria-label=${t('form.file.choose.name', {name: plain(it.label)})}
        @change=${(event) => take(event.target.files)}
      />
      <button type="button" class="button small" @click=${() => pick(it, set)}>${t('form.file.output')}</button>
      <button type="button" class="button small" @click=${() => set(it.name, {url: ''})}>${t('form.file.url')}</button>
    </span>
  </div>`;
}

// An output of an earlier job as the input.
async function pick(it, set) {
  const media = it.of['x-media'];
  let found = null;
  const chosen = await dialog(
    (close, draw) => {
      found ??= earlier(media).then(
        (list) => {
          found = list;
          draw();
        },
        (error) => {
          close();
          failed(error);
        },
      );
      return html`<div class="dialog-body">
        <div class="row spread">
          <h2>${t('form.file.output')}</h2>
          <button type="button" class="button quiet only-icon" aria-label=${t('ui.close')} @click=${() => close()}>${icon('close')}</button>
        </div>
        ${Array.isArray(found)
          ? found.length === 0
            ? html`<p class="muted">${t('form.file.none')}</p>`
            : html`<ul class="picks">
                ${repeat(
                  found,
                  (one) => `${one.job.id}:${one.output.index}`,
                  (one) => html`<li>
                    <button type="button" class="pick-card" @click=${() => close(one)}>
                      ${viewOf(one.output) === 'image'
                        ? html`<img src=${smallUrl(one.job, one.output, 256)} alt="" loading="lazy" />`
                        : html`<span class="thumb none">${icon(one.output.kind)}</span>`}
                      <span class="truncate">${plain(one.output.filename)}</span>
                      <span class="muted small-text">${shortId(one.job.id)} · ${ago(one.job.created_at)}</span>
                    </button>
                  </li>`,
                )}
              </ul>`
          : skeleton(3)}
      </div>`;
    },
    {label: t('form.file.output'), wide: true},
  );
  if (chosen) {
    await sendOutput(it.name, chosen.job, chosen.output, set);
  }
}

async function earlier(media) {
  const {jobs} = await get('/jobs', {query: {status: 'succeeded', limit: 40}});
  return jobs.flatMap((job) =>
    (job.outputs ?? [])
      .filter((output) => !isGone(output) && (media === 'file' || output.kind === media))
      .map((output) => ({job, output})),
  );
}
