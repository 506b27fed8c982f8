// One workflow: where it runs, its inputs, versions, what changed between them, and aliases.
import {html, LitElement, nothing} from 'lit';
import {del, get, post, put} from '../lib/api.js';
import {t} from '../lib/i18n.js';
import {icon} from '../lib/icons.js';
import {stringify} from '../lib/json.js';
import {Polled} from '../lib/polled.js';
import {can} from '../lib/session.js';
import {ago, badge, confirm, copyButton, dialog, empty, failed, number, plain, problem, rows, skeleton, toast} from '../lib/ui.js';
import {dropZone, fit, mayPublish, pathOf, uploadFile, workflowLink} from '../lib/workflow.js';

const ALIAS = '[a-z][a-z0-9_\\-]{0,49}';
const LONGEST_VALUE = 120;

function shown(value) {
  if (value === undefined || value === '') {
    return '–';
  }
  const text = typeof value === 'string' ? value : stringify(value);
  return plain(text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text);
}

export default class WorkflowPage extends LitElement {
  static properties = {route: {attribute: false}, working: {state: true}};
  #data = new Polled(this, (signal) => this.#read(signal), {every: 15_000});

  createRenderRoot() {
    return this;
  }

  get #name() {
    return this.route.path.join('/');
  }

  async #read(signal) {
    const path = `/workflows/${pathOf(this.#name)}`;
    const [workflow, versions] = await Promise.allSettled([
      get(path, {signal}),
      mayPublish() ? get(`${path}/versions`, {signal}) : Promise.resolve(null),
    ]);
    if (workflow.status === 'rejected') {
      throw workflow.reason;
    }
    return {workflow: workflow.value, versions: versions.value ?? null};
  }

  render() {
    const {value, error} = this.#data;
    return html`<nav class="crumbs" aria-label=${t('workflows.crumbs')}>
        <a href="#/workflows">${icon('left')}${t('shell.workflows')}</a>
      </nav>
      ${error && !value
        ? error.status === 404
          ? empty(
              t('workflows.gone'),
              t('workflows.gone.hint'),
              html`<a class="button" href="#/workflows">${t('workflows.back')}</a>`,
              'workflows',
            )
          : problem(error, () => this.#data.refresh())
        : nothing}
      ${this.#data.first ? skeleton(5) : nothing} ${value ? this.#workflow(value) : nothing}`;
  }

  #workflow({workflow, versions}) {
    const uploaded = workflow.source === 'upload' || versions?.source === 'upload';
    return html`<header class="page-head">
        <div>
          <h1 class="break">${plain(workflow.title || workflow.name)}</h1>
          <div class="row wrap head-line">
            ${fit(workflow)}<code class="muted break">${plain(workflow.name)}@${workflow.version}</code>${copyButton(workflow.name)}
          </div>
          ${workflow.description ? html`<p class="break">${plain(workflow.description)}</p>` : nothing}
        </div>
        <div class="actions">
          ${uploaded && mayPublish()
            ? html`<button class="button danger-quiet" type="button" @click=${() => this.#remove(workflow)}>${icon('trash')}${t('workflows.remove')}</button>`
            : nothing}
          ${can('run')
            ? html`<a class="button primary" href="#/run/${pathOf(workflow.name)}">${icon('run')}${t('workflows.test')}</a>`
            : nothing}
        </div>
      </header>
      <div class="stack">
        ${workflow.runnable
          ? nothing
          : html`<div class="notice bad" role="status">
              ${icon('warning')}
              <div class="notice-text">
                <strong>${t('workflows.obstacles')}</strong>
                ${(workflow.obstacles ?? []).map((it) => html`<p>${plain(it)}</p>`)}
              </div>
            </div>`}
        ${this.#servers(workflow.servers ?? [])} ${this.#inputs(workflow)} ${versions ? this.#versions(workflow, versions) : nothing}
        ${uploaded && mayPublish() ? dropZone((file) => this.#take(file)) : nothing}
      </div>`;
  }

  #servers(servers) {
    return html`<section class="card" aria-labelledby="workflow-servers">
      <div class="card-head"><h2 id="workflow-servers">${t('workflows.servers')}</h2></div>
      ${servers.length === 0
        ? html`<p class="card-body muted">${t('workflows.servers.none')}</p>`
        : html`<ul class="list">
            ${rows(
              servers,
              (it) => html`<li class="list-row">
                <span class="list-name break">${can('read-all') ? html`<a href="#/servers">${plain(it.name)}</a>` : plain(it.name)}</span>
                <span class="grow ${it.lacks.length === 0 ? 'muted' : ''} break">
                  ${it.lacks.length === 0
                    ? t(it.status === 'down' ? 'workflows.unknown' : 'workflows.has')
                    : html`${t(it.runs ? 'workflows.decides' : 'workflows.lacks')}
                        <span class="block">${it.lacks.map((what) => html`<span class="block">· ${plain(what)}</span>`)}</span>`}
                </span>
                ${it.status === 'up' ? nothing : badge(it.status)}
                ${it.status === 'down' && it.lacks.length === 0
                  ? nothing
                  : html`<span class="badge ${it.runs ? 'good' : 'bad'}"
                      >${icon(it.runs ? 'succeeded' : 'failed')}${t(it.runs ? 'workflows.runs.here' : 'workflows.runs.not')}</span
                    >`}
              </li>`,
            )}
          </ul>`}
    </section>`;
  }

  #inputs(workflow) {
    const {properties = {}, required = []} = workflow.input_schema ?? {};
    const entries = Object.entries(properties);
    return html`<section class="card" aria-labelledby="workflow-inputs">
      <div class="card-head">
        <h2 id="workflow-inputs">${t('workflows.inputs')}</h2>
        <code class="muted break">POST ${plain(workflow.url)}</code>
      </div>
      ${entries.length === 0
        ? html`<p class="card-body muted">${t('workflows.inputs.none')}</p>`
        : html`<div class="table-wrap" tabindex="0" role="region" aria-labelledby="workflow-inputs">
            <table class="table folds">
              <thead>
                <tr>
                  <th scope="col">${t('workflows.input')}</th>
                  <th scope="col">${t('workflows.input.type')}</th>
                  <th scope="col">${t('workflows.input.default')}</th>
                  <th scope="col">${t('workflows.input.bounds')}</th>
                </tr>
              </thead>
              <tbody>
                ${rows(
                  entries,
                  ([name, of]) => html`<tr>
                    <td>
                      <code class="strong break">${plain(name)}</code>
                      ${required.includes(name) ? html`<span class="tag">${t('workflows.input.required')}</span>` : nothing}
                      ${of.description ? html`<span class="block muted small-text">${plain(of.description)}</span>` : nothing}
                    </td>
                    <td class="nowrap" data-label=${t('workflows.input.type')}>${plain([of.type ?? (of.enum ? 'enum' : 'file')].flat().join(' | '))}</td>
                    <td class="break small-text" data-label=${t('workflows.input.default')}>${shown(of.default)}</td>
                    <td class="break small-text" data-label=${t('workflows.input.bounds')}>${bounds(of)}</td>
                  </tr>`,
                  () => html`<tr><td colspan="4" class="muted">${t('ui.row.broken')}</td></tr>`,
                )}
              </tbody>
            </table>
          </div>`}
    </section>`;
  }

  #versions(workflow, {versions, current, source}) {
    const uploads = source === 'upload' && mayPublish();
    return html`<section class="card" aria-labelledby="workflow-versions">
      <div class="card-head">
        <h2 id="workflow-versions">${t('workflows.versions')}</h2>
        <span class="muted">${t(source === 'upload' ? 'workflows.source.upload' : 'workflows.source.file')}</span>
      </div>
      <ul class="list">
        ${rows(
          versions,
          (it) => html`<li class="list-row">
            <span class="list-name num">
              ${plain(it.ref)} ${it.current ? html`<span class="tag">${t('workflows.current')}</span>` : nothing}
            </span>
            <span class="grow">
              ${it.note ? html`<span class="block break">${plain(it.note)}</span>` : nothing}
              <span class="muted small-text">
                ${it.created_at ? ago(it.created_at) : t('workflows.source.file')}${it.by ? html` · ${plain(it.by)}` : nothing}${it.runs
                  ? html` · <a href="#/jobs?${new URLSearchParams({workflow: it.ref, caller: '*'})}">${t('workflows.jobs', {n: it.runs})}</a>`
                  : nothing}
              </span>
              ${(it.aliases ?? []).map(
                (alias) => html`<span class="chip removable"
                  >${plain(alias)}<button
                    type="button"
                    aria-label=${t('workflows.alias.remove', {alias})}
                    @click=${() => this.#removeAlias(workflow, alias)}
                  >
                    ${icon('close')}
                  </button></span
                >`,
              )}
            </span>
            <div class="row wrap">
              ${it.current
                ? nothing
                : html`<button class="button small" type="button" aria-label=${t('workflows.diff.label', {ref: plain(it.ref)})} @click=${() => this.#diff(workflow, it.version, current)}>
                    ${icon('compare')}${t('workflows.diff')}
                  </button>`}
              <button class="button small" type="button" aria-label=${t('workflows.alias.label', {ref: plain(it.ref)})} @click=${() => this.#alias(workflow, it)}>
                ${icon('link')}${t('workflows.alias')}
              </button>
              ${it.current || !uploads
                ? nothing
                : html`<button class="button small" type="button" aria-label=${t('workflows.restore.label', {ref: plain(it.ref)})} @click=${() => this.#restore(workflow, it)}>
                    ${icon('refresh')}${t('workflows.restore')}
                  </button>`}
            </div>
          </li>`,
        )}
      </ul>
    </section>`;
  }

  async #take(file) {
    const made = await uploadFile(file, this.#name);
    if (made) {
      toast(t(made.created === false ? 'workflows.same' : 'workflows.stored', {ref: plain(`${made.name}@${made.version}`)}));
      await this.#data.refresh();
    }
  }

  async #act(work, done) {
    this.working = true;
    try {
      await work();
      toast(done);
      await this.#data.refresh();
      return true;
    } catch (error) {
      failed(error);
      return false;
    } finally {
      this.working = false;
    }
  }

  async #restore(workflow, it) {
    const sure = await confirm({
      title: t('workflows.restore.title', {ref: plain(it.ref)}),
      text: t('workflows.restore.text'),
      action: t('workflows.restore'),
      danger: false,
    });
    if (sure) {
      await this.#act(
        () => post(`/workflows/${pathOf(workflow.name)}/versions`, {from: it.version}),
        t('workflows.restored', {ref: plain(it.ref)}),
      );
    }
  }

  async #alias(workflow, it) {
    let given = '';
    const wanted = await dialog(
      (close) => html`<form
        class="dialog-body"
        @submit=${(event) => {
          event.preventDefault();
          close(true);
        }}
      >
        <h2>${t('workflows.alias.title', {ref: plain(it.ref)})}</h2>
        <p>${t('workflows.alias.text', {name: plain(workflow.name)})}</p>
        <label class="field">
          <span class="label">${t('workflows.alias.name')}</span>
          <input
            class="input"
            required
            pattern=${ALIAS}
            list="alias-names"
            placeholder="production"
            autocomplete="off"
            spellcheck="false"
            @input=${(event) => (given = event.target.value)}
          />
          <datalist id="alias-names">${Object.keys(workflow.aliases ?? {}).map((alias) => html`<option value=${alias}></option>`)}</datalist>
        </label>
        <div class="dialog-actions">
          <button type="button" class="button" @click=${() => close()}>${t('ui.cancel')}</button>
          <button class="button primary">${t('workflows.alias.action')}</button>
        </div>
      </form>`,
      {label: t('workflows.alias.title', {ref: plain(it.ref)})},
    );
    if (wanted) {
      await this.#act(
        () => put(`/workflows/${pathOf(workflow.name)}/aliases/${encodeURIComponent(given)}`, {version: it.version}),
        t('workflows.alias.done', {alias: plain(given), ref: plain(it.ref)}),
      );
    }
  }

  async #removeAlias(workflow, alias) {
    const sure = await confirm({
      title: t('workflows.alias.remove', {alias: plain(alias)}),
      text: t('workflows.alias.remove.text', {ref: plain(`${workflow.name}@${alias}`)}),
      action: t('workflows.remove'),
    });
    if (sure) {
      await this.#act(
        () => del(`/workflows/${pathOf(workflow.name)}/aliases/${encodeURIComponent(alias)}`),
        t('workflows.alias.removed', {alias: plain(alias)}),
      );
    }
  }

  async #remove(workflow) {
    const sure = await confirm({
      title: t('workflows.remove.title', {name: plain(workflow.name)}),
      text: t('workflows.remove.text'),
      typed: workflow.name,
      action: t('workflows.remove'),
    });
    if (sure && (await this.#act(() => del(`/workflows/${pathOf(workflow.name)}`), t('workflows.removed', {name: plain(workflow.name)})))) {
      location.hash = '#/workflows';
    }
  }

  async #diff(workflow, from, to) {
    let diff;
    try {
      diff = await get(`/workflows/${pathOf(workflow.name)}/diff`, {query: {from, to}});
    } catch (error) {
      failed(error);
      return;
    }
    const title = t('workflows.diff.title', {from: plain(`${workflow.name}@${diff.from}`), to: plain(`${workflow.name}@${diff.to}`)});
    await dialog(
      (close) => html`<div class="dialog-body">
        <h2>${title}</h2>
        ${diff.same ? html`<p>${t('workflows.diff.same')}</p>` : changes(diff)}
        <div class="dialog-actions"><button type="button" class="button" @click=${() => close()}>${t('ui.close')}</button></div>
      </div>`,
      {label: title, wide: true},
    );
  }
}

const bound = (value) => (value === undefined ? '…' : number(value));

function bounds(of) {
  if (of.enum) {
    const few = of.enum.slice(0, 6).map((it) => shown(it)).join(', ');
    return of.enum.length > 6 ? t('workflows.input.choices', {few, n: of.enum.length}) : few;
  }
  if (of.minimum !== undefined || of.maximum !== undefined) {
    return `${bound(of.minimum)} – ${bound(of.maximum)}`;
  }
  return of.maxLength ? t('workflows.input.length', {n: of.maxLength}) : '–';
}

// Added with a plus, removed with a minus, so that it does not depend on colour.
function change(sign, what, lines = []) {
  const look = {'+': 'good', '−': 'bad', '~': 'warn'}[sign];
  return html`<li class="change">
    <span class="code-tag ${look}"><span aria-hidden="true">${sign}</span><span class="sr">${t(`workflows.sign.${look}`)}</span></span>
    <div class="grow">
      <code class="break">${what}</code>
      ${lines.map(
        (it) => html`<span class="block small-text break"
          ><span class="muted">${plain(it.field)}:</span> ${shown(it.from)} → ${shown(it.to)}</span
        >`,
      )}
    </div>
  </li>`;
}

const nodeName = (node) => plain(`${node.id} ${node.class_type}${node.title ? ` “${node.title}”` : ''}`);

// A new title alone changes nothing that runs: such changes are folded away, so that they do not bury the others.
const retitled = (it) => it.title_changed && !it.class_changed && !(it.values?.length > 0) && !(it.links?.length > 0);
const renamed = (it) => it.fields?.length > 0 && it.fields.every((one) => one.field === 'title');

function folded(list) {
  return list.length === 0
    ? []
    : [
        html`<li>
          <details class="fold-out">
            <summary>${t('workflows.diff.titles', {n: list.length})}${icon('down')}</summary>
            <ul class="changes">${list}</ul>
          </details>
        </li>`,
      ];
}

function changes({about = [], inputs = {}, nodes = {}}) {
  const input = (it) => change('~', plain(it.name), [...it.fields].sort((one, other) => (one.field === 'title') - (other.field === 'title')));
  const node = (it) =>
    change('~', nodeName(it), [
      ...(it.class_changed ? [{field: 'class_type', ...it.class_changed}] : []),
      ...(it.values ?? []),
      ...(it.links ?? []),
      ...(it.title_changed ? [{field: 'title', ...it.title_changed}] : []),
    ]);
  const parts = [
    ['workflows.diff.about', about.map((it) => change('~', plain(it.field), [{...it, field: t('workflows.diff.value')}]))],
    [
      'workflows.inputs',
      [
        ...(inputs.added ?? []).map((it) => change('+', plain(it.name))),
        ...(inputs.removed ?? []).map((it) => change('−', plain(it.name))),
        ...(inputs.changed ?? []).filter((it) => !renamed(it)).map(input),
        ...folded((inputs.changed ?? []).filter(renamed).map(input)),
      ],
    ],
    [
      'workflows.diff.nodes',
      [
        ...(nodes.added ?? []).map((it) => change('+', nodeName(it))),
        ...(nodes.removed ?? []).map((it) => change('−', nodeName(it))),
        ...(nodes.changed ?? []).filter((it) => !retitled(it)).map(node),
        ...folded((nodes.changed ?? []).filter(retitled).map(node)),
      ],
    ],
  ].filter(([, list]) => list.length > 0);
  return parts.map(
    ([key, list]) => html`<section class="stack tight">
      <h3>${t(key)}</h3>
      <ul class="changes">${list}</ul>
    </section>`,
  );
}

customElements.define('workflow-page', WorkflowPage);
