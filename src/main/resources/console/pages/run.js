// Pick a workflow, fill its form, run it, and see what comes.
import {html, LitElement, nothing} from 'lit';
import {live} from 'lit-html/directives/live.js';
import {repeat} from 'lit-html/directives/repeat.js';
import {get, post} from '../lib/api.js';
import {t} from '../lib/i18n.js';
import {numeric} from '../lib/json.js';
import {icon} from '../lib/icons.js';
import {defaults, errorsOf, field, fieldsOf, filled, inputsOf, missing, named, sendOutput} from '../lib/form.js';
import {isActive, jobLink, jobPath, shortId, state} from '../lib/job.js';
import {gallery, texts} from '../lib/outputs.js';
import {can, entry} from '../lib/session.js';
import * as snippets from '../lib/snippets.js';
import {subscribe} from '../lib/stream.js';
import {mayPublish, newest, pathOf} from '../lib/workflow.js';
import {ago, badge, copyButton, empty, failed, plain, problem, said, skeleton} from '../lib/ui.js';

const MOST = 20;
const KEPT_RESULTS = 60;
const TABS = ['form', 'json', 'curl', 'python', 'javascript', 'n8n'];

// What was run from each form since the page was loaded, newest first.
const results = new Map();

function kept(name) {
  try {
    return JSON.parse(sessionStorage.getItem(entry('form', name)) ?? 'null');
  } catch {
    return null;
  }
}

function keep(name, form) {
  try {
    const values = Object.fromEntries(
      Object.entries(form.values).map(([key, value]) => [key, value?.loading || value?.error ? null : value?.preview ? {...value, preview: undefined} : value]),
    );
    sessionStorage.setItem(entry('form', name), JSON.stringify({...form, values}));
  } catch {
    // Storage is full or blocked: the form lives as long as the page.
  }
}

function rememberJobs(name, jobs) {
  results.set(name, jobs);
  try {
    sessionStorage.setItem(entry('results', name), JSON.stringify(jobs.slice(0, MOST).map((job) => job.id)));
  } catch {
    // Storage is blocked: they are found on the page of jobs.
  }
}

function rememberedJobs(name) {
  try {
    return JSON.parse(sessionStorage.getItem(entry('results', name)) ?? '[]');
  } catch {
    return [];
  }
}

export default class RunPage extends LitElement {
  static properties = {
    route: {attribute: false},
    list: {state: true},
    versions: {state: true},
    kept: {state: true},
    listError: {state: true},
    search: {state: true},
    workflow: {state: true},
    error: {state: true},
    values: {state: true},
    errors: {state: true},
    refused: {state: true},
    unfilled: {state: true},
    count: {state: true},
    tab: {state: true},
    sending: {state: true},
    jobs: {state: true},
    progress: {state: true},
    previews: {state: true},
    said: {state: true},
  };

  #stop = null;
  #abort = new AbortController();
  #name = null;
  #fields = [];
  #reading = new Map();

  constructor() {
    super();
    this.search = '';
    this.values = named();
    this.errors = named();
    this.count = 1;
    this.tab = 'form';
    this.jobs = [];
    this.progress = new Map();
    this.previews = new Map();
    this.said = '';
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#stop = subscribe((event) => this.#happened(event));
    this.#list();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#stop();
    this.#abort.abort();
    this.#reading.forEach(clearTimeout);
  }

  willUpdate(changed) {
    if (changed.has('route')) {
      const name = this.route.path.join('/') || null;
      if (name !== this.#name) {
        this.#name = name;
        this.workflow = this.error = this.refused = this.unfilled = null;
        this.errors = named();
        this.jobs = results.get(name) ?? [];
        this.tab = 'form';
        if (name) {
          this.#load();
          if (!results.has(name)) {
            this.#readRemembered(name);
          }
        }
      } else if (name && this.workflow && this.route.query.toString()) {
        this.#prefill(this.route.query);
      }
    }
  }

