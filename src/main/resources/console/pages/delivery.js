// One delivery with every try.
import {html, LitElement, nothing} from 'lit';
import {get, post} from '../lib/api.js';
import {t} from '../lib/i18n.js';
import {icon} from '../lib/icons.js';
import {jobLink, shortId} from '../lib/job.js';
import {Polled} from '../lib/polled.js';
import {can, session} from '../lib/session.js';
import {ago, badge, copyButton, duration, empty, failed, number, plain, problem, rows, skeleton, time, toast} from '../lib/ui.js';

/**
 * The number of a try among all of a delivery, and whether it is the first after "Send again", from which on the gateway
 * counts anew. The newest comes first, and very old ones may be missing.
 */
function numbered(tries, index) {
  const older = tries[index + 1];
  return {
    n: tries.length - index + tries.at(-1).attempt - 1,
    isAgain: older !== undefined && tries[index].attempt <= older.attempt,
  };
}

export default class DeliveryPage extends LitElement {
  static properties = {route: {attribute: false}, working: {state: true}};
  #data = new Polled(
    this,
    (signal) => get(`/deliveries/${encodeURIComponent(this.route.path[0])}`, {signal}),
    {wakes: ['delivery']},
  );

  createRenderRoot() {
    return this;
  }

  render() {
    const {value, error} = this.#data;
    return html`<nav class="crumbs" aria-label=${t('deliveries.crumbs')}>
        <a href="#/deliveries">${icon('left')}${t('shell.deliveries')}</a>
      </nav>
      ${error && !value
        ? error.status === 404
          ? empty(
              t('deliveries.gone'),
              t('deliveries.gone.hint'),
              html`<a class="button" href="#/deliveries">${t('deliveries.back')}</a>`,
              'deliveries',
            )
          : problem(error, () => this.#data.refresh())
        : nothing}
      ${this.#data.first ? skeleton(4) : nothing} ${value ? this.#delivery(value) : nothing}`;
  }

  #maySend(it) {
    return can('admin') || (can('run') && it.caller === session?.name);
  }

  #delivery(it) {
    return html`<header class="page-head">
        <div>
          <h1 class="break">${plain(it.destination ?? it.target)}</h1>
          <div class="row wrap head-line">
            ${badge(it.status)}<span class="muted">${t(`deliveries.kind.${it.kind}`)} · ${plain(it.event)}</span>
          </div>
        </div>
        ${this.#maySend(it) && it.status !== 'waiting'
          ? html`<div class="actions">
              <button class="button primary" type="button" ?disabled=${this.working} @click=${() => this.#resend(it)}>
                ${icon('refresh')}${t(it.status === 'due' ? 'deliveries.now' : 'deliveries.resend.one')}
              </button>
            </div>`
          : nothing}
      </header>
      <div class="columns">
        <section class="card" aria-labelledby="tries">
          <div class="card-head"><h2 id="tries">${t('deliveries.tries')}</h2></div>
          ${it.tries.length === 0
            ? html`<p class="card-body muted">${t(it.status === 'waiting' ? 'deliveries.untried.waiting' : 'deliveries.untried')}</p>`
            : html`<ol class="attempts">
                ${rows(it.tries, (one, index) => this.#try(one, index === 0 && it.status === 'due', numbered(it.tries, index)))}
              </ol>`}
        </section>
        <section class="card" aria-labelledby="facts">
          <div class="card-head"><h2 id="facts">${t('deliveries.facts')}</h2></div>
          <dl class="facts card-body">
            <div>
              <dt>${t('deliveries.id')}</dt>
              <dd class="row"><code class="break">${it.id}</code>${copyButton(it.id)}</dd>
            </div>
            <div>
              <dt>${it.job ? t('deliveries.job') : t('deliveries.batch')}</dt>
              <dd class="mono">${it.job ? html`<a href=${jobLink(it.job)}>${shortId(it.job)}</a>` : shortId(it.batch ?? '')}</dd>
            </div>
            <div>
              <dt>${t('deliveries.target')}</dt>
              <dd>
                <a href="#/deliveries?${new URLSearchParams({target: it.target})}">${plain(it.target)}</a>
              </dd>
            </div>
            <div>
              <dt>${t('deliveries.caller')}</dt>
              <dd>${plain(it.caller)}</dd>
            </div>
            <div>
              <dt>${t('deliveries.tries')}</dt>
              <dd class="num">${number(Math.max(it.attempts, it.tries.length > 0 ? numbered(it.tries, 0).n : 0))}</dd>
            </div>
            ${it.created_at
              ? html`<div>
                  <dt>${t('deliveries.created')}</dt>
                  <dd>${time(it.created_at)}</dd>
                </div>`
              : nothing}
          </dl>
        </section>
      </div>`;
  }

  #try(one, isLast, {n, isAgain}) {
    return html`<li class="attempt">
      <div class="row wrap spread">
        <div class="row wrap">
          <strong class="num">${t('deliveries.try', {n})}</strong>
          ${badge(one.result)} ${isAgain ? html`<span class="tag">${t('deliveries.try.again')}</span>` : nothing}
          ${one.status ? html`<span class="code-tag ${one.status < 300 ? 'good' : 'bad'}">HTTP ${one.status}</span>` : nothing}
        </div>
        <span class="muted small-text">${time(one.at)} · <span class="num">${duration(one.took_ms)}</span></span>
      </div>
      ${one.error ? html`<p class="break">${plain(one.error)}</p>` : nothing}
      ${one.answer
        ? html`<div class="code wrapped">
            <pre tabindex="0" aria-label=${t('deliveries.answer')}>${plain(one.answer)}</pre>
          </div>`
        : nothing}
      ${isLast && one.next_at ? html`<p class="muted">${t('deliveries.next')} ${ago(one.next_at)} (${time(one.next_at)})</p>` : nothing}
    </li>`;
  }

  async #resend(it) {
    this.working = true;
    try {
      const {redelivered} = await post('/deliveries/redeliver', {ids: [it.id]});
      toast(t('deliveries.sent', {n: redelivered}));
      await this.#data.refresh();
    } catch (error) {
      failed(error);
    } finally {
      this.working = false;
    }
  }
}
customElements.define('delivery-page', DeliveryPage);
