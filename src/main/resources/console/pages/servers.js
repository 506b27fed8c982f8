// The ComfyUI servers: what each does now, and taking one out of service.
import {html, LitElement, nothing} from 'lit';
import {get, post} from '../lib/api.js';
import {t} from '../lib/i18n.js';
import {icon} from '../lib/icons.js';
import {Polled} from '../lib/polled.js';
import {can} from '../lib/session.js';
import {ago, badge, bytes, confirm, dataPage, dialog, empty, failed, number, plain, rows, toast} from '../lib/ui.js';

const RUNNING = 200;

let figures = {at: 0, servers: []};

// The figures of an hour change slowly and are not read each time.
async function idleShares(signal) {
  if (Date.now() - figures.at > 30_000) {
    figures = {at: Date.now(), servers: (await get('/numbers', {query: {span: 'hour'}, signal})).servers};
  }
  return figures.servers;
}

async function read(signal) {
  const [pool, running, counts, idle] = await Promise.allSettled([
    get('/backends', {signal}),
    get('/jobs', {query: {status: 'running', caller: '*', limit: RUNNING}, signal}),
    get('/jobs/counts', {query: {caller: '*'}, signal}),
    idleShares(signal),
  ]);
  if (pool.status === 'rejected') {
    throw pool.reason;
  }
  const jobs = Map.groupBy(running.value?.jobs ?? [], (job) => job.backend ?? '');
  return {
    servers: pool.value.backends,
    jobs,
    waiting: counts.value?.jobs.queued,
    idle: new Map((idle.value ?? []).map((it) => [it.name, it.idle])),
  };
}

export default class ServersPage extends LitElement {
  static properties = {route: {attribute: false}, busy: {state: true}};
  #data = new Polled(this, read, {wakes: ['status', 'finished']});

  createRenderRoot() {
    return this;
  }

