// Callbacks, copies and events: how each receiver does, which were given up, and sending them again.
import {html, LitElement, nothing} from 'lit';
import {get, post} from '../lib/api.js';
import {bulk, said} from '../lib/bulk.js';
import {locale, t} from '../lib/i18n.js';
import {icon} from '../lib/icons.js';
import {jobLink, shortId} from '../lib/job.js';
import {Polled} from '../lib/polled.js';
import {can} from '../lib/session.js';
import {ago, badge, dataPage, dialog, duration, empty, failed, number, plain, problem, rows, toast} from '../lib/ui.js';

const PAGE = 50;
const SENT_AT_ONCE = 200;
const STATUSES = ['due', 'waiting', 'delivered', 'dead'];
const TRIED = ['tried_after', 'tried_before', 'tried_result'];
const RESULTS = ['delivered', 'retry', 'dead'];
const KINDS = ['callback', 'batch', 'copy', 's3', 'event'];
const SPANS = {'1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000};

/** The filters of an address, as the API takes them. */
function asked(query, without = []) {
  const filters = {};
  for (const name of ['status', 'kind', 'target', 'created_before', ...TRIED]) {
    if (query.get(name) && !without.includes(name)) {
      filters[name] = query.get(name);
    }
  }
  const since = query.get('since');
  if (since) {
    filters.created_after = SPANS[since] ? new Date(Date.now() - SPANS[since]).toISOString() : since;
  }
  filters.caller = query.get('caller') ?? (can('read-all') ? '*' : undefined);
  return filters;
}

/** Whether this session may send the deliveries of the filter again: those of others need `admin`. */
const maySend = (query) => can('admin') || (can('run') && (query.get('caller') ?? (can('read-all') ? '*' : null)) === null);

export default class DeliveriesPage extends LitElement {
  static properties = {
    route: {attribute: false},
    ticked: {state: true},
    older: {state: true},
    working: {state: true},
  };

  #address = null;
  #data = new Polled(this, (signal) => this.#read(signal), {every: 10_000, wakes: ['delivery']});

  constructor() {
    super();
    this.ticked = new Set();
    this.older = {list: [], cursor: undefined};
  }

  createRenderRoot() {
    return this;
  }

  willUpdate(changed) {
    if (changed.has('route') && this.#address !== this.route.query.toString()) {
      const first = this.#address === null;
      this.#address = this.route.query.toString();
      this.ticked = new Set();
      this.older = {list: [], cursor: undefined};
      if (!first) {
        this.#data.refresh();
      }
    }
  }

  async #read(signal) {
    const query = this.route.query;
    const [page, all, matching, configured] = await Promise.all([
      get('/deliveries', {query: {...asked(query), limit: PAGE}, signal}),
      get('/deliveries/counts', {query: asked(query, ['status', 'target']), signal}),
      get('/deliveries/counts', {query: asked(query), signal}),
      can('admin') ? get('/destinations', {signal}).catch(() => null) : null,
    ]);
    this.#keep(page.deliveries);
    return {page, all, matching, destinations: new Set(configured?.destinations.map((it) => it.name))};
  }

  // Newer ones push rows off the first page: where older pages are shown too, these rows go before them.
  #keep(newest) {
    const before = this.#data.value?.page.deliveries ?? [];
    const last = newest.at(-1)?.created_at;
    if (this.older.cursor !== undefined && last) {
      const have = new Set([...newest, ...this.older.list].map((it) => it.id));
      const pushed = before.filter((it) => !have.has(it.id) && it.created_at <= last);
      if (pushed.length > 0) {
        this.older = {...this.older, list: [...pushed, ...this.older.list]};
      }
    }
  }

  #filter(changes) {
    const query = new URLSearchParams(this.route.query);
    for (const [name, value] of Object.entries(changes)) {
      if (value) {
        query.set(name, value);
      } else {
        query.delete(name);
      }
    }
    const text = query.toString().replaceAll('%3A', ':');
    location.hash = text ? `#/deliveries?${text}` : '#/deliveries';
  }

  async #more(cursor) {
    this.working = true;
    const address = this.#address;
    try {
      const page = await get('/deliveries', {query: {...asked(this.route.query), limit: PAGE, cursor}});
      if (address !== this.#address) {
        return;
      }
      this.older = {list: [...this.older.list, ...page.deliveries], cursor: page.next_cursor ?? null};
    } catch (error) {
      failed(error);
    } finally {
      this.working = false;
    }
  }

  #shown() {
    const newest = this.#data.value?.page.deliveries ?? [];
    const have = new Set(newest.map((it) => it.id));
    return [...newest, ...this.older.list.filter((it) => !have.has(it.id))];
  }

  #sending() {
    return {
      label: (n) => t('deliveries.resend', {n}),
      size: SENT_AT_ONCE,
      step: async (ids, signal) => ids.length - (await post('/deliveries/redeliver', {ids}, {signal})).redelivered,
    };
  }

  async #resend(ids) {
    await this.#tell(
      await bulk({
        items: ids,
        title: (n) => t('deliveries.resend.title', {n}),
        text: t('deliveries.resend.text'),
        actions: [this.#sending()],
      }),
    );
  }

  async *#matching(query, signal) {
    let cursor;
    do {
      const page = await get('/deliveries', {query: {...query, limit: 200, cursor}, signal});
      yield page.deliveries.map((it) => it.id);
      cursor = page.next_cursor;
    } while (cursor);
  }

  async #resendAll(status) {
    // What comes after the question is not part of the answer.
    const query = {created_before: new Date().toISOString(), ...asked(this.route.query), status};
    await this.#tell(
      await bulk({
        pages: (signal) => this.#matching(query, signal),
        label: t('deliveries.resend.one'),
        title: (n) => t('deliveries.all.title', {n}),
        text: t('deliveries.all.text', {filter: this.#words(status)}),
        actions: [this.#sending()],
      }),
    );
  }

  async #tell(result) {
    if (result) {
      const left = said(result);
      if (result.done > 0 || !left) {
        toast([t('deliveries.sent', {n: result.done}), left].filter(Boolean).join(' · '));
      }
      this.ticked = new Set();
      await this.#data.refresh();
    }
  }

  #range(from, to) {
    const at = (name) => {
      const moment = new Date(this.route.query.get(name) ?? NaN);
      return Number.isNaN(moment.getTime()) ? '…' : moment.toLocaleString(locale);
    };
    return `${at(from)} – ${at(to)}`;
  }

  // With a try of this result in this time.
  #tried() {
    const query = this.route.query;
    const result = RESULTS.find((it) => it === query.get('tried_result'));
    const time = query.get('tried_after') || query.get('tried_before') ? this.#range('tried_after', 'tried_before') : '';
    return result || time ? [t(`deliveries.tried.${result ?? 'any'}`), time].filter(Boolean).join(' ') : '';
  }

  // The filter as a sentence for the confirmation.
  #words(status) {
    const query = this.route.query;
    const parts = [t(`status.${status}`)];
    if (query.get('target')) {
      parts.push(t('deliveries.words.target', {target: plain(query.get('target'))}));
    }
    if (query.get('kind')) {
      parts.push(t(`deliveries.kind.${query.get('kind')}`));
    }
    const since = query.get('since');
    if (since) {
      parts.push(SPANS[since] ? t(`deliveries.since.${since}`) : t('deliveries.words.since', {at: plain(since)}));
    }
    if (query.get('created_before')) {
      parts.push(t('deliveries.words.before', {at: plain(query.get('created_before'))}));
    }
    if (this.#tried()) {
      parts.push(this.#tried());
    }
    return parts.join(', ');
  }

  render() {
    const aside = can('admin')
      ? html`<button class="button" type="button" @click=${this.#testUrl}>${icon('deliveries')}${t('deliveries.try.open')}</button>`
      : nothing;
    return dataPage(this.#data, {title: t('shell.deliveries'), about: t('deliveries.about'), aside}, (read) => this.#body(read));
  }

  #body(value) {
    const filtered = ['status', 'kind', 'target', 'since', 'created_before', ...TRIED].some((name) => this.route.query.get(name));
    const shown = this.#shown();
    if (shown.length === 0 && !filtered && value.all.targets.length === 0 && value.destinations.size === 0) {
      return empty(t('deliveries.none'), t('deliveries.none.hint'), this.#example(), 'deliveries');
    }
    return html`${this.#targets(value.all, value.destinations)} ${this.#toolbar(value)}
      ${shown.length === 0
        ? empty(
            t('deliveries.nomatch'),
            t('deliveries.nomatch.hint'),
            html`<a class="button" href="#/deliveries">${t('deliveries.clear')}</a>`,
            'filter',
          )
        : this.#table(shown, value)}
      ${this.#bulk(shown)}`;
  }

  #example() {
    const line = `curl -H "X-API-Key: $GATEWAY_KEY" -H "Content-Type: application/json" \\\n  -d '{"callback": {"url": "https://example.com/hook"}}' \\\n  ${location.origin}/webhook/smoke`;
    return html`<div class="code"><pre tabindex="0" aria-label=${t('deliveries.example')}>${line}</pre></div>`;
  }

  // Sends a signed test to a URL, and shows what came of it where it was asked for.
  #testUrl = () => {
    let busy = false;
    let result = null;
    let failure = null;
    const send = async (url, draw) => {
      busy = true;
      result = failure = null;
      draw();
      try {
        result = await post('/callbacks/test', {url});
      } catch (error) {
        failure = error;
      }
      busy = false;
      draw();
    };
    return dialog(
      (close, draw) => html`<form
        class="dialog-body"
        @submit=${(event) => {
          event.preventDefault();
          send(event.target.elements.url.value.trim(), draw);
        }}
      >
        <h2>${t('deliveries.try.title')}</h2>
        <p>${t('deliveries.try.text')}</p>
        <label class="field">
          <span class="label">URL</span>
          <input class="input" name="url" type="url" required maxlength="2000" autocomplete="off" spellcheck="false" placeholder="https://example.com/hook" />
        </label>
        <div role="status">
          ${result
            ? html`<p class=${result.sent ? 'good-text' : 'bad-text'}>
                ${result.sent
                  ? t('deliveries.try.sent', {status: String(result.status ?? ''), time: duration(result.took_ms)})
                  : t('deliveries.try.refused', {reason: plain(result.error ?? '')})}
              </p>`
            : nothing}
        </div>
        ${failure ? problem(failure) : nothing}
        <div class="dialog-actions">
          <button type="button" class="button" @click=${() => close()}>${t('ui.close')}</button>
          <button class="button primary" ?disabled=${busy}>${t('deliveries.test')}</button>
        </div>
      </form>`,
      {label: t('deliveries.try.title')},
    );
  };

  async #test(name) {
    this.working = true;
    try {
      const {sent, took_ms: took, error} = await post(`/destinations/${encodeURIComponent(name)}/test`);
      if (sent) {
        toast(t('deliveries.test.sent', {name: plain(name), time: duration(took)}));
      } else {
        toast(t('deliveries.test.refused', {name: plain(name), reason: plain(error ?? '')}), {kind: 'bad'});
      }
    } catch (error) {
      failed(error);
    } finally {
      this.working = false;
    }
  }

  #targets({targets: counted, counted_to: most}, destinations) {
    const unused = [...destinations].filter((name) => !counted.some((it) => it.target === name));
    const targets = [...counted, ...unused.map((target) => ({target}))];
    if (targets.length === 0) {
      return nothing;
    }
    const chosen = this.route.query.get('target');
    const worst = [...targets].sort((a, b) => (b.dead ?? 0) - (a.dead ?? 0) || (b.due ?? 0) - (a.due ?? 0)).slice(0, 12);
    const total = targets.reduce((sum, it) => sum + STATUSES.reduce((n, status) => n + (it[status] ?? 0), 0), 0);
    return html`<section class="card spaced" aria-labelledby="receivers">
      <div class="card-head">
        <h2 id="receivers">${t('deliveries.receivers')}</h2>
        ${total >= most ? html`<span class="muted">${t('deliveries.counted', {n: most})}</span>` : nothing}
      </div>
      <div class="table-wrap" tabindex="0" role="region" aria-labelledby="receivers">
        <table class="table folds">
          <thead>
            <tr>
              <th scope="col">${t('deliveries.target')}</th>
              <th scope="col" class="right">${t('status.delivered')}</th>
              <th scope="col" class="right">${t('deliveries.pending')}</th>
              <th scope="col" class="right">${t('status.dead')}</th>
              ${destinations.size > 0 ? html`<th scope="col"><span class="sr">${t('deliveries.test')}</span></th>` : nothing}
            </tr>
          </thead>
          <tbody>
            ${rows(worst, (it) => {
              const link = (status, n) =>
                n > 0
                  ? html`<a href=${this.#link(it.target, status)} aria-label="${plain(it.target)}: ${n} ${t(`status.${status}`)}">${number(n)}</a>`
                  : html`<span class="muted">0</span>`;
              return html`<tr aria-current=${chosen === it.target ? 'true' : nothing}>
                <td class="break"><a class="strong" href=${this.#link(it.target)}>${plain(it.target)}</a></td>
                <td class="right num" data-label=${t('status.delivered')}>${link('delivered', it.delivered ?? 0)}</td>
                <td class="right num" data-label=${t('deliveries.pending')}>${link('due', (it.due ?? 0) + (it.waiting ?? 0))}</td>
                <td class="right num ${it.dead ? 'bad-cell' : ''}" data-label=${t('status.dead')}>${link('dead', it.dead ?? 0)}</td>
                ${destinations.size > 0
                  ? html`<td class="right test-cell">
                      ${destinations.has(it.target)
                        ? html`<button
                            class="button small"
                            type="button"
                            ?disabled=${this.working}
                            aria-label=${t('deliveries.test.label', {name: plain(it.target)})}
                            @click=${() => this.#test(it.target)}
                          >
                            ${icon('deliveries')}${t('deliveries.test')}
                          </button>`
                        : nothing}
                    </td>`
                  : nothing}
              </tr>`;
            })}
          </tbody>
        </table>
      </div>
    </section>`;
  }

  #link(target, status) {
    const query = new URLSearchParams({target});
    for (const name of ['since', 'caller', ...TRIED]) {
      if (this.route.query.get(name)) {
        query.set(name, this.route.query.get(name));
      }
    }
    if (status) {
      query.set('status', status);
    }
    return `#/deliveries?${query}`;
  }

  #toolbar({all, matching}) {
    const query = this.route.query;
    const chosen = query.get('status') ?? '';
    const target = query.get('target');
    const of = (status) =>
      all.targets.filter((it) => !target || it.target === target).reduce((sum, it) => sum + (it[status] ?? 0), 0);
    const status = chosen === 'delivered' ? 'delivered' : 'dead';
    const count = chosen && chosen !== status ? 0 : matching.targets.reduce((sum, it) => sum + (it[status] ?? 0), 0);
    return html`<div class="filters">
      <div class="row wrap" role="group" aria-label=${t('deliveries.status')}>
        <button class="chip" type="button" aria-pressed=${chosen === ''} @click=${() => this.#filter({status: ''})}>
          ${t('deliveries.all')}
        </button>
        ${STATUSES.map(
          (it) => html`<button
            class="chip"
            type="button"
            aria-pressed=${chosen === it}
            @click=${() => this.#filter({status: chosen === it ? '' : it})}
          >
            ${t(`status.${it}`)} <span class="num">${number(of(it))}</span>
          </button>`,
        )}
      </div>
      <div class="row wrap spread">
        <div class="row wrap">
          <select class="select" aria-label=${t('deliveries.kind')} @change=${(event) => this.#filter({kind: event.target.value})}>
            <option value="" ?selected=${!query.get('kind')}>${t('deliveries.kind.any')}</option>
            ${KINDS.map((it) => html`<option value=${it} ?selected=${query.get('kind') === it}>${t(`deliveries.kind.${it}`)}</option>`)}
          </select>
          <select class="select" aria-label=${t('deliveries.since')} @change=${(event) => this.#filter({since: event.target.value})}>
            <option value="" ?selected=${!query.get('since')}>${t('deliveries.since.any')}</option>
            ${Object.keys(SPANS).map(
              (it) => html`<option value=${it} ?selected=${query.get('since') === it}>${t(`deliveries.since.${it}`)}</option>`,
            )}
          </select>
          ${query.get('created_before') ? this.#chip(this.#range('since', 'created_before'), {created_before: '', since: ''}) : nothing}
          ${this.#tried() ? this.#chip(this.#tried(), Object.fromEntries(TRIED.map((name) => [name, '']))) : nothing}
          ${target ? this.#chip(plain(target), {target: ''}) : nothing}
        </div>
        ${count > 0 && maySend(query)
          ? html`<button class="button" type="button" ?disabled=${this.working} @click=${() => this.#resendAll(status)}>
              ${icon('refresh')}${t(`deliveries.all.${status}`, {n: count})}
            </button>`
          : nothing}
      </div>
    </div>`;
  }

  #chip(text, without) {
    return html`<span class="chip removable"
      ><span class="truncate">${text}</span
      ><button type="button" aria-label=${t('deliveries.remove', {text})} @click=${() => this.#filter(without)}>${icon('close')}</button></span
    >`;
  }

  #table(shown, {page}) {
    const cursor = this.older.cursor === undefined ? page.next_cursor : this.older.cursor;
    const ticks = maySend(this.route.query);
    const ended = shown.filter((it) => it.status === 'dead' || it.status === 'delivered');
    const every = ended.length > 0 && ended.every((it) => this.ticked.has(it.id));
    return html`<section class="card" aria-label=${t('shell.deliveries')}>
        <div class="table-wrap" tabindex="0" role="region" aria-label=${t('shell.deliveries')}>
          <table class="table clickable folds">
            <thead>
              <tr>
                ${ticks
                  ? html`<th scope="col" class="tick">
                      <input
                        type="checkbox"
                        aria-label=${t('deliveries.tick.all')}
                        .checked=${every}
                        @change=${(event) => (this.ticked = new Set(event.target.checked ? ended.map((it) => it.id) : []))}
                      />
                    </th>`
                  : nothing}
                <th scope="col">${t('deliveries.status')}</th>
                <th scope="col">${t('deliveries.target')}</th>
                <th scope="col">${t('deliveries.event')}</th>
                <th scope="col">${t('deliveries.last')}</th>
                <th scope="col" class="right">${t('deliveries.tries')}</th>
                <th scope="col" class="right">${t('deliveries.created')}</th>
              </tr>
            </thead>
            <tbody>
              ${rows(
                shown,
                (it) => this.#row(it, ticks),
                () => html`<tr><td colspan="7" class="muted">${t('ui.row.broken')}</td></tr>`,
              )}
            </tbody>
          </table>
        </div>
      </section>
      ${cursor
        ? html`<div class="older">
            <button class="button" type="button" ?disabled=${this.working} @click=${() => this.#more(cursor)}>${t('deliveries.older')}</button>
          </div>`
        : nothing}`;
  }

  #row(it, ticks) {
    const link = `#/deliveries/${encodeURIComponent(it.id)}`;
    const again = it.status === 'dead' || it.status === 'delivered';
    return html`<tr
      class=${this.ticked.has(it.id) ? 'ticked' : ''}
      @click=${(event) => {
        if (!event.target.closest('a, input, button, label') && !String(getSelection())) {
          location.hash = link;
        }
      }}
    >
      ${ticks
        ? html`<td class="tick">
            <input
              type="checkbox"
              aria-label=${t('deliveries.tick', {id: shortId(it.id)})}
              ?disabled=${!again}
              .checked=${this.ticked.has(it.id)}
              @change=${(event) => {
                const ticked = new Set(this.ticked);
                if (event.target.checked) {
                  ticked.add(it.id);
                } else {
                  ticked.delete(it.id);
                }
                this.ticked = ticked;
              }}
            />
          </td>`
        : nothing}
      <td>${badge(it.status)}</td>
      <td class="break">
        <a class="strong" href=${link}>${plain(it.destination ?? it.target)}</a>
        <span class="block muted small-text">${t(`deliveries.kind.${it.kind}`)}</span>
      </td>
      <td>
        ${plain(it.event)}
        <span class="block small-text">
          ${it.job
            ? html`<a class="mono" href=${jobLink(it.job)}>${shortId(it.job)}</a>`
            : html`<span class="muted mono">${t('deliveries.batch')} ${shortId(it.batch ?? '')}</span>`}
        </span>
      </td>
      <td class="last" data-label=${t('deliveries.last')}>
        ${it.last_status ? html`<span class="code-tag ${it.last_status < 300 ? 'good' : 'bad'}">${it.last_status}</span>` : nothing}
        ${it.last_error ? html`<span class="block muted small-text clamp">${plain(it.last_error)}</span>` : nothing}
        ${!it.last_status && !it.last_error ? html`<span class="muted">–</span>` : nothing}
      </td>
      <td class="right num" data-label=${t('deliveries.tries')}>${number(it.attempts)}</td>
      <td class="right muted" data-label=${t('deliveries.created')}>${ago(it.created_at)}</td>
    </tr>`;
  }

  #bulk(shown) {
    const ids = shown.filter((it) => this.ticked.has(it.id)).map((it) => it.id);
    if (ids.length === 0) {
      return nothing;
    }
    return html`<div class="bulk" role="region" aria-label=${t('deliveries.ticked', {n: ids.length})}>
      <strong>${t('deliveries.ticked', {n: ids.length})}</strong>
      <button class="button small primary" type="button" ?disabled=${this.working} @click=${() => this.#resend(ids)}>
        ${icon('refresh')}${t('deliveries.resend', {n: ids.length})}
      </button>
      <button class="button small quiet" type="button" @click=${() => (this.ticked = new Set())}>${t('deliveries.untick')}</button>
    </div>`;
  }
}
customElements.define('deliveries-page', DeliveriesPage);
