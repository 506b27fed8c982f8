// One job: why it failed, what it does, what came out, and everything that is known of it.
import {html, LitElement, nothing} from 'lit';
import {del, get, post} from '../lib/api.js';
import {number, t, has} from '../lib/i18n.js';
import {icon} from '../lib/icons.js';
import {bar, isActive, jobLink, jobPath, mayChange, place, waiting, workflowName} from '../lib/job.js';
import {stringify} from '../lib/json.js';
import {gallery, texts} from '../lib/outputs.js';
import {can} from '../lib/session.js';
import {subscribe} from '../lib/stream.js';
import {badge, bytes, confirm, copyButton, duration, elapsed, empty, failed, plain, problem, skeleton, time, timeOfDay, toast} from '../lib/ui.js';

const HISTORY_MS = 4_000;
const SOON_MS = 2_000;

/** Whether every server that the reason names was taken out of service. */
const isDrained = (reason) => reason.split('; ').every((it) => it.includes(' is draining'));

/** Whether a change of status belongs to an attempt that failed: the job ran then, or went back into the line. */
function isOf({sent_at: sent, failed_at: failed}, {status, at}) {
  const time = new Date(at);
  return time >= new Date(sent) && time - new Date(failed) < (status === 'queued' ? SOON_MS : 1);
}

export default class JobPage extends LitElement {
  static properties = {
    route: {attribute: false},
    job: {state: true},
    error: {state: true},
    inputs: {state: true},
    progress: {state: true},
    preview: {state: true},
    history: {state: true},
    nodes: {state: true},
    tries: {state: true},
    busy: {state: true},
    said: {state: true},
  };

  #stops = [];
  #abort = new AbortController();
  #id = null;
  #reading = null;
  #source = null;

  constructor() {
    super();
    this.history = [];
    this.nodes = [];
    this.tries = new Map();
    this.said = '';
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#stops = [subscribe((event) => this.#happened(event))];
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#stops.forEach((stop) => stop());
    this.#abort.abort();
    this.#source?.close();
    clearTimeout(this.#reading);
  }

  willUpdate(changed) {
    if (changed.has('route') && this.#id !== this.route.path[0]) {
      this.#id = this.route.path[0];
      this.job = this.error = this.inputs = this.progress = this.preview = null;
      this.history = [];
      this.nodes = [];
      this.tries = new Map();
      this.#forgetHistory();
      this.#load();
    }
  }

  async #load() {
    try {
      const job = await get(jobPath(this.#id), {signal: this.#abort.signal});
      if (this.job && this.job.status !== job.status) {
        this.said = t('job.said', {status: t(`status.${job.status}`)});
      }
      this.job = job;
      this.error = null;
      if (!this.#source) {
        this.#readHistory();
      }
      // Read again at the end, when it has the times of the nodes.
      if (!this.inputs || this.inputs.error || (!isActive(job) && this.inputs.of !== job.status)) {
        this.inputs = {...(await get(`${jobPath(this.#id)}/inputs`, {signal: this.#abort.signal})), of: job.status};
      }
    } catch (error) {
      if (error.name === 'AbortError') {
        return;
      }
      if (this.job) {
        this.inputs ??= {error};
      } else {
        this.error = error;
      }
    }
  }

  #loadSoon() {
    this.#reading ??= setTimeout(() => {
      this.#reading = null;
      this.#load();
    }, 200);
  }

  #happened({type, data}) {
    if (type === 'reset') {
      this.#loadSoon();
      this.#forgetHistory();
    } else if (data?.job !== this.#id) {
      return;
    } else if (type === 'progress') {
      this.progress = data;
      this.#noteNode(data);
    } else if (type === 'preview') {
      this.preview = data;
    } else if (['status', 'finished', 'delivery', 'output'].includes(type)) {
      // While its own log is read, that has the event, too.
      if (type !== 'output' && this.#source?.readyState === EventSource.CLOSED) {
        this.history = [...this.history, {type, ...data}];
      }
      this.#loadSoon();
    }
  }

  #noteNode(data) {
    const last = this.nodes.at(-1);
    if (data.node !== undefined && last?.node !== data.node) {
      this.nodes = [...this.nodes, {node: data.node, title: data.node_title, at: new Date().toISOString()}];
    }
  }

  #forgetHistory() {
    this.#source?.close();
    this.#source = null;
  }

