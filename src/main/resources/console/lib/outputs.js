// Outputs of a job: a gallery, and a viewer for them.
import {html, nothing} from 'lit';
import {ref} from 'lit-html/directives/ref.js';
import {get} from './api.js';
import {t} from './i18n.js';
import {icon} from './icons.js';
import {isGone, outputUrl, shortId, smallUrl, viewOf, workflowName} from './job.js';
import {bytes, copyButton, dialog, plain, time, toast} from './ui.js';

const MOST_TEXT = 200_000;
const LONGEST_ZOOM = 16;

/**
 * The outputs as cards under what made them, if that is known or there are several.
 *
 * @param use called with an output that shall become an input; without it there is no such button
 * @param titles the titles of the job's nodes, by their ids, as far as they are known
 */
export function gallery(job, {use, titles = new Map()} = {}) {
  const nodes = Map.groupBy(job.outputs ?? [], (it) => it.node);
  if (nodes.size < 2 && !titles.has(job.outputs?.[0]?.node)) {
    return cards(job, job.outputs ?? [], use);
  }
  return [...nodes].map(
    ([node, outputs]) => html`<section class="stack tight" aria-label=${madeBy(node, outputs[0].name, titles)}>
      <h3 class="made-by break">${madeBy(node, outputs[0].name, titles)}</h3>
      ${cards(job, outputs, use)}
    </section>`,
  );
}

// What the workflow calls its output, or its node; else the node's id.
function madeBy(node, name, titles) {
  const title = titles.get(node);
  return name || title ? [name, title].filter(Boolean).map(plain).join(' · ') : t('output.node', {node: plain(node)});
}

function cards(job, outputs, use) {
  return html`<ul class="gallery ${outputs.length === 1 ? 'one' : ''}">
    ${outputs.map((output) => {
      try {
        return html`<li class="output">${content(job, output, use)} ${caption(job, output, use)}</li>`;
      } catch (failure) {
        console.warn('An output cannot be shown', failure);
        return html`<li class="output"><div class="output-face">${icon('warning')}<span>${t('output.broken')}</span></div></li>`;
      }
    })}
  </ul>`;
}

function content(job, output, use) {
  const url = outputUrl(job, output);
  const name = plain(output.filename);
  if (isGone(output)) {
    return html`<div class="output-face muted">${icon('cancelled')}<span>${t('output.expired')} ${time(output.expired_at)}</span></div>`;
  }
  const open = () => view(job, output, use);
  switch (viewOf(output)) {
    case 'image':
      return html`<button type="button" class="output-face" aria-label=${t('output.open', {name})} @click=${open}>
        <img src=${smallUrl(job, output, 768)} alt=${name} loading="lazy" decoding="async" width=${output.width ?? nothing} height=${output.height ?? nothing} />
      </button>`;
    case 'video':
      return html`<div class="output-face"><video src=${url} controls preload="metadata" aria-label=${name}></video></div>`;
    case 'audio':
      return html`<div class="output-face low">${icon('audio')}<audio src=${url} controls preload="metadata" aria-label=${name}></audio></div>`;
    case 'text':
      return html`<button type="button" class="output-face" @click=${open}>${icon('text')}<span>${t('output.read')}</span></button>`;
    default:
      return html`<a class="output-face" href=${url} download=${output.filename} rel="noopener noreferrer">
        ${icon(output.kind)}<span>${t('output.download')}</span>
      </a>`;
  }
}

function caption(job, output, use) {
  const size = output.width ? `${output.width} × ${output.height} · ` : '';
  return html`<div class="output-caption">
    <div class="grow">
      <div class="truncate" title=${plain(output.filename)}>${plain(output.filename)}</div>
      <div class="muted small-text truncate num">${size}${bytes(output.bytes)}</div>
    </div>
    ${isGone(output) ? nothing : buttons(job, output, use)}
  </div>`;
}

function buttons(job, output, use) {
  return html`${use
      ? html`<button
          type="button"
          class="button quiet small only-icon"
          aria-label=${t('output.use', {name: plain(output.filename)})}
          title=${t('output.use.short')}
          @click=${() => use(output)}
        >
          ${icon('image')}
        </button>`
      : nothing}
    <a
      class="button quiet small only-icon"
      href=${outputUrl(job, output)}
      download=${output.filename}
      rel="noopener noreferrer"
      aria-label=${t('output.download.name', {name: plain(output.filename)})}
      title=${t('output.download')}
      >${icon('download')}</a
    >`;
}

