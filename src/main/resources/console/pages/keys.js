// Keys and sessions: who may call, for what, and how much of it is used.
import {html, LitElement, nothing} from 'lit';
import {del, get, post} from '../lib/api.js';
import {t} from '../lib/i18n.js';
import {icon} from '../lib/icons.js';
import {Polled} from '../lib/polled.js';
import {session} from '../lib/session.js';
import {ago, badge, confirm, copyButton, dataPage, dialog, empty, failed, plain, problem, rows, time, toast} from '../lib/ui.js';

const SCOPES = ['run', 'raw', 'read-all', 'publish', 'url', 'admin'];
const NAME = '[A-Za-z0-9][A-Za-z0-9._\\-]{0,63}';
const DAYS = [30, 90, 365];
const OVERLAPS = [0, 3_600, 86_400, 604_800, 2_592_000];
const QUOTAS = ['requests_per_minute', 'jobs_per_minute', 'jobs_per_day', 'jobs_per_month'];
const words = (text) => text.split(/[\s,]+/).filter(Boolean);

async function read(signal) {
  const [keys, sessions] = await Promise.allSettled([get('/keys', {signal}), get('/sessions', {signal})]);
  if (keys.status === 'rejected') {
    throw keys.reason;
  }
  return {keys: keys.value.keys, sessions: sessions.value?.sessions ?? null};
}

export default class KeysPage extends LitElement {
  static properties = {route: {attribute: false}, revoked: {state: true}, found: {state: true}};
  #data = new Polled(this, read, {every: 15_000});