  // The log of this job from its first event on, once: what comes later is in the stream of all tabs.
  #readHistory() {
    const source = new EventSource(`${jobPath(this.#id)}/events`);
    this.#source = source;
    const found = [];
    const add = (type) => (event) => {
      try {
        found.push({type, ...JSON.parse(event.data)});
      } catch {
        return;
      }
      this.history = [...found];
    };
    for (const type of ['status', 'finished', 'delivery']) {
      source.addEventListener(type, add(type));
    }
    source.onerror = () => source.close();
    setTimeout(() => source.close(), HISTORY_MS);
  }

  async #act(name, work) {
    this.busy = name;
    try {
      await work();
    } catch (error) {
      failed(error);
    } finally {
      this.busy = null;
    }
  }

  #cancel = async () => {
    const sure = await confirm({title: t('job.cancel.title'), text: t('job.cancel.text'), action: t('job.cancel'), back: t('bulk.back')});
    if (sure) {
      await this.#act('cancel', async () => {
        this.job = await del(jobPath(this.job.id));
      });
    }
  };

  #again(seed) {
    return this.#act(`again-${seed}`, async () => {
      const job = await post(`${jobPath(this.job.id)}/retry`, undefined, {query: {seed}});
      toast(t('job.again.done'));
      location.hash = jobLink(job.id);
    });
  }

  #redeliver = () =>
    this.#act('redeliver', async () => {
      this.job = await post(`${jobPath(this.job.id)}/redeliver`);
      this.tries = new Map();
      toast(t('job.redeliver.done'));
    });

  #use = (output) => {
    location.hash = `#/run?use=${encodeURIComponent(this.job.id)}:${output.index}`;
  };

  render() {
    if (this.error) {
      return html`${this.#crumbs()} ${this.error.status === 404
        ? empty(t('job.unknown'), t('job.unknown.hint'), html`<a class="button" href="#/jobs">${t('shell.jobs')}</a>`, 'search')
        : problem(this.error, () => this.#load())}`;
    }
    if (!this.job) {
      return html`${this.#crumbs()} ${skeleton(4)}`;
    }
    const job = this.job;
    const outputs = (job.outputs ?? []).length + (job.texts ?? []).length;
    return html`${this.#crumbs()} ${this.#head(job)}
      <p class="sr" role="status">${this.said}</p>
      <div class="job-columns">
        <div class="stack loose">
          ${job.error ? this.#failure(job) : nothing} ${isActive(job) ? this.#now(job) : nothing}
          ${outputs > 0 ? this.#outputs(job) : nothing} ${(job.warnings ?? []).length > 0 ? this.#warnings(job) : nothing}
          ${this.#timeline(job)} ${(job.deliveries ?? []).length > 0 ? this.#deliveries(job) : nothing}
        </div>
        <div class="stack loose">${this.#facts(job)} ${this.#inputs(job)} ${this.#raw(job)}</div>
      </div>`;
  }

  #crumbs() {
    return html`<nav class="crumbs" aria-label=${t('job.path')}><a href=${place.list}>${icon('left')}${t('shell.jobs')}</a></nav>`;
  }

  #head(job) {
    const ended = !isActive(job);
    return html`<header class="page-head">
      <div>
        <div class="row wrap">
          <h1 class="break">${job.workflow ? plain(job.workflow) : t('jobs.owngraph')}</h1>
          ${badge(job.status)}
        </div>
        ${job.prompt_text ? html`<p class="prompt-text">${plain(job.prompt_text)}</p>` : nothing}
        <p class="row job-ident"><code class="truncate">${job.id}</code>${copyButton(job.id)}</p>
      </div>
      <div class="actions">
        ${mayChange(job) && !ended
          ? html`<button type="button" class="button danger-quiet" ?disabled=${this.busy} @click=${this.#cancel}>${icon('close')}${t('job.cancel')}</button>`
          : nothing}
        ${(job.outputs ?? []).length > 1
          ? html`<a class="button" href=${`${jobPath(job.id)}/outputs.zip`} download>${icon('download')}${t('job.zip')}</a>`
          : nothing}
        ${can('run') && job.workflow
          ? html`<a class="button" href=${`#/run/${encodeURIComponent(workflowName(job))}?from=${encodeURIComponent(job.id)}`}>
              ${icon('edit')}${t('job.edit')}
            </a>`
          : nothing}
        ${mayChange(job)
          ? html`<span class="split">
              <button type="button" class="button" ?disabled=${this.busy} @click=${() => this.#again('keep')}>${icon('refresh')}${t('job.again')}</button>
              <button type="button" class="button" ?disabled=${this.busy} @click=${() => this.#again('random')}>${icon('dice')}${t('job.again.seed')}</button>
            </span>`
          : nothing}
      </div>
    </header>`;
  }

  #failure(job) {
    const {error} = job;
    const known = has(`job.advice.${error.type}`);
    const node = error.node ? t('job.error.node', {node: plain(error.node), type: plain(error.node_type ?? '')}) : '';
    return html`<section class="notice bad failure" aria-label=${t('job.error')}>
      ${icon('failed')}
      <div class="notice-text">
        <strong>${known ? t(`job.error.${error.type}`) : plain(error.exception_type ?? error.type)}</strong>
        <p class="failure-detail">${plain(error.detail)}</p>
        ${node ? html`<p class="small-text">${node}</p>` : nothing}
        ${Object.entries(error.node_errors ?? {}).map(([id, fault]) => this.#nodeError(id, fault))}
        <p><strong>${t('job.advice')}</strong> ${t(known ? `job.advice.${error.type}` : 'job.advice.other')}</p>
      </div>
    </section>`;
  }

  #nodeError(id, fault) {
    // The gateway passes on what ComfyUI, or a custom node, has written here.
    const errors = (Array.isArray(fault?.errors) ? fault.errors : []).filter((it) => it && typeof it === 'object');
    return html`<p class="small-text">
      ${t('output.node', {node: plain(id)})}${fault?.class_type ? ` (${plain(fault.class_type)})` : ''}:
      ${errors.map((it) => plain([it.message, it.details].filter(Boolean).join(': '))).join('; ')}
    </p>`;
  }

  #now(job) {
    if (job.status === 'queued') {
      const why = !job.waiting_reason ? 'since' : isDrained(job.waiting_reason) ? 'drained' : 'reason';
      return html`<section class="card now" aria-labelledby="now-title">
        <div class="card-body stack tight">
          <h2 id="now-title">${waiting(job)}</h2>
          <p class="muted">
            ${t(`job.waits.${why}`)} ${elapsed(job.created_at)}.
            ${job.priority ? t('job.waits.priority', {priority: job.priority}) : nothing}
          </p>
          ${job.waiting_reason && can('admin') ? html`<p><a class="linked" href="#/servers">${t('job.waits.servers')}</a></p>` : nothing}
        </div>
      </section>`;
    }
    return html`<section class="card now" aria-labelledby="now-title">
      <div class="card-body stack tight">
        <div class="row spread">
          <h2 id="now-title">${job.backend ? t('job.running.on', {server: plain(job.backend)}) : t('status.running')}</h2>
          <span class="muted">${elapsed(job.started_at)}</span>
        </div>
        ${bar(job, this.progress ?? job.progress)}
        ${this.preview?.url ? html`<img class="preview" src=${this.preview.url} alt=${t('job.preview')} />` : nothing}
      </div>
    </section>`;
  }

  #outputs(job) {
    return html`<section class="stack tight" aria-labelledby="outputs-title">
      <h2 id="outputs-title">${t('job.outputs')} <span class="muted num">${number((job.outputs ?? []).length || (job.texts ?? []).length)}</span></h2>
      ${gallery(job, {use: can('run') ? this.#use : undefined, titles: this.#titles()})} ${texts(job, {titles: this.#titles()})}
      ${job.expires_at ? html`<p class="muted small-text">${t('job.expires')} ${time(job.expires_at)}.</p>` : nothing}
    </section>`;
  }

  #titles() {
    return new Map((this.inputs?.nodes ?? []).map((it) => [it.node, it.title]));
  }

  #warnings(job) {
    return html`<section class="notice warn" aria-label=${t('job.warnings')}>
      ${icon('warning')}
      <div class="notice-text">
        ${job.warnings.map((it) => html`<p>${plain(it.detail)} ${it.node ? html`<span class="muted">${t('output.node', {node: plain(it.node)})}</span>` : nothing}</p>`)}
      </div>
    </section>`;
  }

  #steps(job) {
    const steps = [{look: 'done', text: t('job.step.accepted'), at: job.created_at}];
    let last = job.created_at;
    let attempt = 0;
    // The first one says that it was accepted.
    const statuses = this.history.filter((it, index) => it.type === 'status' && !(index === 0 && it.status === 'queued'));
    const failed = job.failed_attempts ?? [];
    const log = (statuses.length > 0 ? statuses : job.started_at ? [{status: 'running', at: job.started_at}] : []).filter(
      (it) => !failed.some((one) => isOf(one, it)),
    );
    // The job itself has the time of its last start.
    const lastRun = log.findLast((it) => it.status === 'running');
    if (lastRun && job.started_at) {
      log.splice(log.indexOf(lastRun), 1, {...lastRun, at: job.started_at});
    }
    for (const it of failed) {
      attempt++;
      const waited = new Date(it.sent_at) - new Date(last);
      if (attempt === 1 || waited >= SOON_MS) {
        steps.push({look: 'done', text: t('job.step.waited', {time: duration(waited)}), at: last});
      }
      steps.push({look: 'done', text: t('job.step.sent', {server: plain(it.backend)}), note: t('job.step.attempt', {n: attempt}), at: it.sent_at});
      steps.push({look: 'warn', text: t('job.step.failed', {server: plain(it.backend)}), note: plain(it.detail), at: it.failed_at});
      last = it.failed_at;
    }
    for (const it of log) {
      if (it.status === 'running') {
        attempt++;
        steps.push({look: 'done', text: t('job.step.waited', {time: duration(new Date(it.at) - new Date(last))}), at: last});
        steps.push({
          look: 'done',
          text: job.backend ? t('job.step.sent', {server: plain(job.backend)}) : t('job.step.started'),
          note: attempt > 1 ? t('job.step.attempt', {n: attempt}) : '',
          at: it.at,
        });
        last = it.at;
      } else if (it.status === 'queued') {
        steps.push({look: 'warn', text: t('job.step.back'), at: it.at});
        last = it.at;
      }
    }
    // What was kept when the job ended; until then what this page has seen.
    const kept = (this.inputs?.nodes ?? []).filter((it) => it.started_at).map((it) => ({...it, at: it.started_at}));
    const nodes = kept.length > 0 ? kept : this.nodes;
    // A prompt that failed at once has no event of its start.
    if (attempt === failed.length && attempt < job.attempts && job.backend) {
      steps.push({
        look: 'done',
        text: t('job.step.sent', {server: plain(job.backend)}),
        note: job.attempts > 1 ? t('job.step.attempt', {n: job.attempts}) : '',
        at: nodes[0]?.at ?? job.started_at,
      });
    }
    nodes.forEach((it, index) => {
      const next = nodes[index + 1]?.at ?? job.finished_at;
      steps.push({
        look: 'node',
        text: plain(it.title ?? it.node),
        note: next ? duration(new Date(next) - new Date(it.at)) : '',
        at: it.at,
      });
    });
    if (isActive(job)) {
      // Why it waits is said above.
      const waits = job.waiting_reason ? t('job.waits.server') : waiting(job);
      steps.push({look: 'now', text: job.status === 'queued' ? waits : t('job.step.runs')});
    } else if (job.status === 'succeeded') {
      const size = (job.outputs ?? []).reduce((sum, it) => sum + it.bytes, 0);
      steps.push({look: 'good', text: t('job.step.stored', {n: job.outputs.length}), note: size ? bytes(size) : '', at: job.finished_at});
    } else {
      steps.push({look: job.status === 'failed' ? 'bad' : 'done', text: t(`status.${job.status}`), note: plain(job.error?.type ?? ''), at: job.finished_at});
    }
    const tried = this.history.filter((one) => one.type === 'delivery');
    // Of tries that failed one after the other, the last one says how many there were.
    const shown = tried.filter((it, index) => it.delivery.status !== 'due' || tried[index + 1]?.delivery.id !== it.delivery.id);
    for (const it of shown) {
      const {delivery} = it;
      const what = t(`job.kind.${delivery.kind}`);
      steps.push({
        look: delivery.status === 'delivered' ? 'good' : delivery.status === 'dead' ? 'bad' : 'warn',
        text:
          delivery.status === 'due' && delivery.attempts > 0
            ? t('job.step.tried', {what, n: delivery.attempts})
            : t('job.step.delivery', {what, status: t(`status.${delivery.status}`)}),
        note: delivery.last_error ? plain(delivery.last_error) : delivery.last_status ? `HTTP ${delivery.last_status}` : '',
        at: it.at,
      });
    }
    return steps;
  }

  #timeline(job) {
    return html`<section class="card" aria-labelledby="timeline-title">
      <div class="card-head">
        <h2 id="timeline-title">${t('job.timeline')}</h2>
        <span class="muted small-text num"
          >${job.started_at ? html`${t('jobs.waited')} ${elapsed(job.created_at, job.started_at)} · ${t('jobs.ran')} ${elapsed(job.started_at, job.finished_at)}` : nothing}</span
        >
      </div>
      <ol class="timeline card-body">
        ${this.#steps(job).map(
          (it) => html`<li class=${it.look}>
            <span class="timeline-dot"></span>
            <span class="timeline-text break">${it.text}${it.note ? html` <span class="muted">${it.note}</span>` : nothing}</span>
            <span class="muted small-text num">${it.at ? timeOfDay(it.at) : nothing}</span>
          </li>`,
        )}
      </ol>
    </section>`;
  }

  #deliveries(job) {
    return html`<section class="card" aria-labelledby="deliveries-title">
      <div class="card-head">
        <h2 id="deliveries-title">${t('job.deliveries')}</h2>
        ${mayChange(job) && !isActive(job)
          ? html`<button type="button" class="button small" ?disabled=${this.busy} @click=${this.#redeliver}>${icon('refresh')}${t('job.redeliver')}</button>`
          : nothing}
      </div>
      <ul class="delivery-list">
        ${job.deliveries.map(
          (it) => html`<li>
            <details @toggle=${(event) => event.target.open && this.#readTries(it)}>
              <summary>
                ${badge(it.status)}
                <span class="grow">
                  <span class="break">${t(`job.kind.${it.kind}`)}${it.destination ? ` · ${plain(it.destination)}` : ''}</span>
                  <span class="muted small-text break">${it.last_error ? plain(it.last_error) : it.last_status ? `HTTP ${it.last_status}` : ''}</span>
                </span>
                <span class="muted small-text nowrap">${t('job.attempts', {n: it.attempts})}</span>
                ${icon('down')}
              </summary>
              ${this.#tries(it)}
            </details>
          </li>`,
        )}
      </ul>
    </section>`;
  }

  async #readTries(delivery) {
    try {
      const read = await get(`/deliveries/${encodeURIComponent(delivery.id)}`, {signal: this.#abort.signal});
      this.tries = new Map(this.tries).set(delivery.id, read);
    } catch (error) {
      if (error.name !== 'AbortError') {
        this.tries = new Map(this.tries).set(delivery.id, {error});
      }
    }
  }

  #tries(delivery) {
    const read = this.tries.get(delivery.id);
    if (!read) {
      return html`<p class="muted tries">${t('ui.loading')}</p>`;
    }
    if (read.error) {
      return html`<div class="tries">${problem(read.error, () => this.#readTries(delivery))}</div>`;
    }
    return html`<div class="tries stack tight">
      <p class="small-text">
        ${read.target ? html`<span class="muted">${t('job.target')}</span> <code class="break">${plain(read.target)}</code> · ` : nothing}
        <span class="muted">webhook-id</span> <code class="break">${read.id}</code>
      </p>
      ${read.tries.length === 0
        ? html`<p class="muted small-text">${t('job.tries.none')}</p>`
        : html`<ol>
            ${read.tries.map(
              (it) => html`<li class="try">
                <div class="row wrap small-text">
                  ${badge(it.result)} ${time(it.at)} <span class="muted num">${duration(it.took_ms)}</span>
                  ${it.status ? html`<code>HTTP ${it.status}</code>` : nothing}
                </div>
                ${it.error ? html`<p class="small-text break">${plain(it.error)}</p>` : nothing}
                ${it.answer ? html`<pre class="answer" tabindex="0">${plain(it.answer)}</pre>` : nothing}
                ${it.next_at ? html`<p class="muted small-text">${t('job.tries.next')} ${time(it.next_at)}</p>` : nothing}
              </li>`,
            )}
          </ol>`}
    </div>`;
  }

  #facts(job) {
    const fact = (key, value) => (value === undefined || value === null || value === '' ? nothing : html`<div><dt>${t(key)}</dt><dd>${value}</dd></div>`);
    return html`<section class="card" aria-labelledby="facts-title">
      <div class="card-head"><h2 id="facts-title">${t('job.facts')}</h2></div>
      <dl class="facts card-body">
        ${fact('jobs.created', html`${time(job.created_at)}`)} ${fact('jobs.waited', elapsed(job.created_at, job.started_at ?? job.finished_at))}
        ${fact('jobs.ran', job.started_at ? elapsed(job.started_at, job.finished_at) : '–')} ${fact('jobs.server', plain(job.backend ?? ''))}
        ${fact('job.tries.count', job.attempts > 1 ? number(job.attempts) : null)} ${fact('job.priority', job.priority || null)}
        ${fact('jobs.caller', plain(job.caller ?? ''))}
        ${Object.entries(job.metadata ?? {}).map(
          ([name, value]) => html`<div><dt>${plain(name)}</dt><dd>${this.#metadata(name, value)}</dd></div>`,
        )}
      </dl>
    </section>`;
  }

  #metadata(name, value) {
    if (typeof value === 'object') {
      return html`<code>${plain(stringify(value))}</code>`;
    }
    const query = new URLSearchParams({[`metadata.${name}`]: value});
    return html`<a href=${`#/jobs?${query}`} class="linked">${plain(value)}</a>`;
  }

  #inputs() {
    const inputs = this.inputs;
    const rows = inputs && !inputs.error ? Object.entries(inputs.inputs ?? {}) : [];
    const seeds = Object.entries(this.job.seeds ?? {});
    const files = inputs?.files ?? [];
    return html`<section class="card" aria-labelledby="inputs-title">
      <div class="card-head">
        <h2 id="inputs-title">${t('job.inputs')}</h2>
        ${rows.length > 0 ? copyButton(stringify(inputs.inputs, 2), t('job.inputs.copy')) : nothing}
      </div>
      <div class="card-body">
        ${inputs?.error ? problem(inputs.error, () => this.#load()) : nothing}
        ${inputs && !inputs.error && rows.length + seeds.length + files.length === 0 ? html`<p class="muted">${t('job.inputs.none')}</p>` : nothing}
        <dl class="input-list">
          ${rows.map(([name, value]) => html`<div><dt>${plain(name)}</dt><dd class="break">${plain(typeof value === 'string' ? value : stringify(value))}</dd></div>`)}
          ${files.map(
            (file) => html`<div>
              <dt>${plain(`${file.node ?? ''}.${file.field ?? ''}`)}</dt>
              <dd class="break">${plain(file.filename ?? file.url ?? '')} <span class="muted">${plain(file.content_type ?? '')}</span></dd>
            </div>`,
          )}
          ${seeds.map(
            ([name, value]) => html`<div>
              <dt>${t('job.seed')} <span class="muted">${plain(name)}</span></dt>
              <dd class="row"><code>${value}</code>${copyButton(value)}</dd>
            </div>`,
          )}
        </dl>
      </div>
    </section>`;
  }

  #raw(job) {
    const text = stringify(job, 2);
    return html`<details class="card raw">
      <summary class="card-head"><h2>${t('job.raw')}</h2>${icon('down')}</summary>
      <div class="code"><pre tabindex="0">${plain(text)}</pre>${copyButton(text)}</div>
      ${this.inputs?.prompt
        ? html`<h3>${t('job.graph')}</h3>
            <div class="code"><pre tabindex="0">${plain(stringify(this.inputs.prompt, 2))}</pre>${copyButton(stringify(this.inputs.prompt, 2))}</div>`
        : nothing}
    </details>`;
  }
}
customElements.define('job-page', JobPage);