/** Opens an output over the page: a picture with zoom and comparison, a video, sound or text. */
export function view(job, first, use) {
  const shown = (job.outputs ?? []).filter((it) => !isGone(it) && viewOf(it) !== 'none');
  let at = Math.max(0, shown.findIndex((it) => it.index === first.index));
  let other = null;
  let others = null;
  let text = null;
  const stage = new Stage();
  const picture = (entry) => outputUrl(entry.job, entry.output);
  return dialog(
    (close, draw) => {
      const output = shown[at];
      const kind = viewOf(output);
      const step = (by) => {
        at = (at + by + shown.length) % shown.length;
        text = null;
        other = null;
        stage.reset();
        draw();
      };
      const compare = async () => {
        if (other) {
          other = null;
          draw();
          return;
        }
        others ??= await comparable(job);
        if (shown[at] !== output) {
          return;
        }
        other = others.find((it) => it.job.id !== job.id || it.output.index !== output.index) ?? null;
        if (!other) {
          toast(t('viewer.none'));
        }
        stage.reset();
        draw();
      };
      if (kind === 'text' && text === null) {
        text = t('ui.loading');
        read(outputUrl(job, output)).then((it) => {
          if (shown[at] === output) {
            text = it;
            draw();
          }
        });
      }
      const keys = (event) => {
        const act = {ArrowLeft: () => step(-1), ArrowRight: () => step(1), '+': () => stage.zoom(1.5), '-': () => stage.zoom(1 / 1.5), 0: () => stage.reset()}[event.key];
        if (act && !['INPUT', 'SELECT', 'VIDEO', 'AUDIO', 'PRE'].includes(event.target.tagName) && !event.ctrlKey && !event.metaKey) {
          event.preventDefault();
          act();
        }
      };
      return html`<div class="viewer" @keydown=${keys}>
        <header class="viewer-head">
          <div class="grow">
            <h2 class="truncate">${plain(output.filename)}</h2>
            <p class="muted small-text num">
              ${output.width ? `${output.width} × ${output.height} · ` : ''}${bytes(output.bytes)}${shown.length > 1 ? ` · ${at + 1}/${shown.length}` : ''}
            </p>
          </div>
          ${kind === 'image'
            ? html`<button type="button" class="button quiet only-icon" aria-label=${t('viewer.out')} title=${t('viewer.out')} @click=${() => stage.zoom(1 / 1.5)}>−</button>
                <button type="button" class="button quiet only-icon" aria-label=${t('viewer.in')} title=${t('viewer.in')} @click=${() => stage.zoom(1.5)}>+</button>
                <button type="button" class="button quiet small" @click=${() => stage.reset()}>${t('viewer.fit')}</button>
                <button
                  type="button"
                  class="button quiet only-icon"
                  aria-pressed=${other ? 'true' : 'false'}
                  aria-label=${t('viewer.compare')}
                  title=${t('viewer.compare')}
                  @click=${compare}
                >
                  ${icon('compare')}
                </button>`
            : nothing}
          ${buttons(job, output, use && ((it) => (close(), use(it))))}
          <button type="button" class="button quiet only-icon" aria-label=${t('ui.close')} @click=${() => close()}>${icon('close')}</button>
        </header>
        <div class="viewer-stage">
          ${kind === 'image' ? images(stage, picture({job, output}), plain(output.filename), other && picture(other)) : nothing}
          ${kind === 'video' ? html`<video src=${outputUrl(job, output)} controls autoplay loop aria-label=${plain(output.filename)}></video>` : nothing}
          ${kind === 'audio' ? html`<audio src=${outputUrl(job, output)} controls aria-label=${plain(output.filename)}></audio>` : nothing}
          ${kind === 'text' ? html`<pre class="viewer-text" tabindex="0">${text}</pre>` : nothing}
          ${shown.length > 1
            ? html`<button type="button" class="button only-icon viewer-previous" aria-label=${t('viewer.previous')} @click=${() => step(-1)}>${icon('left')}</button>
                <button type="button" class="button only-icon viewer-next" aria-label=${t('viewer.next')} @click=${() => step(1)}>${icon('right')}</button>`
            : nothing}
        </div>
        ${other
          ? html`<footer class="viewer-foot">
              <label class="row grow">
                <span class="nowrap">${t('viewer.with')}</span>
                <select class="select small" @change=${(event) => ((other = others[event.target.value]), draw())}>
                  ${others.map(
                    (it, index) => html`<option value=${index} ?selected=${it === other}>
                      ${shortId(it.job.id)} · ${plain(it.output.filename)}
                    </option>`,
                  )}
                </select>
              </label>
              <label class="row grow"
                ><span class="sr">${t('viewer.slider')}</span>
                <input type="range" min="0" max="100" .value=${String(stage.share)} @input=${(event) => stage.split(Number(event.target.value))}
              /></label>
            </footer>`
          : nothing}
      </div>`;
    },
    {label: t('viewer.title'), className: 'viewer-dialog'},
  );
}

