// A job of the API, as several pages show it.
import {html, nothing} from 'lit';
import {t} from './i18n.js';
import {icon} from './icons.js';
import {can, session} from './session.js';
import {badge, plain} from './ui.js';

export const ACTIVE = ['queued', 'running'];
export const ENDED = ['succeeded', 'failed', 'cancelled'];

export const isActive = (job) => ACTIVE.includes(job.status);
export const shortId = (id) => String(id).slice(0, 8);
export const jobPath = (id) => `/jobs/${encodeURIComponent(id)}`;
export const jobLink = (id) => `#/jobs/${encodeURIComponent(id)}`;

/** The list of jobs as it was last filtered. */
export const place = {list: '#/jobs'};

/** Whether this session may cancel it, run it again or send its deliveries again. */
export const mayChange = (job) => can('admin') || (can('run') && (job.caller === undefined || job.caller === session?.name));

/** The name without its version: `txt2img` of `txt2img@3`. */
export const workflowName = (job) => (job.workflow ?? '').split('@')[0];

/** Where the bytes of an output are; the session opens it, no signature is needed. */
export const outputUrl = (job, output) => `${jobPath(job.id)}/outputs/${encodeURIComponent(output.index)}`;

/** A small form of a picture, made once by the gateway; `width` in pixels. */
export const smallUrl = (job, output, width) =>
  output.width && output.width <= width ? outputUrl(job, output) : `${outputUrl(job, output)}?format=webp&width=${width}`;

/** What an element of the page may show. Everything else, SVG and HTML too, is only to be downloaded. */
const SHOWN = {
  image: ['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/avif'],
  video: ['video/mp4', 'video/webm'],
  audio: ['audio/mpeg', 'audio/wav', 'audio/x-wav', 'audio/flac', 'audio/ogg', 'audio/mp4', 'audio/webm', 'audio/opus'],
  text: ['text/plain', 'application/json', 'text/csv', 'text/markdown'],
};

/** How an output can be shown here: `image`, `video`, `audio`, `text`, or `none`. */
export function viewOf(output) {
  const type = String(output.content_type ?? '').split(';')[0].trim().toLowerCase();
  return Object.keys(SHOWN).find((kind) => SHOWN[kind].includes(type)) ?? 'none';
}

export const isGone = (output) => Boolean(output.expired_at);

/** A small picture of a job: its last image, or an icon of what it made. */
export function thumbnail(job) {
  const outputs = (job.outputs ?? []).filter((it) => !isGone(it));
  const picture = outputs.findLast((it) => viewOf(it) === 'image');
  if (picture) {
    return html`<span class="thumb"
      ><img src=${smallUrl(job, picture, 128)} alt="" loading="lazy" decoding="async" width="44" height="44"
        @error=${(event) => event.target.parentElement.classList.add('broken')}
    /></span>`;
  }
  const other = outputs[0];
  const shape = other ? other.kind : job.status === 'failed' ? 'warning' : isActive(job) ? 'image' : 'file';
  return html`<span class="thumb none ${isActive(job) ? 'waiting' : ''}">${icon(shape)}</span>`;
}

/** The state in words: what it does, where it waits, or why it failed. */
export function state(job, progress) {
  return html`<span class="job-state">${badge(job.status)}${detail(job, progress)}</span>`;
}

function detail(job, progress) {
  if (job.status === 'running') {
    return bar(job, progress ?? job.progress);
  }
  if (job.status === 'queued') {
    return html`<span class="muted small-text">${waiting(job)}</span>`;
  }
  if (job.status === 'failed' && job.error) {
    return html`<span class="muted small-text truncate" title=${plain(job.error.detail)}>${plain(job.error.detail)}</span>`;
  }
  return nothing;
}

/** Why a queued job does not run yet. */
export function waiting(job) {
  if (job.waiting_reason) {
    return plain(job.waiting_reason);
  }
  if (job.waiting_for === 'inputs') {
    return t('job.waits.inputs');
  }
  return job.queue_position ? t('job.waits.place', {place: job.queue_position}) : t('job.waits.server');
}

/** How far a running job is; the percent is for the eye, state changes are announced elsewhere. */
export function bar(job, progress) {
  const percent = progress?.percent ?? 0;
  const title = progress?.node_title;
  const step = progress?.max > 1 ? ` ${progress.value}/${progress.max}` : '';
  return html`<span class="job-bar">
    <progress max="100" .value=${percent} aria-label=${t('job.progress')}></progress>
    <span class="muted small-text num truncate">${percent} %${title ? ` · ${plain(title)}${step}` : ''}</span>
  </span>`;
}
