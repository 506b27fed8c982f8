// A workflow of the library, as its pages show it, and uploading one.
import {html, nothing} from 'lit';
import {upload} from './api.js';
import {t} from './i18n.js';
import {icon} from './icons.js';
import {can} from './session.js';
import {bytes, dialog, plain, problem} from './ui.js';

const LARGEST = 100_000_000;

/** The path of a name: the slashes of folders stay. */
export const pathOf = (name) => name.split('/').map(encodeURIComponent).join('/');

export const workflowLink = (name) => `#/workflows/${pathOf(name)}`;

/** Of each name the newest version, with how many there are; the list has the newest first. */
export function newest(workflows) {
  const seen = new Map();
  for (const it of workflows) {
    const known = seen.get(it.name);
    if (!known) {
      seen.set(it.name, {...it, versions: 1});
    } else {
      known.versions++;
    }
  }
  return [...seen.values()];
}

export const mayPublish = () => can('publish') || can('admin');

/** On how many servers it can run, as a badge with words. */
export function fit(workflow) {
  const {servers_fit: n, servers_total: all, runnable} = workflow;
  if (all === 0) {
    return html`<span class="badge neutral">${icon('queued')}${t('workflows.noserver')}</span>`;
  }
  if (runnable && n === 0) {
    return html`<span class="badge neutral">${icon('queued')}${t('workflows.fit.unknown')}</span>`;
  }
  if (!runnable) {
    return html`<span class="badge bad">${icon('failed')}${t('workflows.nowhere')}</span>`;
  }
  return html`<span class="badge ${n === all ? 'good' : 'warn'}"
    >${icon(n === all ? 'succeeded' : 'warning')}${t('workflows.fit', {n, all})}</span
  >`;
}

/**
 * The name that a file is sent under, which a new workflow without a sidecar has as its title: that of the workflow where
 * another one was typed than the file suggests.
 */
function called(filename, suggested, name) {
  const ending = /\.[^.]*$/.exec(filename)?.[0] ?? '';
  return name.toLowerCase() === suggested.toLowerCase() ? filename : `${name.split('/').at(-1)}${ending}`;
}

/**
 * Asks what a file is to be called, and stores it. Resolves with the workflow, or undefined.
 *
 * @param name the workflow of which the file is a new version; empty for a new workflow
 * @param taken names of which a file becomes a new version, too
 */
export function uploadFile(file, name = '', taken = new Set()) {
  let failure = file.size > LARGEST ? {status: 1, problem: {title: t('workflows.large', {size: bytes(file.size)})}} : null;
  let busy = false;
  const own = file.name.replace(/\.[^.]*$/, '').replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+|-+$/g, '');
  let typed = own;
  const title = name ? t('workflows.version.new', {name: plain(name)}) : t('workflows.upload');
  return dialog(
    (close, draw) => html`<form
      class="dialog-body"
      @submit=${async (event) => {
        event.preventDefault();
        const given = new FormData(event.target);
        const form = new FormData();
        form.append('file', file, name ? file.name : called(file.name, own, given.get('name').trim()));
        if ((given.get('note') ?? '').trim()) {
          form.append('note', given.get('note').trim());
        }
        if (given.get('sidecar')?.size > 0) {
          form.append('sidecar', given.get('sidecar'));
        }
        // A browser takes such parts out of a path, which then leads elsewhere.
        if (!name && given.get('name').trim().split(/[/\\]/).some((part) => ['', '.', '..'].includes(part))) {
          failure = {status: 1, problem: {title: t('workflows.name.bad')}};
          draw();
          return;
        }
        busy = true;
        failure = null;
        draw();
        try {
          close(await upload(`/workflows/${pathOf(name || given.get('name').trim())}`, form, {method: 'PUT'}));
        } catch (error) {
          failure = error;
          busy = false;
          draw();
        }
      }}
    >
      <h2>${title}</h2>
      <p class="row">${icon('file')}<span class="break">${plain(file.name)}</span><span class="muted nowrap">${bytes(file.size)}</span></p>
      ${failure ? problem(failure) : nothing}
      ${name
        ? nothing
        : html`<label class="field">
            <span class="label">${t('workflows.name')}</span>
            <input
              class="input"
              name="name"
              required
              .defaultValue=${own}
              maxlength="200"
              autocomplete="off"
              spellcheck="false"
              @input=${(event) => {
                typed = event.target.value.trim();
                draw();
              }}
            />
            <span class="hint">${t('workflows.name.hint')}</span>
            <span role="status">${taken.has(typed) ? html`<strong>${t('workflows.name.taken')}</strong>` : nothing}</span>
          </label>`}
      <label class="field">
        <span class="label">${t('workflows.sidecar')} <span class="muted">${t('workflows.optional')}</span></span>
        <input class="file" type="file" name="sidecar" accept=".yaml,.yml" />
      </label>
      <label class="field">
        <span class="label">${t('workflows.note')} <span class="muted">${t('workflows.optional')}</span></span>
        <input class="input" name="note" maxlength="1000" placeholder=${t('workflows.note.example')} />
      </label>
      <div class="dialog-actions">
        <button type="button" class="button" @click=${() => close()}>${t('ui.cancel')}</button>
        <button class="button primary" ?disabled=${busy || file.size > LARGEST}>${busy ? t('workflows.uploading') : t('workflows.upload.action')}</button>
      </div>
    </form>`,
    {label: title},
  );
}

/** A place to drop a workflow's file, or to choose one. */
export function dropZone(take) {
  const over = (event, on) => {
    event.preventDefault();
    event.currentTarget.classList.toggle('over', on);
  };
  return html`<label
    class="drop-file"
    @dragover=${(event) => over(event, true)}
    @dragleave=${(event) => over(event, false)}
    @drop=${(event) => {
      over(event, false);
      if (event.dataTransfer.files.length > 0) {
        take(event.dataTransfer.files[0]);
      }
    }}
  >
    ${icon('upload')}
    <span><strong>${t('workflows.drop')}</strong> <span class="muted">${t('workflows.drop.hint')}</span></span>
    <input
      class="sr"
      type="file"
      accept=".json,image/*,video/*,audio/*"
      @change=${(event) => {
        const [file] = event.target.files;
        event.target.value = '';
        if (file) {
          take(file);
        }
      }}
    />
  </label>`;
}