  constructor() {
    super();
    this.found = '';
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const head = {
      title: t('shell.keys'),
      about: t('keys.about'),
      aside: html`<div class="actions">
        <button class="button primary" type="button" @click=${() => this.#create()}>${icon('plus')}${t('keys.create')}</button>
      </div>`,
      rows: 4,
    };
    return dataPage(this.#data, head, (read) => this.#keys(read));
  }

  #keys({keys, sessions}) {
    const gone = keys.filter((key) => key.status !== 'active').length;
    const text = this.found.toLowerCase();
    const shown = keys.filter(
      (key) => (this.revoked || key.status === 'active') && (!text || key.name.toLowerCase().includes(text)),
    );
    return html`<div class="stack loose">
      <div class="row wrap">
        <div class="search">
          ${icon('search')}
          <input
            class="input"
            type="search"
            data-search
            placeholder=${t('keys.search')}
            aria-label=${t('keys.search')}
            @input=${(event) => (this.found = event.target.value.trim())}
          />
        </div>
        ${gone > 0
          ? html`<label class="check">
              <input type="checkbox" .checked=${Boolean(this.revoked)} @change=${(event) => (this.revoked = event.target.checked)} />
              <span>${t('keys.gone', {n: gone})}</span>
            </label>`
          : nothing}
      </div>
      ${shown.length === 0
        ? empty(
            keys.length === 0 || !text ? t('keys.none') : t('keys.nomatch'),
            t('keys.none.hint'),
            html`<button class="button primary" type="button" @click=${() => this.#create()}>${icon('plus')}${t('keys.create')}</button>`,
            'keys',
          )
        : this.#table(shown)}
      ${sessions ? this.#sessions(sessions) : nothing}
    </div>`;
  }

  #table(keys) {
    return html`<section class="card" aria-label=${t('shell.keys')}>
      <div class="table-wrap" tabindex="0" role="region" aria-label=${t('shell.keys')}>
        <table class="table keys-table folds">
          <thead>
            <tr>
              <th scope="col">${t('keys.name')}</th>
              <th scope="col">${t('keys.scopes')}</th>
              <th scope="col">${t('keys.bounds')}</th>
              <th scope="col">${t('keys.usage')}</th>
              <th scope="col">${t('keys.used')}</th>
              <th scope="col"><span class="sr">${t('keys.actions')}</span></th>
            </tr>
          </thead>
          <tbody>
            ${rows(
              keys,
              (key) => this.#row(key),
              () => html`<tr><td colspan="6" class="muted">${t('ui.row.broken')}</td></tr>`,
            )}
          </tbody>
        </table>
      </div>
    </section>`;
  }

  #row(key) {
    const live = key.status === 'active';
    return html`<tr>
      <td>
        <div class="row wrap"><strong class="break">${plain(key.name)}</strong>${live ? nothing : badge(key.status)}</div>
        <span class="block muted small-text">
          ${key.source === 'settings'
            ? t('keys.settings')
            : html`${t('keys.created')} ${ago(key.created_at)}`}
          ${key.former_secret_until ? html`<span class="block">${t('keys.former')} ${time(key.former_secret_until)}</span>` : nothing}
        </span>
      </td>
      <td><div class="row wrap tags">${key.scopes.map((it) => html`<span class="tag">${plain(it)}</span>`)}</div></td>
      <td class="small-text" data-label=${t('keys.bounds')}>${this.#bounds(key)}</td>
      <td class="usage">${this.#usage(key)}</td>
      <td class="muted" data-label=${t('keys.used')}>${key.last_used_at ? ago(key.last_used_at) : t('keys.unused')}</td>
      <td class="right">
        ${key.source === 'store' && key.status !== 'revoked'
          ? html`<div class="row end">
              <button class="button small" type="button" aria-label=${t('keys.rotate.label', {name: plain(key.name)})} @click=${() => this.#rotate(key)}>
                ${t('keys.rotate')}
              </button>
              <button
                class="button small danger-quiet"
                type="button"
                aria-label=${t('keys.revoke.label', {name: plain(key.name)})}
                @click=${() => this.#revoke(key)}
              >
                ${t('keys.revoke')}
              </button>
            </div>`
          : nothing}
      </td>
    </tr>`;
  }

  #bounds(key) {
    const lines = [];
    if (key.workflows.length > 0) {
      lines.push(html`${t('keys.workflows')}: ${plain(key.workflows.join(', '))}`);
    }
    if (key.networks.length > 0) {
      lines.push(html`${t('keys.networks')}: ${plain(key.networks.join(', '))}`);
    }
    if (key.expires_at) {
      lines.push(html`${t(key.status === 'expired' ? 'keys.expired' : 'keys.expires')} ${time(key.expires_at)}`);
    }
    for (const name of ['requests_per_minute', 'jobs_per_minute']) {
      if (key[name]) {
        lines.push(t(`keys.${name}.n`, {n: key[name]}));
      }
    }
    if (key.editor_metadata === false) {
      lines.push(t('keys.editor_metadata.off'));
    }
    return lines.length === 0
      ? html`<span class="muted">${t('keys.unbounded')}</span>`
      : lines.map((line) => html`<span class="block break">${line}</span>`);
  }

  #usage(key) {
    const meters = [
      ['jobs_today', 'jobs_per_day', 'keys.today'],
      ['jobs_this_month', 'jobs_per_month', 'keys.month'],
    ].filter(([, limit]) => key[limit]);
    if (meters.length === 0) {
      return html`<a href="#/jobs?${new URLSearchParams({caller: key.name})}">${t('keys.jobs')}</a>`;
    }
    return meters.map(([used, limit, text]) => {
      const n = key[used] ?? 0;
      const label = t(text, {n, all: key[limit]});
      return html`<div class="small-text">
        <span class="num">${label}</span>
        <meter class="meter" min="0" max=${key[limit]} high=${key[limit] * 0.9} optimum="0" .value=${Math.min(n, key[limit])} aria-label=${label}></meter>
      </div>`;
    });
  }

  #sessions(sessions) {
    return html`<section class="card" aria-labelledby="sessions">
      <div class="card-head">
        <h2 id="sessions">${t('keys.sessions')}</h2>
        <span class="muted">${t('keys.sessions.hint')}</span>
      </div>
      ${sessions.length === 0
        ? html`<p class="card-body muted">${t('keys.sessions.none')}</p>`
        : html`<ul class="list">
            ${rows(
              sessions,
              (it) => html`<li class="list-row">
                <span class="list-name break">${plain(it.key)}</span>
                <span class="grow muted">
                  ${t('keys.sessions.since')} ${ago(it.created_at)} · ${t('keys.sessions.seen')} ${ago(it.last_seen_at)} ·
                  ${t('keys.sessions.until')} ${time(it.expires_at)}
                </span>
                ${it.current
                  ? html`<span class="tag">${t('keys.sessions.this')}</span>`
                  : html`<button
                      class="button small danger-quiet"
                      type="button"
                      aria-label=${t('keys.sessions.end.label', {name: plain(it.key)})}
                      @click=${() => this.#end(it)}
                    >
                      ${t('keys.sessions.end')}
                    </button>`}
              </li>`,
            )}
          </ul>`}
    </section>`;
  }

  async #end(session) {
    try {
      await del(`/sessions/${encodeURIComponent(session.id)}`);
      toast(t('keys.sessions.ended', {name: plain(session.key)}));
      await this.#data.refresh();
    } catch (error) {
      failed(error);
    }
  }

  async #create() {
    let error;
    let busy = false;
    const made = await dialog(
      (close, draw) => html`<form
        class="dialog-body"
        @submit=${async (event) => {
          event.preventDefault();
          if (new FormData(event.target).getAll('scopes').length === 0) {
            error = {status: 1, problem: {title: t('keys.noscope')}};
            draw();
            return;
          }
          busy = true;
          draw();
          try {
            close(await post('/keys', requestOf(event.target)));
          } catch (failure) {
            error = failure;
            busy = false;
            draw();
          }
        }}
      >
        <h2>${t('keys.create.title')}</h2>
        ${error ? problem(error) : nothing}
        <label class="field">
          <span class="label">${t('keys.name')}</span>
          <input class="input" name="name" required pattern=${NAME} maxlength="64" autocomplete="off" spellcheck="false" autofocus />
          <span class="hint">${t('keys.name.hint')}</span>
        </label>
        <fieldset class="stack tight">
          <legend class="label">${t('keys.scopes')}</legend>
          ${SCOPES.map(
            (scope) => html`<label class="check">
              <input type="checkbox" name="scopes" value=${scope} ?checked=${scope === 'run'} />
              <span><strong class="mono">${scope}</strong> <span class="muted">${t(`keys.scope.${scope}`)}</span></span>
            </label>`,
          )}
        </fieldset>
        <label class="field">
          <span class="label">${t('keys.expires.when')}</span>
          <select class="select full" name="days">
            <option value="">${t('keys.expires.never')}</option>
            ${DAYS.map((n) => html`<option value=${n}>${t('keys.expires.days', {n})}</option>`)}
          </select>
        </label>
        <details class="fold-out">
          <summary>${t('keys.more')}${icon('down')}</summary>
          <div class="stack more-fields">
            <label class="field">
              <span class="label">${t('keys.workflows.only')}</span>
              <input class="input" name="workflows" placeholder="txt2img shop/*" autocomplete="off" spellcheck="false" />
            </label>
            <label class="field">
              <span class="label">${t('keys.networks.only')}</span>
              <input class="input" name="networks" placeholder="10.0.0.0/8" autocomplete="off" spellcheck="false" />
            </label>
            <div class="pairs">
              ${QUOTAS.map(
                (name) => html`<label class="field">
                  <span class="label">${t(`keys.${name}`)}</span>
                  <input class="input" type="number" name=${name} min="1" max="1000000000" placeholder=${t('keys.nolimit')} />
                </label>`,
              )}
            </div>
            <label class="check">
              <input type="checkbox" name="editor_metadata" checked />
              <span>${t('keys.editor_metadata')}</span>
            </label>
            <label class="check">
              <input type="checkbox" name="callback_secret" />
              <span>${t('keys.secret.own')}</span>
            </label>
          </div>
        </details>
        <div class="dialog-actions">
          <button type="button" class="button" ?disabled=${busy} @click=${() => close()}>${t('ui.cancel')}</button>
          <button class="button primary" ?disabled=${busy}>${t('keys.create')}</button>
        </div>
      </form>`,
      {label: t('keys.create.title'), sticky: () => busy},
    );
    if (made) {
      await showSecrets(made, t('keys.made', {name: plain(made.name)}));
      await this.#data.refresh();
    }
  }

  async #rotate(key) {
    const wanted = await dialog(
      (close) => html`<form
        class="dialog-body"
        @submit=${(event) => {
          event.preventDefault();
          const given = new FormData(event.target);
          close({what: given.get('what') ?? 'key', overlap_seconds: Number(given.get('overlap'))});
        }}
      >
        <h2>${t('keys.rotate.title', {name: plain(key.name)})}</h2>
        <p>${t('keys.rotate.text')}</p>
        ${key.own_callback_secret
          ? html`<fieldset class="stack tight">
              <legend class="label">${t('keys.rotate.what')}</legend>
              ${['key', 'callback_secret'].map(
                (it) => html`<label class="check">
                  <input type="radio" name="what" value=${it} ?checked=${it === 'key'} /><span>${t(`keys.rotate.${it}`)}</span>
                </label>`,
              )}
            </fieldset>`
          : nothing}
        <label class="field">
          <span class="label">${t('keys.rotate.overlap')}</span>
          <select class="select full" name="overlap">
            ${OVERLAPS.map((n) => html`<option value=${n} ?selected=${n === 86_400}>${t(`keys.overlap.${n}`)}</option>`)}
          </select>
        </label>
        <div class="dialog-actions">
          <button type="button" class="button" @click=${() => close()}>${t('ui.cancel')}</button>
          <button class="button primary">${t('keys.rotate')}</button>
        </div>
      </form>`,
      {label: t('keys.rotate.title', {name: plain(key.name)})},
    );
    if (!wanted) {
      return;
    }
    try {
      const made = await post(`/keys/${encodeURIComponent(key.name)}/rotate`, wanted);
      await showSecrets(made, t('keys.rotated', {name: plain(made.name)}));
      await this.#data.refresh();
    } catch (error) {
      failed(error);
    }
  }

  // What revoking one's own key means beyond that, and the last one that may make others.
  #warning(key) {
    const others = this.#data.value.keys.filter((it) => it.name !== key.name && it.status === 'active' && it.scopes.includes('admin'));
    return [
      key.name === session?.name ? t('keys.revoke.own') : '',
      key.scopes.includes('admin') && others.length === 0 ? t('keys.revoke.last') : '',
      t('keys.revoke.text'),
    ]
      .filter(Boolean)
      .join(' ');
  }

  async #revoke(key) {
    const sure = await confirm({
      title: t('keys.revoke.title', {name: plain(key.name)}),
      text: this.#warning(key),
      typed: key.name,
      action: t('keys.revoke'),
    });
    if (!sure) {
      return;
    }
    try {
      await del(`/keys/${encodeURIComponent(key.name)}`);
      toast(t('keys.revoked', {name: plain(key.name)}));
      await this.#data.refresh();
    } catch (error) {
      failed(error);
    }
  }
}

function requestOf(form) {
  const given = new FormData(form);
  const body = {name: given.get('name').trim(), scopes: given.getAll('scopes')};
  for (const name of ['workflows', 'networks']) {
    const list = words(given.get(name) ?? '');
    if (list.length > 0) {
      body[name] = list;
    }
  }
  for (const name of QUOTAS) {
    if (given.get(name)) {
      body[name] = Number(given.get(name));
    }
  }
  if (given.get('days')) {
    body.expires_at = new Date(Date.now() + Number(given.get('days')) * 86_400_000).toISOString();
  }
  if (!given.has('editor_metadata')) {
    body.editor_metadata = false;
  }
  if (given.has('callback_secret')) {
    body.callback_secret = true;
  }
  return body;
}

/** Shows what is shown only once; closes by its button alone, and stays when the session ends. */
function showSecrets(key, title) {
  const secrets = ['secret', 'callback_secret'].filter((name) => key[name]);
  return dialog(
    (close) => html`<div class="dialog-body">
      <h2>${title}</h2>
      <div class="notice warn">${icon('warning')}<p class="notice-text">${t('keys.once')}</p></div>
      ${secrets.map(
        (name) => html`<div class="field">
          <span class="label" id="made-${name}">${t(`keys.made.${name}`)}</span>
          <div class="secret" role="group" aria-labelledby="made-${name}">
            <code class="break">${key[name]}</code>${copyButton(key[name], t('ui.copy'))}
          </div>
        </div>`,
      )}
      <div class="dialog-actions"><button type="button" class="button primary" @click=${() => close()}>${t('keys.kept')}</button></div>
    </div>`,
    {label: title, className: 'sticky', sticky: () => true},
  );
}

customElements.define('keys-page', KeysPage);