function images(stage, url, name, otherUrl) {
  return html`<div class="viewer-pictures ${otherUrl ? 'two' : ''}" ${ref(stage.attach)}>
    <img src=${url} alt=${name} draggable="false" />
    ${otherUrl ? html`<div class="viewer-half"><img src=${otherUrl} alt=${t('viewer.other')} draggable="false" /></div>` : nothing}
  </div>`;
}

// Pictures of this job, then of the newest jobs, those of its workflow first.
async function comparable(job) {
  let jobs = [];
  try {
    jobs = (await get('/jobs', {query: {status: 'succeeded', limit: 40}})).jobs;
    jobs.sort((a, b) => (workflowName(b) === workflowName(job)) - (workflowName(a) === workflowName(job)));
  } catch {
    // Only those of this job, then.
  }
  return [job, ...jobs.filter((it) => it.id !== job.id)].flatMap((it) =>
    (it.outputs ?? []).filter((output) => !isGone(output) && viewOf(output) === 'image').map((output) => ({job: it, output})),
  );
}

async function read(url) {
  try {
    const answer = await fetch(url, {headers: {'X-Gateway-Console': '1', Range: `bytes=0-${MOST_TEXT - 1}`}});
    if (!answer.ok) {
      return t('ui.failed', {status: answer.status});
    }
    const text = await answer.text();
    return plain(answer.status === 206 && text.length >= MOST_TEXT - 4 ? `${text}\n…` : text);
  } catch {
    return t('ui.offline.title');
  }
}

/** Zoom, place and split of the pictures, by mouse, touch and keyboard. */
class Stage {
  #element = null;
  #scale = 1;
  #x = 0;
  #y = 0;
  #from = null;
  share = 50;

  attach = (element) => {
    if (element && element !== this.#element) {
      element.addEventListener('wheel', this.#wheel, {passive: false});
      element.addEventListener('pointerdown', this.#grab);
      element.addEventListener('pointermove', this.#drag);
      element.addEventListener('pointerup', this.#drop);
      element.addEventListener('dblclick', () => (this.#scale > 1 ? this.reset() : this.zoom(3)));
    }
    this.#element = element ?? null;
    this.#show();
  };

  zoom(by) {
    this.#scale = Math.min(LONGEST_ZOOM, Math.max(1, this.#scale * by));
    if (this.#scale === 1) {
      this.#x = this.#y = 0;
    }
    this.#show();
  }

  reset() {
    this.#scale = 1;
    this.#x = this.#y = 0;
    this.share = 50;
    this.#show();
  }

  split(share) {
    this.share = share;
    this.#show();
  }

  #wheel = (event) => {
    event.preventDefault();
    this.zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2);
  };

  #grab = (event) => {
    if (this.#scale > 1) {
      this.#from = {x: event.clientX - this.#x, y: event.clientY - this.#y};
      this.#element.setPointerCapture(event.pointerId);
    }
  };

  #drag = (event) => {
    if (this.#from) {
      this.#x = event.clientX - this.#from.x;
      this.#y = event.clientY - this.#from.y;
      this.#show();
    }
  };

  #drop = () => (this.#from = null);

  #show() {
    const style = this.#element?.style;
    style?.setProperty('--zoom', String(this.#scale));
    style?.setProperty('--x', `${this.#x}px`);
    style?.setProperty('--y', `${this.#y}px`);
    style?.setProperty('--share', `${this.share}%`);
  }
}

/** Texts that nodes showed. */
export function texts(job, {titles = new Map()} = {}) {
  return html`${(job.texts ?? []).map(
    (it) => html`<figure class="shown-text">
      <figcaption class="muted small-text">${madeBy(it.node, it.name, titles)}</figcaption>
      <div class="code wrapped"><pre tabindex="0">${plain(it.text)}</pre>${copyButton(it.text)}</div>
    </figure>`,
  )}`;
}
