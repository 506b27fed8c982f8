// The list of jobs: in progress apart from ended, live without moving what is being read.
import {html, LitElement, nothing} from 'lit';
import {live} from 'lit-html/directives/live.js';
import {repeat} from 'lit-html/directives/repeat.js';
import {ApiError, get, post} from '../lib/api.js';
import {bulk, said} from '../lib/bulk.js';
import {number, t} from '../lib/i18n.js';
import {icon} from '../lib/icons.js';
import {ACTIVE, ENDED, isActive, jobLink, jobPath, mayChange, place, shortId, state, thumbnail} from '../lib/job.js';
import {bind} from '../lib/keyboard.js';
import {can, session} from '../lib/session.js';
import {subscribe} from '../lib/stream.js';
import {ago, badge, copyButton, dialog, elapsed, empty, failed, isForbidden, plain, problem, skeleton, time, toast} from '../lib/ui.js';

const PAGE = 50;
const FOLDED = 20;
const LONGEST_PAUSE_S = 60;
const READ_EVERY_MS = 2_000;
const CANCELLED_AT_ONCE = 200;
const AGAIN_AT_ONCE = 3;
const SPANS = {'1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000};
const BEGINNING = /^[0-9a-f]{4,8}(-[0-9a-f-]*)?$/i;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

// What was on the screen, so that going back from a job finds the place again.
let left = null;

const pause = (ms, signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });

/** The filters of an address, as the API takes them. */
function asked(query) {
  const filters = {};
  for (const name of ['caller', 'id', 'delivery', 'finished_after', 'finished_before']) {
    if (query.get(name)) {
      filters[name] = query.get(name);
    }
  }
  if (query.has('workflow')) {
    filters.workflow = query.get('workflow');
  }
  const since = query.get('since');
  if (since) {
    filters.created_after = SPANS[since] ? new Date(Date.now() - SPANS[since]).toISOString() : since;
  }
  if (query.get('until')) {
    filters.created_before = query.get('until');
  }
  for (const [name, value] of query) {
    if (name.startsWith('metadata.')) {
      filters[name] = value;
    }
  }
  return filters;
}

const statuses = (query) => (query.get('status') ?? '').split(',').filter((it) => ACTIVE.includes(it) || ENDED.includes(it));

export default class JobsPage extends LitElement {
  static properties = {
    route: {attribute: false},
    active: {state: true},
    ended: {state: true},
    counts: {state: true},
    fresh: {state: true},
    error: {state: true},
    ticked: {state: true},
    unfolded: {state: true},
    loading: {state: true},
    progress: {state: true},
    workflows: {state: true},
  };

  #stops = [];
  #abort = new AbortController();
  #address = null;
  #cursor = null;
  #lastTick = null;
  #stale = new Set();
  #refreshing = null;
  #counting = null;
  #known = new Set();
  #asleep = false;
  #readAt = 0;
  #looking = null;
  #top = 0;

