// The library: what can be run, where, and how it did; uploading a workflow.
import {html, LitElement, nothing} from 'lit';
import {get} from '../lib/api.js';
import {locale, t} from '../lib/i18n.js';
import {icon} from '../lib/icons.js';
import {Polled} from '../lib/polled.js';
import {can} from '../lib/session.js';
import {dataPage, empty, number, plain, rows, toast} from '../lib/ui.js';
import {dropZone, fit, mayPublish, newest, pathOf, uploadFile, workflowLink} from '../lib/workflow.js';

const percent = new Intl.NumberFormat(locale, {style: 'percent', maximumFractionDigits: 1});

async function read(signal) {
  const [library, figures] = await Promise.allSettled([
    get('/workflows', {signal}),
    can('read-all') ? get('/numbers', {query: {span: 'week'}, signal}) : Promise.reject(new Error('no right to see figures')),
  ]);
  if (library.status === 'rejected') {
    throw library.reason;
  }
  const runs = new Map();
  for (const {workflow, status, count} of figures.value?.jobs ?? []) {
    const name = workflow.split('@')[0];
    const of = runs.get(name) ?? {all: 0, failed: 0};
    of.all += count;
    of.failed += status === 'failed' ? count : 0;
    runs.set(name, of);
  }
  const {since, until} = figures.value ?? {};
  return {...library.value, runs: figures.value ? runs : null, ended: {finished_after: since, finished_before: until}};
}

export default class WorkflowsPage extends LitElement {
  static properties = {route: {attribute: false}};
  #data = new Polled(this, read, {every: 15_000});

  createRenderRoot() {
    return this;
  }

  render() {
    return dataPage(this.#data, {title: t('shell.workflows'), about: t('workflows.about')}, (read) => this.#library(read));
  }

  async #take(file) {
    const taken = new Set(this.#data.value.workflows.map((it) => it.name));
    const made = await uploadFile(file, '', taken);
    if (made) {
      toast(t(made.created === false ? 'workflows.same' : 'workflows.stored', {ref: plain(`${made.name}@${made.version}`)}));
      location.hash = workflowLink(made.name);
    }
  }

  #search = (event) => {
    const text = event.target.value.trim();
    history.replaceState(null, '', text ? `#/workflows?${new URLSearchParams({q: text})}` : '#/workflows');
    this.route.query.set('q', text);
    this.requestUpdate();
  };

  #library({workflows, faults = [], runs, ended}) {
    const all = newest(workflows);
    const text = (this.route.query.get('q') ?? '').toLowerCase();
    const shown = all.filter((it) => !text || [it.name, it.title, it.description].some((of) => of.toLowerCase().includes(text)));
    const zone = mayPublish() ? dropZone((file) => this.#take(file)) : nothing;
    return html`<div class="stack">
      ${faults.length > 0
        ? html`<div class="notice warn">
            ${icon('warning')}
            <div class="notice-text">
              <strong>${t('workflows.faults', {n: faults.length})}</strong>
              <p>${can('admin') ? html`<a href="#/health">${t('workflows.faults.show')}</a>` : nothing}</p>
            </div>
          </div>`
        : nothing}
      ${all.length === 0
        ? html`${zone}${empty(
            t('workflows.none'),
            mayPublish() ? t('workflows.none.publish') : t('workflows.none.hint'),
            html`<a class="button" href="/docs" target="_blank" rel="noopener">${t('workflows.docs')}</a>`,
            'workflows',
          )}`
        : html`<div class="row wrap">
              <div class="search">
                ${icon('search')}
                <input
                  class="input"
                  type="search"
                  data-search
                  .value=${this.route.query.get('q') ?? ''}
                  placeholder=${t('workflows.search')}
                  aria-label=${t('workflows.search')}
                  @input=${this.#search}
                />
              </div>
            </div>
            ${zone}
            ${shown.length === 0
              ? empty(t('workflows.nomatch'), t('workflows.nomatch.hint'), nothing, 'search')
              : html`<ul class="card list">
                  ${rows(shown, (it) => this.#row(it, runs?.get(it.name), runs !== null, ended))}
                </ul>`}`}
    </div>`;
  }

  #row(it, ran, known, ended) {
    return html`<li class="list-row workflow-row">
      <div class="grow">
        <div class="row wrap">
          <a class="strong break" href=${workflowLink(it.name)}>${plain(it.title || it.name)}</a>
          <code class="muted break">${plain(it.name)}@${it.version}</code>
          ${Object.keys(it.aliases ?? {}).map((alias) => html`<span class="tag">${plain(alias)}</span>`)}
        </div>
        ${it.description ? html`<p class="muted clamp">${plain(it.description)}</p>` : nothing}
        ${it.runnable ? nothing : html`<p class="bad-text clamp">${plain((it.obstacles ?? []).join(' '))}</p>`}
      </div>
      <div class="workflow-runs">
        ${fit(it)}
        <span class="muted small-text">
          ${ran
            ? html`<a class="linked" href="#/jobs?${new URLSearchParams({workflow: it.name, caller: '*', ...ended})}"
                  >${t('workflows.runs', {n: ran.all})}</a
                >${ran.failed > 0 ? html` · <span class="bad-text">${t('workflows.failed', {share: percent.format(ran.failed / ran.all)})}</span>` : nothing}`
            : known
              ? t('workflows.runs.none')
              : t('workflows.inputs.n', {n: number(it.inputs.length)})}
        </span>
      </div>
      ${can('run')
        ? html`<a class="button small" href="#/run/${pathOf(it.name)}" aria-label=${t('workflows.run.label', {name: plain(it.title || it.name)})}>
            ${icon('run')}${t('workflows.run')}
          </a>`
        : nothing}
    </li>`;
  }
}
customElements.define('workflows-page', WorkflowsPage);
