// The parts of the gateway, what the start warned of, and faults of files.
import {html, LitElement, nothing} from 'lit';
import {get} from '../lib/api.js';
import {has, t} from '../lib/i18n.js';
import {icon} from '../lib/icons.js';
import {Polled} from '../lib/polled.js';
import {badge, copyButton, dataPage, number, plain, rows, time} from '../lib/ui.js';

const read = (signal) => get('/health', {signal});

export default class HealthPage extends LitElement {
  static properties = {route: {attribute: false}};
  #data = new Polled(this, read, {every: 10_000});

  createRenderRoot() {
    return this;
  }

  render() {
    const {value} = this.#data;
    const head = {
      title: t('shell.health'),
      about: t('health.about'),
      aside: value ? html`<p class="muted">${t('health.version', {version: plain(value.version)})}</p>` : nothing,
      rows: 4,
    };
    return dataPage(this.#data, head, (read) => this.#health(read));
  }

  #health(health) {
    const {backends = {}, ...parts} = health.parts;
    return html`<div class="stack loose">
      ${this.#summary(health)} ${health.faults.length > 0 ? this.#faults(health.faults) : nothing}
      ${health.warnings.length > 0 ? this.#warnings(health.warnings) : nothing}
      <section class="card" aria-labelledby="health-parts">
        <div class="card-head"><h2 id="health-parts">${t('health.parts')}</h2></div>
        <ul class="list">
          ${rows(Object.entries(parts), ([name, part]) => this.#part(name, part))}
          <li class="list-row">
            <span class="list-name">${t('health.part.servers')}</span>
            <span class="grow muted">${this.#servers(backends)}</span>
            <a href="#/servers">${t('health.servers')}</a>
          </li>
        </ul>
      </section>
    </div>`;
  }

  #summary(health) {
    const idle = this.#idle(health.parts);
    return html`${idle} ${this.#state(health, idle !== nothing)}`;
  }

  // Jobs wait for as long as no server takes one, whatever else works.
  #idle({backends = {}, database = {}}) {
    const servers = Object.entries(backends);
    if (servers.some(([, it]) => it.status === 'up')) {
      return nothing;
    }
    const waiting = database.waiting_jobs ?? 0;
    return html`<div class="notice warn" role="status">
      ${icon('warning')}
      <div class="notice-text">
        <strong>${waiting > 0 ? t('health.noserver.waiting', {n: waiting}) : t('health.noserver')}</strong>
        ${rows(servers, ([name, it]) => html`<p class="break">${plain(name)}: ${it.reason ? plain(it.reason) : t(`status.${it.status}`)}</p>`)}
        <p><a href="#/servers">${t('health.servers')}</a></p>
      </div>
    </div>`;
  }

  #state(health, isIdle) {
    const down = Object.entries(health.parts).filter(([name, part]) => name !== 'backends' && part.status === 'down');
    if (health.status === 'up' && health.faults.length === 0 && isIdle) {
      return nothing;
    }
    if (health.status === 'up' && health.faults.length === 0) {
      return html`<div class="notice good" role="status">
        ${icon('succeeded')}
        <div class="notice-text"><strong>${t('health.up')}</strong></div>
      </div>`;
    }
    const names = down.map(([name]) => this.#name(name)).join(', ');
    return html`<div class="notice ${health.status === 'up' ? 'warn' : 'bad'}" role="status">
      ${icon('warning')}
      <div class="notice-text">
        <strong>${health.status === 'up' ? t('health.faulty', {n: health.faults.length}) : t('health.down', {names})}</strong>
        <p>${health.status === 'up' ? t('health.faulty.hint') : t('health.down.hint')}</p>
      </div>
    </div>`;
  }

  #name(name) {
    const key = `health.part.${name}`;
    return has(key) ? t(key) : plain(name);
  }

  #part(name, part) {
    return html`<li class="list-row">
      <span class="list-name">${this.#name(name)}</span>
      <span class="grow muted break">
        ${part.reason ? plain(part.reason) : nothing}
        ${part.waiting_jobs !== undefined ? t('health.waiting', {n: part.waiting_jobs}) : nothing}
        ${part.expires ? html`${t('health.expires')} ${time(part.expires)}` : nothing}
        ${part.age_seconds ? t('health.age', {n: part.age_seconds}) : nothing}
        ${part.faults ? (name === 'gateways' ? part.faults.map((it) => html`<span class="block">${plain(it)}</span>`) : t('health.faults.n', {n: part.faults.length})) : nothing}
      </span>
      ${badge(part.status)}
    </li>`;
  }

  #servers(backends) {
    const all = Object.values(backends);
    const up = all.filter((it) => it.status === 'up').length;
    return t('health.servers.up', {n: up, all: number(all.length)});
  }

  #faults(faults) {
    return html`<section class="card" aria-labelledby="health-faults">
      <div class="card-head"><h2 id="health-faults">${t('health.faults')}</h2></div>
      <ul class="list">
        ${rows(faults, (fault) => {
          const place = fault.file + (fault.line ? `:${fault.line}` : '');
          return html`<li class="list-row top">
            ${icon('failed')}
            <div class="grow stack tight">
              <div class="row wrap">
                <code class="break">${plain(place)}</code>${copyButton(place)}
                <span class="tag">${t(`health.fault.${fault.part}`)}</span>
                ${fault.field ? html`<span class="muted break">${plain(fault.field)}</span>` : nothing}
              </div>
              <p class="break">${plain(fault.detail)}</p>
              ${fault.remedy ? html`<p class="muted break">${t('health.remedy', {text: plain(fault.remedy)})}</p>` : nothing}
            </div>
          </li>`;
        })}
      </ul>
    </section>`;
  }

  #warnings(warnings) {
    return html`<section class="card" aria-labelledby="health-warnings">
      <div class="card-head">
        <h2 id="health-warnings">${t('health.warnings')}</h2>
        <span class="muted">${t('health.warnings.hint')}</span>
      </div>
      <ul class="list">
        ${rows(
          warnings,
          (text) => html`<li class="list-row top warned">
            ${icon('warning')}
            <p class="grow break">${plain(text)}</p>
          </li>`,
        )}
      </ul>
    </section>`;
  }
}
customElements.define('health-page', HealthPage);