  // After a reload: what was run here before, as it is now.
  async #readRemembered(name) {
    const read = await Promise.allSettled(rememberedJobs(name).map((id) => get(jobPath(id), {signal: this.#abort.signal})));
    if (name === this.#name) {
      const found = read.filter((it) => it.status === 'fulfilled').map((it) => it.value);
      this.jobs = [...this.jobs, ...found.filter((job) => !this.jobs.some((it) => it.id === job.id))];
      results.set(name, this.jobs);
    }
  }

  async #list() {
    try {
      this.versions = (await get('/workflows', {signal: this.#abort.signal})).workflows;
      this.list = newest(this.versions);
      this.listError = null;
    } catch (error) {
      if (error.name !== 'AbortError') {
        this.listError = error;
      }
    }
  }

  async #load() {
    const name = this.#name;
    try {
      const workflow = await get(`/workflows/${pathOf(name)}`, {signal: this.#abort.signal});
      if (name !== this.#name) {
        return;
      }
      this.#fields = fieldsOf(workflow);
      const form = kept(name);
      this.values = {...defaults(this.#fields), ...this.#valid(form?.values ?? this.#example(workflow))};
      this.count = form?.count ?? 1;
      this.workflow = workflow;
      this.error = null;
      this.#readVersions(workflow.name);
      await this.#prefill(this.route.query);
    } catch (error) {
      if (error.name !== 'AbortError' && name === this.#name) {
        this.error = error;
      }
    }
  }

  // Only who may publish sees the versions that an uploaded workflow had before.
  async #readVersions(name) {
    if (this.kept?.name === name || !mayPublish()) {
      return;
    }
    try {
      const {versions, current} = await get(`/workflows/${pathOf(name)}/versions`, {signal: this.#abort.signal});
      this.kept = {name, current, versions: versions.map((it) => it.version).sort((a, b) => b - a)};
    } catch {
      // The newest one can be run without them.
    }
  }

  // A first visit starts from the workflow's own example, so that Run works at once.
  #example(workflow) {
    return filled(this.#fields, workflow.example_request?.inputs ?? {}, {});
  }

  #valid(values) {
    const first = defaults(this.#fields);
    return Object.fromEntries(
      Object.entries(values).filter(([name, value]) => Object.hasOwn(first, name) && (value === null) === (value === null && first[name] === null) && (typeof value === typeof first[name] || first[name] === null)),
    );
  }

  // ?from= fills the form with what a job ran with, ?use= gives an output of a job to the first input that takes it.
  async #prefill(query) {
    const [from, use] = [query.get('from'), query.get('use')];
    if (!from && !use) {
      return;
    }
    window.history.replaceState(null, '', `#/run/${pathOf(this.#name)}`);
    this.unfilled = null;
    try {
      if (from) {
        const [job, ran] = await Promise.all([get(jobPath(from)), get(`${jobPath(from)}/inputs`)]);
        this.values = {...this.values, ...filled(this.#fields, ran.inputs ?? {}, job.seeds)};
        this.#keep();
        this.said = t('run.filled', {id: shortId(from)});
      }
      if (use) {
        const [id, index] = use.split(':');
        const job = await get(jobPath(id));
        const output = job.outputs.find((it) => String(it.index) === index);
        const target = this.#fields.find((it) => it.kind === 'file' && ['file', output?.kind].includes(it.of['x-media']));
        if (output && target) {
          await sendOutput(target.name, job, output, this.#set);
        } else {
          this.refused = {status: 1, problem: {title: t('run.use.none'), detail: t('run.use.none.hint')}};
        }
      }
    } catch (error) {
      this.unfilled = {error, query};
    }
  }

  // The form looks the same with and without the values of a job.
  #notFilled({error, query}) {
    const from = query.get('from');
    return html`<div class="notice warn obstacles" role="alert">
      ${icon('warning')}
      <div class="notice-text">
        <strong>${from ? t('run.unfilled', {id: plain(shortId(from))}) : t('run.unfilled.use')}</strong>
        <p>${said(error)} ${t('run.unfilled.hint')}</p>
      </div>
      ${error.status === 404
        ? nothing
        : html`<button class="button" type="button" @click=${() => this.#prefill(query)}>${t('ui.again')}</button>`}
      <button
        type="button"
        class="button quiet only-icon"
        aria-label=${t('ui.close')}
        title=${t('ui.close')}
        @click=${() => (this.unfilled = null)}
      >
        ${icon('close')}
      </button>
    </div>`;
  }

  #set = (name, value) => {
    this.values = {...this.values, [name]: value};
    if (this.errors[name]) {
      this.errors = named(Object.entries(this.errors).filter(([it]) => it !== name));
    }
    this.#keep();
  };

  #keep() {
    keep(this.#name, {values: this.values, count: this.count});
  }

  #reset = () => {
    this.values = {...defaults(this.#fields), ...this.#example(this.workflow)};
    this.errors = named();
    this.refused = null;
    this.#keep();
  };

  // A version or alias that was asked for stays in the request.
  #target() {
    return this.#name.includes('@') ? `/webhook/${pathOf(this.#name)}` : this.workflow.url;
  }

  #body(index = 0, batch = null) {
    const inputs = inputsOf(this.#fields, this.values);
    if (index > 0) {
      // Several jobs with one fixed seed would be the same picture.
      for (const it of this.#fields.filter((one) => one.kind === 'seed')) {
        if (['number', 'bigint'].includes(typeof inputs[it.name])) {
          inputs[it.name] = numeric(String(BigInt(inputs[it.name]) + BigInt(index)));
        }
      }
    }
    return {inputs, ...(batch ? {metadata: {batch}} : {})};
  }

  #submit = async (event) => {
    event?.preventDefault();
    if (this.sending) {
      return;
    }
    this.refused = null;
    this.errors = missing(this.#fields, this.values);
    if (Object.keys(this.errors).length > 0) {
      this.#focusFirst();
      return;
    }
    const count = Math.min(MOST, Math.max(1, Number(this.count) || 1));
    const batch = count > 1 ? `${this.workflow.name} ${new Date().toISOString().slice(5, 19).replace('T', ' ')}` : null;
    this.sending = true;
    try {
      for (let index = 0; index < count; index++) {
        this.#add(await post(this.#target(), this.#body(index, batch)));
      }
      this.said = t('run.sent', {n: count});
    } catch (error) {
      this.#wasRefused(error);
    } finally {
      this.sending = false;
    }
  };

  #wasRefused(error) {
    this.errors = error.problem ? errorsOf(this.#fields, error.problem) : named();
    const {'': rest, ...byField} = this.errors;
    if (Object.keys(byField).length === 0 || rest) {
      this.refused = error;
    }
    this.#focusFirst();
  }

  async #focusFirst() {
    this.tab = 'form';
    await this.updateComplete;
    const name = this.#fields.find((it) => this.errors[it.name])?.name;
    if (name !== undefined) {
      const box = [...this.querySelectorAll('[data-field]')].find((it) => it.dataset.field === name);
      box?.closest('details')?.setAttribute('open', '');
      box?.querySelector('textarea, select, input:not([type=range]):not([type=color]):not([disabled])')?.focus();
      box?.scrollIntoView({block: 'center'});
    } else {
      this.querySelector('.refused')?.scrollIntoView({block: 'nearest'});
    }
  }

  #add(job) {
    this.jobs = [job, ...this.jobs].slice(0, KEPT_RESULTS);
    rememberJobs(this.#name, this.jobs);
  }

  #happened({type, data}) {
    const mine = (id) => this.jobs.some((job) => job.id === id);
    if (type === 'reset') {
      this.jobs.filter(isActive).forEach((job) => this.#read(job.id));
    } else if (type === 'progress' && mine(data.job)) {
      this.progress = new Map(this.progress).set(data.job, data);
    } else if (type === 'preview' && mine(data.job)) {
      this.previews = new Map(this.previews).set(data.job, data);
    } else if (['status', 'finished'].includes(type) && mine(data.job)) {
      this.#read(data.job);
    }
  }

  #read(id) {
    if (this.#reading.has(id)) {
      return;
    }
    this.#reading.set(
      id,
      setTimeout(async () => {
        this.#reading.delete(id);
        try {
          const job = await get(jobPath(id), {signal: this.#abort.signal});
          const before = this.jobs.find((it) => it.id === id);
          this.jobs = this.jobs.map((it) => (it.id === id ? job : it));
          results.set(this.#name, this.jobs);
          if (before && before.status !== job.status && !isActive(job)) {
            this.said = t('run.said', {id: shortId(id), status: t(`status.${job.status}`)});
          }
        } catch {
          // The next event reads it again.
        }
      }, 100),
    );
  }

  async #again(job, seed) {
    try {
      this.#add(await post(`${jobPath(job.id)}/retry`, undefined, {query: {seed}}));
    } catch (error) {
      failed(error);
    }
  }

  #use = (job) => (output) => {
    const target = this.#fields.find((it) => it.kind === 'file' && ['file', output.kind].includes(it.of['x-media']));
    if (target) {
      sendOutput(target.name, job, output, this.#set);
      this.#toField(target.name);
    } else {
      location.hash = `#/run?use=${encodeURIComponent(job.id)}:${output.index}`;
    }
  };

  #toField(name) {
    [...this.querySelectorAll('[data-field]')].find((it) => it.dataset.field === name)?.scrollIntoView({block: 'center'});
  }

  render() {
    return this.#name ? this.#form() : this.#picker();
  }

  #picker() {
    const use = this.route.query.get('use');
    const wanted = this.search.trim().toLowerCase();
    const found = (this.list ?? []).filter((it) => `${it.name} ${it.title} ${it.description}`.toLowerCase().includes(wanted));
    return html`<header class="page-head">
        <div>
          <h1>${t('shell.run')}</h1>
          <p>${use ? t('run.pick.use') : t('run.pick')}</p>
        </div>
      </header>
      ${this.listError ? problem(this.listError, () => this.#list()) : nothing}
      ${!this.list && !this.listError ? skeleton(3) : nothing}
      ${this.list?.length === 0
        ? empty(t('run.none'), t('run.none.hint'), can('admin') ? html`<a class="button primary" href="#/workflows">${t('shell.workflows')}</a>` : nothing, 'workflows')
        : nothing}
      ${this.list?.length > 0
        ? html`<div class="picker-search search" role="search">
              ${icon('search')}
              <input
                class="input"
                type="search"
                data-search
                autocomplete="off"
                aria-label=${t('run.search')}
                placeholder=${t('run.search')}
                .value=${live(this.search)}
                @input=${(event) => (this.search = event.target.value)}
                @keydown=${(event) => event.key === 'Enter' && found.length > 0 && (location.hash = this.#to(found[0], use))}
              />
            </div>
            ${found.length === 0
              ? empty(t('run.nomatch'), '', html`<button type="button" class="button" @click=${() => (this.search = '')}>${t('jobs.filter.clear')}</button>`, 'search')
              : html`<ul class="picker">
                  ${repeat(
                    found,
                    (it) => it.name,
                    (it) => this.#card(it, use),
                  )}
                </ul>`}`
        : nothing}`;
  }

  #to(workflow, use) {
    return `#/run/${pathOf(workflow.name)}${use ? `?use=${use}` : ''}`;
  }

  #card(it, use) {
    try {
      return html`<li>
        <a class="card picker-card" href=${this.#to(it, use)}>
          <span class="row spread">
            <strong class="truncate">${plain(it.title || it.name)}</strong>
            ${it.runnable ? icon('right') : html`<span class="badge warn">${icon('warning')}${t('run.notrunnable')}</span>`}
          </span>
          <span class="muted picker-text">${plain(it.description)}</span>
          <span class="row muted small-text"><code class="truncate">${plain(it.name)}@${it.version}</code> · ${t('run.inputs', {n: it.inputs.length})}</span>
        </a>
      </li>`;
    } catch (failure) {
      console.warn('A workflow cannot be shown', failure);
      return html`<li class="card picker-card muted">${t('ui.row.broken')}</li>`;
    }
  }

  #form() {
    const crumbs = html`<nav class="crumbs" aria-label=${t('job.path')}><a href="#/run">${icon('left')}${t('run.all')}</a></nav>`;
    if (this.error) {
      return html`${crumbs} ${this.error.status === 404
        ? empty(t('run.unknown'), t('run.unknown.hint'), html`<a class="button" href="#/run">${t('run.all')}</a>`, 'search')
        : problem(this.error, () => this.#load())}`;
    }
    if (!this.workflow) {
      return html`${crumbs} ${skeleton(5)}`;
    }
    const it = this.workflow;
    return html`${crumbs}
      <header class="page-head">
        <div>
          <h1>${plain(it.title || it.name)}</h1>
          ${it.description ? html`<p>${plain(it.description)}</p>` : nothing}
        </div>
        <span class="row muted version">${this.#version(it)}${copyButton(this.#name.includes('@') ? this.#name : `${it.name}@${it.version}`)}</span>
      </header>
      ${it.runnable ? nothing : this.#obstacles(it)} ${this.unfilled ? this.#notFilled(this.unfilled) : nothing}
      <p class="sr" role="status">${this.said}</p>
      <div class="run-columns">
        <section class="card" aria-label=${t('run.form')}>
          ${this.#tabs()}
          <div role="tabpanel" id="run-panel" aria-labelledby=${`tab-${this.tab}`} class="card-body" tabindex=${this.tab === 'form' ? nothing : '0'}>
            ${this.tab === 'form' ? this.#inputs() : this.#snippet()}
          </div>
        </section>
        <section class="run-results" aria-labelledby="results-title">
          <h2 id="results-title">${t('run.results')}</h2>
          ${this.#results()}
        </section>
      </div>`;
  }

  // The version that the name means, one of the others, or what an alias names now.
  #version(it) {
    const kept = this.kept?.name === it.name ? this.kept : {versions: []};
    const listed = (this.versions ?? []).filter((one) => one.name === it.name).map((one) => one.version);
    const versions = [...new Set([...listed, ...kept.versions])];
    const aliases = Object.entries(it.aliases ?? {});
    if (versions.length < 2 && aliases.length === 0) {
      return html`<code>${plain(it.name)}@${it.version}</code>`;
    }
    const asked = this.#name.slice(it.name.length + 1);
    const current = String(kept.current ?? listed[0] ?? it.version);
    const option = (value, text) => html`<option value=${value} ?selected=${value === (asked || current)}>${text}</option>`;
    const open = (value) => (location.hash = `#/run/${pathOf(value === current ? it.name : `${it.name}@${value}`)}`);
    return html`<label class="row"
      ><span>${t('run.version')}</span>
      <select class="select small" @change=${(event) => open(event.target.value)}>
        ${versions.map((one) => option(String(one), `${plain(it.name)}@${one}`))}
        ${aliases.length > 0
          ? html`<optgroup label=${t('run.aliases')}>
              ${aliases.map(([alias, version]) => option(alias, `${plain(it.name)}@${plain(alias)} → ${version}`))}
            </optgroup>`
          : nothing}
      </select></label
    >`;
  }

  #obstacles(it) {
    return html`<div class="notice warn obstacles">
      ${icon('warning')}
      <div class="notice-text">
        <strong>${t('run.obstacles')}</strong>
        <ul>${(it.obstacles ?? []).map((one) => html`<li>${plain(one)}</li>`)}</ul>
      </div>
    </div>`;
  }

  #tabs() {
    const move = (event) => {
      const by = {ArrowRight: 1, ArrowLeft: -1}[event.key];
      if (by) {
        event.preventDefault();
        this.tab = TABS[(TABS.indexOf(this.tab) + by + TABS.length) % TABS.length];
        this.updateComplete.then(() => this.querySelector(`#tab-${this.tab}`).focus());
      }
    };
    return html`<div class="tabs run-tabs" role="tablist" aria-label=${t('run.tabs')} @keydown=${move}>
      ${TABS.map(
        (tab) => html`<button
          type="button"
          role="tab"
          id=${`tab-${tab}`}
          aria-controls="run-panel"
          aria-selected=${this.tab === tab ? 'true' : 'false'}
          tabindex=${this.tab === tab ? '0' : '-1'}
          @click=${() => (this.tab = tab)}
        >
          ${t(`run.tab.${tab}`)}
        </button>`,
      )}
    </div>`;
  }

  #snippet() {
    const body = this.#body();
    const url = location.origin + this.#target();
    const text = {
      json: () => snippets.json(body),
      curl: () => snippets.curl(url, body),
      python: () => snippets.python(url, body),
      javascript: () => snippets.javascript(url, body),
      n8n: () => snippets.n8n(url, body, this.workflow.title || this.workflow.name),
    }[this.tab]();
    return html`<div class="stack tight">
      <p class="muted small-text">${t(`run.tab.${this.tab}.hint`)}</p>
      <div class="code"><pre tabindex="0">${text}</pre>${copyButton(text)}</div>
    </div>`;
  }

  #inputs() {
    const shown = this.#fields.filter((it) => !it.advanced);
    const more = this.#fields.filter((it) => it.advanced);
    const count = Math.min(MOST, Math.max(1, Number(this.count) || 1));
    const keys = (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        this.#submit();
      }
    };
    return html`<form class="stack loose" novalidate autocomplete="off" @submit=${this.#submit} @keydown=${keys}>
      ${this.#fields.length === 0 ? html`<p class="muted">${t('run.noinputs')}</p>` : nothing} ${this.#groups(shown)}
      ${more.length > 0
        ? html`<details class="more" ?open=${more.some((it) => this.errors[it.name])}>
            <summary class="row">${icon('right')}<span>${t('run.more', {n: more.length})}</span></summary>
            <div class="stack loose">${this.#groups(more)}</div>
          </details>`
        : nothing}
      ${this.refused ? html`<div class="refused">${problem(this.refused)}</div>` : nothing}
      <div class="run-bar">
        ${can('run')
          ? html`<button class="button primary run-button" ?disabled=${this.sending}>
              ${icon('run')}${this.sending ? t('run.sending') : t('run.action', {n: count})}<kbd>${t('shell.key.ctrl')} ⏎</kbd>
            </button>`
          : nothing}
        <label class="row"
          ><span class="muted nowrap">${t('run.count')}</span>
          <input
            class="input num count"
            type="number"
            min="1"
            max=${MOST}
            .value=${live(String(this.count))}
            @input=${(event) => {
              this.count = event.target.value;
              this.#keep();
            }}
        /></label>
        <button type="button" class="button quiet" @click=${this.#reset}>${t('run.reset')}</button>
      </div>
    </form>`;
  }

  #groups(fields) {
    const groups = new Map();
    fields.forEach((it) => groups.set(it.group, [...(groups.get(it.group) ?? []), it]));
    const draw = (it) => {
      try {
        return field(it, this.values[it.name], this.errors[it.name], this.#set);
      } catch (failure) {
        console.warn('An input cannot be shown', failure);
        return html`<p class="muted">${t('ui.row.broken')} <code>${plain(it.name)}</code></p>`;
      }
    };
    return [...groups].map(([group, members]) =>
      group
        ? html`<fieldset class="stack"><legend class="group">${plain(group)}</legend>${members.map(draw)}</fieldset>`
        : html`<div class="stack">${members.map(draw)}</div>`,
    );
  }

  #results() {
    if (this.jobs.length === 0) {
      return html`<div class="results-none">${empty(t('run.results.none'), t('run.results.hint'), nothing, 'image')}</div>`;
    }
    const batch = this.jobs[0].metadata?.batch;
    const together = batch ? this.jobs.filter((job) => job.metadata?.batch === batch) : [];
    const done = together.filter((job) => !isActive(job)).length;
    return html`${together.length > 1
        ? html`<div class="batch-line">
            <progress max=${together.length} .value=${done} aria-label=${t('run.batch', {done, all: together.length})}></progress>
            <span class="muted small-text num nowrap">${t('run.batch', {done, all: together.length})}</span>
            <a class="small-text nowrap" href=${`#/jobs?${new URLSearchParams({'metadata.batch': batch})}`}>${t('run.batch.open')}</a>
          </div>`
        : nothing}
      <ul class="stack">
        ${repeat(
          this.jobs,
          (job) => job.id,
          (job) => this.#result(job),
        )}
      </ul>`;
  }

  #result(job) {
    try {
      return this.#drawn(job);
    } catch (failure) {
      console.warn('A job cannot be shown', failure);
      return html`<li class="card card-body muted">${t('ui.row.broken')} <code>${plain(job?.id)}</code></li>`;
    }
  }

  #drawn(job) {
    const ended = !isActive(job);
    const preview = ended ? null : this.previews.get(job.id)?.url;
    return html`<li class="card result">
      <div class="result-head">
        ${ended ? badge(job.status) : state(job, this.progress.get(job.id))}
        <span class="row small-text">
          <span class="muted">${ago(job.created_at)}</span>
          <a href=${jobLink(job.id)}><code>${shortId(job.id)}</code></a>
        </span>
      </div>
      ${job.prompt_text ? html`<p class="muted small-text truncate" title=${plain(job.prompt_text)}>${plain(job.prompt_text)}</p>` : nothing}
      ${job.error ? html`<p class="result-error bad-text">${plain(job.error.detail)}</p>` : nothing}
      ${preview ? html`<img class="preview" src=${preview} alt=${t('job.preview')} />` : nothing}
      ${(job.outputs ?? []).length > 0 ? gallery(job, {use: can('run') ? this.#use(job) : undefined}) : nothing} ${texts(job)}
      ${ended
        ? html`<div class="row wrap result-actions">
            <button type="button" class="button small" @click=${() => this.#again(job, 'keep')}>${icon('refresh')}${t('job.again')}</button>
            <button type="button" class="button small" @click=${() => this.#again(job, 'random')}>${icon('dice')}${t('job.again.seed')}</button>
            <a class="button small" href=${`#/run/${pathOf(this.#name)}?from=${encodeURIComponent(job.id)}`}
              >${icon('edit')}${t('run.edit')}</a
            >
          </div>`
        : nothing}
    </li>`;
  }
}
customElements.define('run-page', RunPage);