  render() {
    return dataPage(this.#data, {title: t('shell.servers'), about: t('servers.about'), rows: 3}, (read) => this.#pool(read));
  }

  #pool({servers, jobs, waiting, idle}) {
    if (servers.length === 0) {
      return empty(
        t('servers.empty'),
        t('servers.empty.hint'),
        html`<div class="code wrapped"><pre>COMFYUI_URLS=http://127.0.0.1:8188 ./gateway start</pre></div>`,
        'servers',
      );
    }
    const up = servers.filter((it) => it.status === 'up').length;
    const taking = servers.filter((it) => it.status === 'up');
    const slots = taking.reduce((sum, it) => sum + it.window, 0);
    const used = servers.reduce((sum, it) => sum + it.prompts, 0);
    return html`<dl class="tiles">
        <div class="tile">
          <dt>${t('servers.ready')}</dt>
          <dd>${t('servers.of', {n: up, all: servers.length})}</dd>
        </div>
        <div class="tile">
          <dt>${t('servers.slots')}</dt>
          <dd>${t('servers.of', {n: used, all: slots})}</dd>
        </div>
        <div class="tile">
          <dt>${t('servers.waiting')}</dt>
          <dd>${waiting === undefined ? '–' : html`<a href="#/jobs?status=queued&caller=*">${number(waiting)}</a>`}</dd>
        </div>
      </dl>
      <ul class="servers">
        ${rows(servers, (server) => html`<li>${this.#server(server, jobs.get(server.name) ?? [], idle.get(server.name))}</li>`)}
      </ul>`;
  }

  #server(server, jobs, idle) {
    return html`<article class="card server">
      <div class="card-head">
        <div class="row wrap">
          <h2 class="break">${plain(server.name)}</h2>
          ${badge(server.status)} ${server.labels.map((it) => html`<span class="tag">${plain(it)}</span>`)}
        </div>
        ${can('admin') ? this.#actions(server) : nothing}
      </div>
      <div class="card-body stack">
        <p class="${server.status === 'up' && !server.reason ? 'muted' : ''} break">${this.#inWords(server)}</p>
        <dl class="facts">
          <div>
            <dt>${t('servers.window')}</dt>
            <dd>
              ${t('servers.of', {n: server.prompts, all: server.window})}
              <meter
                class="meter"
                min="0"
                max=${Math.max(server.window, 1)}
                .value=${Math.min(server.prompts, server.window)}
                aria-label=${t('servers.window')}
              ></meter>
            </dd>
          </div>
          <div>
            <dt>${t('servers.answered')}</dt>
            <dd>${server.answered_at ? ago(server.answered_at) : t('servers.never')}</dd>
          </div>
          <div>
            <dt>${t('servers.idle')}</dt>
            <dd class="num">${idle === undefined || server.status === 'down' ? '–' : t('servers.percent', {n: Math.round(idle * 100)})}</dd>
          </div>
          <div>
            <dt>${t('servers.memory')}</dt>
            <dd class="num">
              ${server.video_memory
                ? t('servers.free', {
                    free: bytes(server.video_memory.free_bytes),
                    all: bytes(server.video_memory.total_bytes),
                  })
                : '–'}
            </dd>
          </div>
          <div>
            <dt>${t('servers.version')}</dt>
            <dd>${server.version ? plain(server.version) : '–'}</dd>
          </div>
        </dl>
        ${jobs.length > 0 ? this.#running(jobs) : nothing}
      </div>
    </article>`;
  }

  #inWords(server) {
    const reason = plain(server.reason ?? '');
    if (server.status === 'down' && server.down_since) {
      return html`${t('servers.down')} ${ago(server.down_since)}${reason ? html`: ${reason}` : nothing}.`;
    }
    const words = t(`servers.state.${server.status}`);
    return reason ? html`${words} ${t('servers.reason', {reason})}` : words;
  }

  #running(jobs) {
    return html`<div class="stack tight">
      <h3>${t('servers.running', {n: jobs.length})}</h3>
      <ul class="lines">
        ${rows(
          jobs,
          (job) => html`<li>
            <a class="mono" href="#/jobs/${encodeURIComponent(job.id)}">${job.id.slice(0, 8)}</a>
            <span class="truncate grow">${job.workflow ? plain(job.workflow) : t('servers.own')}</span>
            ${job.progress?.max
              ? html`<progress
                  class="short"
                  max=${job.progress.max}
                  .value=${job.progress.value ?? 0}
                  aria-label=${t('servers.progress')}
                ></progress>`
              : nothing}
            <span class="muted">${ago(job.started_at ?? job.created_at)}</span>
          </li>`,
        )}
      </ul>
    </div>`;
  }

  #actions(server) {
    const busy = this.busy === server.name;
    return server.drain
      ? html`<button class="button small" type="button" ?disabled=${busy} @click=${() => this.#resume(server)}>
          ${icon('run')}${t('servers.resume')}
        </button>`
      : html`<button class="button small" type="button" ?disabled=${busy} @click=${() => this.#drain(server)}>
          ${icon('pause')}${t('servers.drain')}
        </button>`;
  }

  async #drain(server) {
    const takes = (it) => it.status === 'up';
    const isLast = takes(server) && !this.#data.value.servers.some((it) => it.name !== server.name && takes(it));
    let reason = '';
    const given = await dialog(
      (close) => html`<form
        class="dialog-body"
        @submit=${(event) => {
          event.preventDefault();
          close(true);
        }}
      >
        <h2>${t('servers.drain.title', {name: plain(server.name)})}</h2>
        <p>${t(server.prompts > 0 ? 'servers.drain.text' : 'servers.drain.idle', {n: server.prompts})}</p>
        ${isLast
          ? html`<div class="notice warn">${icon('warning')}<p class="notice-text">${t('servers.drain.last')}</p></div>`
          : nothing}
        <label class="field">
          <span class="label">${t('servers.drain.reason')} <span class="muted">${t('servers.optional')}</span></span>
          <input
            class="input"
            maxlength="200"
            placeholder=${t('servers.drain.example')}
            @input=${(event) => (reason = event.target.value)}
          />
        </label>
        <div class="dialog-actions">
          <button type="button" class="button" @click=${() => close()}>${t('ui.cancel')}</button>
          <button class="button primary">${t('servers.drain')}</button>
        </div>
      </form>`,
      {label: t('servers.drain.title', {name: plain(server.name)})},
    );
    if (given) {
      await this.#change(server, 'drain', reason.trim() ? {reason: reason.trim()} : {}, 'servers.drained');
    }
  }

  async #resume(server) {
    const sure = await confirm({
      title: t('servers.resume.title', {name: plain(server.name)}),
      text: server.reason ? plain(server.reason) : undefined,
      action: t('servers.resume'),
      danger: false,
    });
    if (sure) {
      await this.#change(server, 'resume', undefined, 'servers.resumed');
    }
  }

  async #change(server, action, body, done) {
    this.busy = server.name;
    try {
      await post(`/backends/${encodeURIComponent(server.name)}/${action}`, body);
      toast(t(done, {name: plain(server.name)}));
      await this.#data.refresh();
    } catch (error) {
      failed(error);
    } finally {
      this.busy = undefined;
    }
  }
}
customElements.define('servers-page', ServersPage);