  constructor() {
    super();
    this.active = null;
    this.ended = null;
    this.fresh = new Set();
    this.ticked = new Set();
    this.progress = new Map();
    this.unfolded = false;
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    const shown = () => this.#woken();
    document.addEventListener('visibilitychange', shown);
    // Once the list is taken out, the window is at its top already.
    const scrolled = () => (this.#top = window.scrollY);
    window.addEventListener('scroll', scrolled, {passive: true});
    this.#stops = [
      () => document.removeEventListener('visibilitychange', shown),
      () => window.removeEventListener('scroll', scrolled),
      subscribe((event) => this.#happened(event)),
      bind({
        j: ['jobs.key.next', () => this.#move(1)],
        k: ['jobs.key.previous', () => this.#move(-1)],
        x: ['jobs.key.tick', () => this.#tickFocused()],
        u: ['jobs.key.new', () => this.#reload()],
      }),
    ];
    get('/workflows').then(
      ({workflows}) => (this.workflows = workflows),
      () => (this.workflows = []),
    );
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    left = this.ended && {
      address: this.#address,
      active: this.active,
      ended: this.ended,
      cursor: this.#cursor,
      top: this.#top,
      at: Date.now(),
    };
    this.#stops.forEach((stop) => stop());
    this.#abort.abort();
    clearTimeout(this.#refreshing);
    clearTimeout(this.#counting);
    clearTimeout(this.#looking);
  }

  willUpdate(changed) {
    if (changed.has('route') && this.#address !== this.route.query.toString()) {
      const first = this.#address === null;
      this.#address = this.route.query.toString();
      place.list = location.hash;
      this.ticked = new Set();
      if (first && left && left.address === this.#address && Date.now() - left.at < 300_000) {
        this.#restore();
      } else {
        this.active = this.ended = null;
        this.unfolded = false;
        this.#reload();
      }
    }
  }

  async #restore() {
    const {active, ended, cursor, top} = left;
    this.active = active;
    this.ended = ended;
    this.#cursor = cursor;
    this.#count();
    [...active, ...ended].slice(0, 200).forEach((job) => this.#known.add(job.id));
    await this.updateComplete;
    requestAnimationFrame(() => window.scrollTo(0, top));
    for (const job of active) {
      this.#renew(job.id);
    }
  }

  #chosen() {
    const wanted = statuses(this.route.query);
    const of = (all) => (wanted.length === 0 ? all : all.filter((it) => wanted.includes(it)));
    return {active: of(ACTIVE), ended: of(ENDED)};
  }

  async #reload() {
    this.#abort.abort();
    const abort = (this.#abort = new AbortController());
    const filters = asked(this.route.query);
    const {active, ended} = this.#chosen();
    const page = (chosen, limit) =>
      chosen.length === 0
        ? {jobs: []}
        : get('/jobs', {query: {...filters, status: chosen.join(','), limit}, signal: abort.signal});
    this.#count();
    try {
      const [now, then] = await Promise.all([page(active, 200), page(ended, PAGE)]);
      this.active = inOrder(now.jobs);
      this.ended = then.jobs;
      this.#cursor = then.next_cursor ?? null;
      this.#known = new Set([...now.jobs, ...then.jobs].map((job) => job.id));
      this.fresh = new Set();
      this.error = null;
    } catch (error) {
      if (error.name !== 'AbortError') {
        this.error = error;
      }
    }
  }

  async #older() {
    this.loading = true;
    try {
      const query = {...asked(this.route.query), status: this.#chosen().ended.join(','), limit: PAGE, cursor: this.#cursor};
      const {jobs, next_cursor: next} = await get('/jobs', {query, signal: this.#abort.signal});
      const have = new Set(this.ended.map((job) => job.id));
      this.ended = [...this.ended, ...jobs.filter((job) => !have.has(job.id))];
      this.#cursor = next ?? null;
      jobs.forEach((job) => this.#known.add(job.id));
    } catch (error) {
      failed(error);
    } finally {
      this.loading = false;
    }
  }

  async #count() {
    clearTimeout(this.#counting);
    this.#counting = null;
    try {
      this.counts = await get('/jobs/counts', {query: {caller: this.route.query.get('caller')}});
    } catch {
      this.counts = null;
    }
  }

  #countSoon() {
    this.#counting ??= setTimeout(() => this.#count(), 2_000);
  }

  #mine(data) {
    const caller = this.route.query.get('caller') ?? session?.name;
    const workflow = this.route.query.get('workflow');
    return (
      (caller === '*' || data.caller === undefined || data.caller === caller) &&
      (workflow === null || (data.workflow ?? '') === workflow || data.workflow?.split('@')[0] === workflow)
    );
  }

  // A hidden tab reads nothing; when it is shown, it reads what it missed.
  #woken() {
    if (!document.hidden && this.#asleep) {
      this.#asleep = false;
      this.#missed();
    }
  }

  #happened({type, data}) {
    if (document.hidden && type !== 'state') {
      this.#asleep = true;
    } else if (type === 'reset') {
      this.#missed();
    } else if (type === 'progress') {
      if (this.#known.has(data.job)) {
        this.progress = new Map(this.progress).set(data.job, data);
      }
    } else if (type === 'status' || type === 'finished') {
      this.#changed(data);
    } else if (type === 'delivery') {
      this.#renew(data.job);
    }
  }

  #changed(data) {
    if (!this.#mine(data)) {
      return;
    }
    this.#countSoon();
    if (this.#known.has(data.job)) {
      this.#renew(data.job);
    } else if ([...this.route.query.keys()].some((name) => name.startsWith('metadata.'))) {
      // Events do not say the metadata.
      this.#lookSoon();
    } else if (this.active && !this.fresh.has(data.job) && !['until', 'id', 'delivery', 'finished_after', 'finished_before'].some((name) => this.route.query.get(name)) && this.#chosen().active.length > 0) {
      this.fresh = new Set(this.fresh).add(data.job);
      if (this.active.length + this.ended.length === 0) {
        this.#lookSoon();
      }
    }
  }

  #lookSoon() {
    this.#looking ??= setTimeout(() => {
      this.#looking = null;
      if (this.active && this.active.length + this.ended.length === 0) {
        this.#reload();
      } else {
        this.#missed();
      }
    }, Math.max(300, this.#readAt + READ_EVERY_MS - Date.now()));
    this.#readAt = Date.now();
  }

  // After a gap in the events: rows are read again in place, and what is new is counted from the first page.
  async #missed() {
    this.#countSoon();
    if (!this.active || this.error) {
      if (this.error) {
        this.#reload();
      }
      return;
    }
    try {
      const wanted = [...this.#chosen().active, ...this.#chosen().ended].join(',');
      const query = {...asked(this.route.query), status: wanted, limit: PAGE};
      const {jobs} = await get('/jobs', {query, signal: this.#abort.signal});
      jobs.filter((job) => this.#known.has(job.id)).forEach((job) => this.#put(job));
      const unknown = jobs.filter((job) => !this.#known.has(job.id)).map((job) => job.id);
      this.fresh = new Set([...this.fresh, ...unknown]);
      this.active.filter((job) => isActive(job) && !jobs.some((it) => it.id === job.id)).forEach((job) => this.#renew(job.id));
    } catch (error) {
      if (error.name !== 'AbortError' && error.status !== 0) {
        failed(error);
      }
    }
  }

  #renew(id) {
    if (this.#known.has(id)) {
      this.#stale.add(id);
      this.#refreshing ??= setTimeout(() => this.#readStale(), Math.max(250, this.#readAt + READ_EVERY_MS - Date.now()));
    }
  }

  async #readStale() {
    this.#readAt = Date.now();
    const ids = [...this.#stale].slice(0, 20);
    ids.forEach((id) => this.#stale.delete(id));
    await Promise.all(
      ids.map(async (id) => {
        try {
          this.#put(await get(jobPath(id), {signal: this.#abort.signal}));
        } catch {
          // Removed meanwhile, or the gateway is away: the row stays as it was.
        }
      }),
    );
    this.#refreshing = this.#stale.size > 0 ? setTimeout(() => this.#readStale(), READ_EVERY_MS) : null;
  }

  #put(job) {
    const replaced = (list) => list?.map((it) => (it.id === job.id ? job : it));
    this.active = replaced(this.active);
    this.ended = replaced(this.ended);
    if (!isActive(job) && this.progress.has(job.id)) {
      const progress = new Map(this.progress);
      progress.delete(job.id);
      this.progress = progress;
    }
  }

  // Filters live in the address: a link shows the same list.
  #filter(changes) {
    const query = new URLSearchParams(this.route.query);
    for (const [name, value] of Object.entries(changes)) {
      if (value) {
        query.set(name, value);
      } else {
        query.delete(name);
      }
    }
    const text = query.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
    location.hash = text ? `#/jobs?${text}` : '#/jobs';
  }

  #toggleStatus(status) {
    const chosen = new Set(statuses(this.route.query));
    if (!chosen.delete(status)) {
      chosen.add(status);
    }
    this.#filter({status: [...ACTIVE, ...ENDED].filter((it) => chosen.has(it)).join(',')});
  }

  #search = (event) => {
    event.preventDefault();
    const field = event.target.elements.search;
    const text = field.value.trim();
    if (!text) {
      return;
    }
    field.value = '';
    const pair = /^(?:metadata\.)?([^=\s]+)=(.*)$/.exec(text);
    if (UUID.test(text)) {
      location.hash = jobLink(text.toLowerCase());
    } else if (pair) {
      this.#filter({[`metadata.${pair[1]}`]: pair[2]});
    } else if (BEGINNING.test(text) && /\d/.test(text) && !(this.workflows ?? []).some((it) => it.name === text)) {
      this.#filter({id: text.toLowerCase()});
    } else {
      this.#filter({workflow: text});
    }
  };

  #visible() {
    return [...(this.active ?? []).slice(0, this.unfolded ? 200 : FOLDED), ...(this.ended ?? [])];
  }

  #move(by) {
    const links = [...this.querySelectorAll('a.job-name')];
    const at = links.indexOf(document.activeElement);
    const next = links[at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by))];
    next?.focus();
    next?.closest('tr')?.scrollIntoView({block: 'nearest'});
  }

  #tickFocused() {
    const id = document.activeElement?.closest?.('tr')?.dataset.job;
    if (id) {
      this.#tick(id, !this.ticked.has(id), false);
    }
  }

  #tick(id, on, range) {
    const ticked = new Set(this.ticked);
    const ids = this.#visible().map((job) => job.id);
    const from = range ? ids.indexOf(this.#lastTick) : -1;
    const to = ids.indexOf(id);
    const touched = from < 0 ? [id] : ids.slice(Math.min(from, to), Math.max(from, to) + 1);
    touched.forEach((it) => (on ? ticked.add(it) : ticked.delete(it)));
    this.#lastTick = id;
    this.ticked = ticked;
  }

  // All that match now, also those that were not paged to; later ones are not touched.
  async *#matching(until, signal) {
    const {active, ended} = this.#chosen();
    const query = {created_before: until, ...asked(this.route.query), status: [...active, ...ended].join(','), limit: 200};
    let cursor;
    do {
      const page = await get('/jobs', {query: {...query, cursor}, signal});
      yield page.jobs.filter(mayChange).map(({id, status}) => ({id, status}));
      cursor = page.next_cursor;
    } while (cursor);
  }

  async #allMatching() {
    const until = new Date().toISOString();
    const filters = this.#summary();
    const result = await bulk({
      pages: (signal) => this.#matching(until, signal),
      label: t('jobs.tick.matching'),
      title: (n) => t('jobs.all.title', {n}),
      text: t('jobs.all.text'),
      until,
      filters: filters.length > 0 ? filters : [t('jobs.all.nofilter')],
      actions: [this.#cancelling(), ...(can('run') ? [{...this.#runningAgain(), of: (job) => !isActive(job)}] : [])],
    });
    this.#tell(result);
  }

  #cancelling() {
    return {
      name: 'cancel',
      look: 'danger',
      of: isActive,
      // Those that wait first, so that none of them starts in place of one that was cancelled.
      order: (a, b) => (a.status === 'running') - (b.status === 'running'),
      label: (n) => t('jobs.cancel', {n}),
      size: CANCELLED_AT_ONCE,
      step: async (jobs, signal) => {
        const answer = await post('/jobs/cancel', {ids: jobs.map((job) => job.id)}, {signal});
        jobs.forEach((job) => this.#renew(job.id));
        return answer.jobs.filter((job) => job.error).length;
      },
    };
  }

  #runningAgain() {
    return {
      name: 'again',
      label: (n) => t('jobs.again', {n}),
      size: AGAIN_AT_ONCE,
      step: async (jobs, signal) => {
        const done = await Promise.all(jobs.map((job) => this.#runAgain(job.id, signal)));
        return done.filter((it) => !it).length;
      },
    };
  }

  // Whether it was taken; a limit that is soon over is waited for.
  async #runAgain(id, signal) {
    for (;;) {
      try {
        await post(`${jobPath(id)}/retry`, undefined, {query: {seed: 'keep'}, signal});
        return true;
      } catch (error) {
        const seconds = error.retryAfter ?? 2;
        if (!(error instanceof ApiError) || error.status === 0 || error.status >= 500) {
          throw error;
        }
        if (error.status !== 429 || seconds > LONGEST_PAUSE_S) {
          this.refusal = error;
          return false;
        }
        await pause(seconds * 1000, signal);
      }
    }
  }

  #tell(result) {
    if (!result) {
      return;
    }
    const {action, done, refused} = result;
    const left = said(result);
    if (done > 0 || left) {
      toast([t(`jobs.${action}.done`, {n: done}), left].filter(Boolean).join(' · '));
    }
    if (refused > 0) {
      const why = action === 'again' && this.refusal ? ` ${plain(this.refusal.message)}` : '';
      toast(t(`jobs.${action}.refused`, {n: refused}) + why, {kind: 'bad'});
    }
    this.refusal = null;
    this.ticked = new Set();
  }

  #tickedJobs() {
    return this.#visible().filter((job) => this.ticked.has(job.id) && mayChange(job));
  }

  async #cancelTicked() {
    this.#tell(
      await bulk({
        items: this.#tickedJobs().filter(isActive),
        title: (n) => t('jobs.cancel.title', {n}),
        text: t('jobs.cancel.text'),
        actions: [this.#cancelling()],
      }),
    );
  }

  async #againTicked() {
    this.#tell(
      await bulk({
        items: this.#tickedJobs(),
        title: (n) => t('jobs.again.title', {n}),
        text: t('jobs.again.text'),
        actions: [this.#runningAgain()],
      }),
    );
  }

  async #runOne(name) {
    try {
      const workflow = await get(`/workflows/${encodeURIComponent(name)}`);
      await post(workflow.url, workflow.example_request ?? {});
      this.#reload();
    } catch (error) {
      failed(error);
    }
  }

  render() {
    return html`<header class="page-head">
        <h1>${t('shell.jobs')}</h1>
        <div class="actions">
          ${can('run') ? html`<a class="button primary" href="#/run">${icon('run')}${t('jobs.run')}</a>` : nothing}
        </div>
      </header>
      ${this.#toolbar()} ${this.#news()} ${this.#body()} ${this.#bulk()}`;
  }

  #toolbar() {
    const query = this.route.query;
    const chosen = statuses(query);
    const count = (status) => {
      const n = this.counts?.jobs?.[status];
      return n === undefined ? '' : `${number(n)}${n >= this.counts.counted_to ? '+' : ''}`;
    };
    const span = query.get('since') ?? '';
    return html`<div class="filters">
      <div class="row wrap" role="group" aria-label=${t('jobs.status')}>
        <button class="chip" type="button" aria-pressed=${chosen.length === 0} @click=${() => this.#filter({status: ''})}>
          ${t('jobs.all')}
        </button>
        ${[...ACTIVE, ...ENDED].map(
          (status) => html`<button
            class="chip"
            type="button"
            aria-pressed=${chosen.includes(status)}
            @click=${() => this.#toggleStatus(status)}
          >
            ${t(`status.${status}`)} <span class="num">${count(status)}</span>
          </button>`,
        )}
        <button
          class="chip"
          type="button"
          aria-pressed=${query.get('delivery') === 'dead'}
          @click=${() => this.#filter({delivery: query.get('delivery') === 'dead' ? '' : 'dead'})}
        >
          ${t('jobs.dead')}
        </button>
      </div>
      <div class="row wrap">
        <form class="search" role="search" @submit=${this.#search}>
          ${icon('search')}
          <input
            class="input"
            name="search"
            type="search"
            data-search
            list="workflow-names"
            autocomplete="off"
            aria-label=${t('jobs.search')}
            placeholder=${t('jobs.search')}
            enterkeyhint="search"
          />
          <datalist id="workflow-names">${(this.workflows ?? []).map((it) => html`<option value=${it.name}></option>`)}</datalist>
        </form>
        <select class="select" aria-label=${t('jobs.since')} .value=${live(SPANS[span] ? span : span ? 'other' : '')} @change=${this.#setSpan}>
          <option value="">${t('jobs.since.any')}</option>
          ${Object.keys(SPANS).map((it) => html`<option value=${it} ?selected=${it === span}>${t(`jobs.since.${it}`)}</option>`)}
          <option value="other" ?selected=${span && !SPANS[span]}>${t('jobs.since.other')}</option>
        </select>
        ${can('read-all') ? this.#callerFilter() : nothing}
      </div>
      ${this.#chips()}
    </div>`;
  }

  #callerFilter() {
    const caller = this.route.query.get('caller') ?? '';
    return html`<select class="select" aria-label=${t('jobs.caller')} @change=${(event) => this.#filter({caller: event.target.value})}>
      <option value="" ?selected=${!caller}>${t('jobs.caller.mine')}</option>
      <option value="*" ?selected=${caller === '*'}>${t('jobs.caller.all')}</option>
      ${caller && caller !== '*' ? html`<option value=${caller} selected>${plain(caller)}</option>` : nothing}
    </select>`;
  }

  #setSpan = async (event) => {
    const wanted = event.target.value;
    if (wanted !== 'other') {
      this.#filter({since: wanted, until: ''});
      return;
    }
    const range = await dialog(
      (close) => html`<form
        class="dialog-body"
        @submit=${(submit) => {
          submit.preventDefault();
          const {from, to} = submit.target.elements;
          close({since: from.value && new Date(from.value).toISOString(), until: to.value && new Date(to.value).toISOString()});
        }}
      >
        <h2>${t('jobs.since.title')}</h2>
        <label class="field"><span class="label">${t('jobs.since.from')}</span><input class="input" type="datetime-local" name="from" /></label>
        <label class="field"><span class="label">${t('jobs.since.to')}</span><input class="input" type="datetime-local" name="to" /></label>
        <div class="dialog-actions">
          <button type="button" class="button" @click=${() => close()}>${t('ui.cancel')}</button>
          <button class="button primary">${t('jobs.since.apply')}</button>
        </div>
      </form>`,
      {label: t('jobs.since.title')},
    );
    if (range) {
      this.#filter(range);
    } else {
      this.requestUpdate();
    }
  };

  #filters() {
    const query = this.route.query;
    const found = [];
    const add = (name, text) => query.get(name) && found.push([name, text]);
    if (query.has('workflow')) {
      found.push(['workflow', `${t('jobs.workflow')}: ${plain(query.get('workflow')) || t('jobs.owngraph')}`]);
    }
    add('id', `${t('jobs.id')}: ${plain(query.get('id'))}…`);
    if (query.get('delivery') && query.get('delivery') !== 'dead') {
      found.push(['delivery', html`${t('jobs.deliveries')}: ${plain(query.get('delivery'))}`]);
    }
    if (query.get('since') && !SPANS[query.get('since')]) {
      found.push(['since', html`${t('jobs.since.from')} ${time(query.get('since'))}`]);
    }
    add('finished_after', html`${t('jobs.finished.from')} ${time(query.get('finished_after'))}`);
    add('finished_before', html`${t('jobs.finished.to')} ${time(query.get('finished_before'))}`);
    add('until', html`${t('jobs.since.to')} ${time(query.get('until'))}`);
    for (const [name, value] of query) {
      if (name.startsWith('metadata.')) {
        found.push([name, `${plain(name.slice(9))} = ${plain(value)}`]);
      }
    }
    return found;
  }

  #summary() {
    const query = this.route.query;
    return [
      ...statuses(query).map((status) => badge(status)),
      ...this.#filters().map(([, text]) => html`<span class="tag">${text}</span>`),
      ...(query.get('caller') ? [html`<span class="tag">${t('jobs.caller')}: ${plain(query.get('caller'))}</span>`] : []),
      ...(query.get('delivery') === 'dead' ? [html`<span class="tag">${t('jobs.dead')}</span>`] : []),
      ...(SPANS[query.get('since')] ? [html`<span class="tag">${t(`jobs.since.${query.get('since')}`)}</span>`] : []),
    ];
  }

  #chips() {
    const filters = this.#filters();
    if (filters.length === 0) {
      return nothing;
    }
    return html`<div class="row wrap">
      ${filters.map(
        ([name, text]) => html`<span class="chip removable"
          ><span class="truncate">${text}</span
          ><button type="button" aria-label=${t('jobs.filter.remove')} @click=${() => this.#filter({[name]: ''})}>${icon('close')}</button></span
        >`,
      )}
      <a class="button quiet small" href="#/jobs">${t('jobs.filter.clear')}</a>
    </div>`;
  }

  #news() {
    return html`<div class="news" role="status">
      ${this.fresh.size > 0
        ? html`<button type="button" class="button news-button" @click=${() => this.#showNew()}>
            ${t('jobs.new', {n: this.fresh.size})}
          </button>`
        : nothing}
    </div>`;
  }

  #showNew() {
    window.scrollTo({top: 0, behavior: 'smooth'});
    this.#reload();
  }

  #body() {
    if (this.error) {
      const mine = html`<a class="button" href="#/jobs">${t('jobs.mine')}</a>`;
      return problem(this.error, () => this.#reload(), isForbidden(this.error) && this.route.query.has('caller') ? mine : nothing);
    }
    if (!this.active || !this.ended) {
      return skeleton(8);
    }
    if (this.active.length + this.ended.length === 0) {
      return this.#nothing();
    }
    const folded = this.unfolded ? [] : this.active.slice(FOLDED);
    return html`${this.active.length > 0
        ? html`<section aria-labelledby="active-title" class="jobs-section">
            <h2 id="active-title">${t('jobs.active')} <span class="muted num">${number(this.active.length)}${this.active.length === 200 ? '+' : ''}</span></h2>
            ${this.#table(this.active.slice(0, this.active.length - folded.length), 'active-title')}
            ${folded.length > 0
              ? html`<button type="button" class="button quiet fold" @click=${() => (this.unfolded = true)}>
                  ${t('jobs.unfold', {n: folded.length})}
                </button>`
              : nothing}
          </section>`
        : nothing}
      ${this.ended.length > 0
        ? html`<section aria-labelledby="ended-title" class="jobs-section">
            <h2 id="ended-title">${t('jobs.ended')}</h2>
            ${this.#table(this.ended, 'ended-title')}
            ${this.#cursor
              ? html`<div class="older">
                  <button type="button" class="button" ?disabled=${this.loading} @click=${() => this.#older()}>${t('jobs.older')}</button>
                </div>`
              : nothing}
          </section>`
        : nothing}`;
  }

  #table(jobs, label) {
    const everyone = this.route.query.get('caller') === '*';
    const all = jobs.length > 0 && jobs.every((job) => this.ticked.has(job.id));
    const tickAll = (event) => {
      const ticked = new Set(this.ticked);
      jobs.forEach((job) => (event.target.checked ? ticked.add(job.id) : ticked.delete(job.id)));
      this.ticked = ticked;
    };
    return html`<div class="card">
      <table class="table jobs-table" aria-labelledby=${label}>
        <thead>
          <tr>
            <th class="tick-cell" scope="col">
              <input type="checkbox" aria-label=${t('jobs.tick.all')} .checked=${live(all)} @change=${tickAll} />
            </th>
            <th class="thumb-cell" scope="col"><span class="sr">${t('jobs.picture')}</span></th>
            <th scope="col">${t('shell.job')}</th>
            <th scope="col" class="state-cell">${t('jobs.status')}</th>
            ${everyone ? html`<th scope="col" class="wide-cell">${t('jobs.caller')}</th>` : nothing}
            <th scope="col" class="wide-cell">${t('jobs.server')}</th>
            <th scope="col" class="wide-cell">${t('jobs.deliveries')}</th>
            <th scope="col" class="right mid-cell">${t('jobs.waited')}</th>
            <th scope="col" class="right mid-cell">${t('jobs.ran')}</th>
            <th scope="col" class="right created-cell">${t('jobs.created')}</th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            jobs,
            (job) => job.id,
            (job) => this.#row(job, everyone),
          )}
        </tbody>
      </table>
    </div>`;
  }

  #row(job, everyone) {
    try {
      return this.#drawn(job, everyone);
    } catch (failure) {
      console.warn('A job cannot be shown', failure);
      return html`<tr>
        <td colspan="10" class="muted">${t('ui.row.broken')} <code>${plain(job?.id)}</code></td>
      </tr>`;
    }
  }

  #drawn(job, everyone) {
    const ticked = this.ticked.has(job.id);
    const workflow = job.workflow ? plain(job.workflow) : t('jobs.owngraph');
    // People know a job by its prompt.
    const text = job.prompt_text ? plain(job.prompt_text) : null;
    const state_ = state(job, this.progress.get(job.id));
    return html`<tr class=${ticked ? 'ticked' : ''} data-job=${job.id} @click=${(event) => this.#clicked(event, job)}>
      <td class="tick-cell">
        <input
          type="checkbox"
          aria-label=${t('jobs.tick', {id: shortId(job.id)})}
          .checked=${live(ticked)}
          @click=${(event) => this.#tick(job.id, event.target.checked, event.shiftKey)}
        />
      </td>
      <td class="thumb-cell">${thumbnail(job)}</td>
      <td class="job-cell">
        <a class="job-name truncate" href=${jobLink(job.id)} title=${text ?? nothing} aria-label=${`${text ?? workflow}, ${shortId(job.id)}`}>${text ?? workflow}</a>
        <span class="job-id">${text ? html`<span class="truncate">${workflow}</span>` : nothing}<code>${shortId(job.id)}</code>${this.#batch(job)}<span class="narrow-time">${ago(job.created_at)}</span></span>
        <span class="narrow-state">${state_}</span>
      </td>
      <td class="state-cell">${state_}</td>
      ${everyone ? html`<td class="wide-cell truncate">${plain(job.caller ?? '')}</td>` : nothing}
      <td class="wide-cell">${job.backend ? plain(job.backend) : html`<span class="muted">–</span>`}</td>
      <td class="wide-cell">${deliveries(job)}</td>
      <td class="right mid-cell">${job.started_at || !isActive(job) ? elapsed(job.created_at, job.started_at ?? job.finished_at) : elapsed(job.created_at)}</td>
      <td class="right mid-cell">${elapsed(job.started_at, job.finished_at)}</td>
      <td class="right muted created-cell">${ago(job.created_at)}</td>
    </tr>`;
  }

  #batch(job) {
    const label = job.metadata?.batch;
    if (typeof label !== 'string' && typeof label !== 'number') {
      return nothing;
    }
    return html`<span class="tag truncate">${plain(label)}</span>`;
  }

  #clicked(event, job) {
    if (event.target.closest('a, button, input, copy-button') || String(getSelection())) {
      return;
    }
    if (event.metaKey || event.ctrlKey) {
      window.open(jobLink(job.id), '_blank', 'noopener');
    } else if (event.shiftKey) {
      this.#tick(job.id, !this.ticked.has(job.id), true);
    } else {
      location.hash = jobLink(job.id);
    }
  }

  #nothing() {
    if (this.route.query.toString() && this.route.query.toString() !== 'caller=*') {
      return empty(
        t('jobs.none.match'),
        t('jobs.none.match.hint'),
        html`<a class="button" href="#/jobs">${t('jobs.filter.clear')}</a>`,
        'filter',
      );
    }
    const runnable = (this.workflows ?? []).filter((it) => it.runnable);
    const one = runnable.find((it) => it.name === 'smoke') ?? runnable[0];
    const curl = `curl -X POST ${location.origin}${one?.url ?? '/webhook/smoke'} \\\n  -H "X-API-Key: $GATEWAY_KEY"`;
    return empty(
      t('jobs.none'),
      t('jobs.none.hint'),
      html`<div class="stack tight empty-curl">
        <div class="code"><pre tabindex="0">${curl}</pre>${copyButton(curl)}</div>
        ${one && can('run')
          ? html`<button type="button" class="button primary" @click=${() => this.#runOne(one.name)}>
              ${icon('run')}${t('jobs.none.run', {name: plain(one.title || one.name)})}
            </button>`
          : html`<a class="button primary" href="#/run">${t('jobs.run')}</a>`}
      </div>`,
      'run',
    );
  }

  #bulk() {
    if (this.ticked.size === 0) {
      return nothing;
    }
    const jobs = this.#tickedJobs();
    const active = jobs.filter(isActive).length;
    return html`<div class="bulk" role="region" aria-label=${t('jobs.bulk')}>
      <span class="num" role="status">${t('jobs.ticked', {n: this.ticked.size})}</span>
      ${jobs.length > 0
        ? html`${active > 0
              ? html`<button type="button" class="button small danger-quiet" @click=${() => this.#cancelTicked()}>
                  ${t('jobs.cancel', {n: active})}
                </button>`
              : nothing}
            <button type="button" class="button small" @click=${() => this.#againTicked()}>
              ${t('jobs.again', {n: jobs.length})}
            </button>
            <button type="button" class="button small quiet" @click=${() => this.#allMatching()}>
              ${t('jobs.tick.matching')}
            </button>`
        : nothing}
      <button
        type="button"
        class="button small quiet only-icon"
        aria-label=${t('jobs.untick')}
        title=${t('jobs.untick')}
        @click=${() => (this.ticked = new Set())}
      >
        ${icon('close')}
      </button>
    </div>`;
  }
}

/** Running jobs first, then the line as it stands; the order of the moment, so that rows do not move. */
function inOrder(jobs) {
  const turn = (job) => (job.status === 'running' ? 0 : (job.queue_position ?? Number.MAX_SAFE_INTEGER));
  return [...jobs].sort((a, b) => turn(a) - turn(b) || a.created_at.localeCompare(b.created_at));
}

function deliveries(job) {
  const all = job.deliveries ?? [];
  const dead = all.filter((it) => it.status === 'dead').length;
  const delivered = all.filter((it) => it.status === 'delivered').length;
  if (all.length === 0) {
    return html`<span class="muted">–</span>`;
  }
  return html`<span class="row nowrap small-text">
    ${dead > 0 ? html`<span class="bad-text">${t('jobs.deliveries.dead', {n: dead})}</span>` : nothing}
    ${delivered > 0 ? html`<span>${t('jobs.deliveries.ok', {n: delivered})}</span>` : nothing}
    ${all.length > dead + delivered ? html`<span class="muted">${t('jobs.deliveries.due', {n: all.length - dead - delivered})}</span>` : nothing}
  </span>`;
}

customElements.define('jobs-page', JobsPage);
