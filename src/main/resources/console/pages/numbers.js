// What ended, how long it took, and how the servers and receivers do: each figure leads to its rows.
import {html, LitElement, nothing} from 'lit';
import {get} from '../lib/api.js';
import {locale, t} from '../lib/i18n.js';
import {icon} from '../lib/icons.js';
import {Polled} from '../lib/polled.js';
import {dataPage, duration, empty, number, plain, rows, time} from '../lib/ui.js';

const SPANS = ['hour', 'day', 'week'];
const ENDED = 'succeeded,failed,cancelled';
const RESULT = {delivered: 'delivered', retried: 'retry', dead: 'dead'};
const STATUSES = [
  ['succeeded', '--good'],
  ['failed', '--bad'],
  ['cancelled', '--line-control'],
];
const RESULTS = [
  ['delivered', '--good'],
  ['retried', '--warn'],
  ['dead', '--bad'],
];
const percent = new Intl.NumberFormat(locale, {style: 'percent', maximumFractionDigits: 1});
const sum = (list, of) => list.reduce((total, it) => total + (of(it) ?? 0), 0);

export default class NumbersPage extends LitElement {
  static properties = {route: {attribute: false}, charts: {state: true}};
  #span = null;
  #data = new Polled(this, (signal) => get('/numbers', {query: {span: this.#wanted()}, signal}), {every: 30_000});

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    import('../lib/chart.js').then(
      () => (this.charts = true),
      () => (this.charts = false),
    );
  }

  willUpdate(changed) {
    if (changed.has('route')) {
      const before = this.#span;
      this.#span = this.#wanted();
      if (before !== null && before !== this.#span) {
        this.#data.clear();
      }
    }
  }

  #wanted() {
    const span = this.route?.query.get('span');
    return SPANS.includes(span) ? span : 'day';
  }

  render() {
    const {value} = this.#data;
    const head = {
      title: t('shell.numbers'),
      about: value ? html`${time(value.since)} – ${time(value.until)}` : t('numbers.about'),
      aside: html`<div class="row wrap" role="group" aria-label=${t('numbers.span')}>
        ${SPANS.map(
          (it) => html`<a class="chip" href="#/numbers?span=${it}" aria-current=${it === this.#wanted() ? 'true' : nothing}
            >${t(`numbers.span.${it}`)}</a
          >`,
        )}
      </div>`,
    };
    return dataPage(this.#data, head, (read) => this.#figures(read));
  }

  // The jobs that ended in a span; of the whole one where it is left out.
  #jobs(more, {from = this.#data.value.since, to = this.#data.value.until} = {}) {
    return `#/jobs?${new URLSearchParams({caller: '*', status: ENDED, finished_after: from, finished_before: to, ...more})}`;
  }

  // The deliveries with such a try in a span.
  #deliveries(result, {from = this.#data.value.since, to = this.#data.value.until} = {}) {
    return `#/deliveries?${new URLSearchParams({tried_after: from, tried_before: to, ...(result ? {tried_result: RESULT[result]} : {})})}`;
  }

  #figures(value) {
    const ended = sum(value.jobs, (it) => it.count);
    const failed = sum(value.jobs.filter((it) => it.status === 'failed'), (it) => it.count);
    const {delivered, retried, dead} = value.deliveries;
    if (ended + delivered + retried + dead + value.waiting === 0) {
      return empty(
        t('numbers.none'),
        t('numbers.none.hint'),
        html`<a class="button primary" href="#/run">${icon('run')}${t('numbers.run')}</a>`,
        'numbers',
      );
    }
    return html`<dl class="tiles">
        ${tile(t('numbers.ended'), html`<a href=${this.#jobs({})}>${number(ended)}</a>`)}
        ${tile(
          t('numbers.failed'),
          html`<a href=${this.#jobs({status: 'failed'})}>${number(failed)}</a>
            ${ended > 0 ? html`<small>${percent.format(failed / ended)}</small>` : nothing}`,
        )}
        ${tile(t('numbers.waiting'), html`<a href="#/jobs?status=queued&caller=*">${number(value.waiting)}</a>`)}
        ${tile(t('numbers.dead'), html`<a href=${this.#deliveries('dead')}>${number(dead)}</a>`)}
      </dl>
      <div class="charts">
        ${this.#chart(value, {
          id: 'jobs',
          kinds: STATUSES,
          of: (step, word) => step.jobs[word] ?? 0,
          name: (word) => t(`status.${word}`),
          link: (word, from, to) => this.#jobs(word ? {status: word} : {}, {from, to}),
        })}
        ${this.#chart(value, {
          id: 'line',
          kind: 'area',
          kinds: [['waiting', '--info']],
          of: (step) => step.waiting,
          name: () => t('numbers.line.waiting'),
        })}
        ${this.#chart(value, {
          id: 'deliveries',
          kinds: RESULTS,
          of: (step, word) => step.deliveries[word] ?? 0,
          name: (word) => t(`numbers.result.${word}`),
          link: (word, from, to) => this.#deliveries(word, {from, to}),
        })}
        ${this.#servers(value)}
      </div>
      ${this.#workflows(value)}`;
  }

  #chart(value, {id, kinds, kind = 'bars', of, name, link}) {
    const at = value.steps.map((step) => Date.parse(step.at) / 1000);
    const end = (index) => value.steps[index + 1]?.at ?? value.until;
    const series = kinds.map(([word, token]) => ({
      label: name(word),
      token,
      values: value.steps.map((step) => of(step, word)),
    }));
    const filled = value.steps
      .map((step, index) => ({step, index}))
      .filter(({step}) => kinds.some(([word]) => of(step, word) > 0))
      .reverse();
    const pick = link && ((index) => (location.hash = link('', value.steps[index].at, end(index))));
    return html`<section class="card chart" aria-labelledby="chart-${id}">
      <div class="card-head">
        <h2 id="chart-${id}">${t(`numbers.${id}`)}</h2>
        <ul class="legend">
          ${kinds.map(([word], i) => html`<li><span class="swatch ${id}-${word}"></span>${series[i].label}</li>`)}
        </ul>
      </div>
      <div class="card-body">
        ${this.charts
          ? html`<step-chart .data=${{at, step: value.step_seconds, series, kind, pick}}></step-chart>`
          : html`<div class="chart-space">${this.charts === false ? t('numbers.nochart') : nothing}</div>`}
        <details class="fold-out">
          <summary>${t('numbers.table')}${icon('down')}</summary>
          ${filled.length === 0
            ? html`<p class="muted">${t('numbers.table.none')}</p>`
            : html`<div class="table-wrap tall" tabindex="0" role="region" aria-labelledby="chart-${id}">
                <table class="table folds">
                  <thead>
                    <tr>
                      <th scope="col">${t('numbers.from')}</th>
                      ${series.map((one) => html`<th scope="col" class="right">${one.label}</th>`)}
                    </tr>
                  </thead>
                  <tbody>
                    ${filled.map(
                      ({step, index}) => html`<tr>
                        <td>${time(step.at)}</td>
                        ${kinds.map(([word], column) => {
                          const n = of(step, word);
                          return html`<td class="right num" data-label=${series[column].label}>
                            ${n > 0 && link
                              ? html`<a href=${link(word, step.at, end(index))} aria-label="${n} ${name(word)}">${number(n)}</a>`
                              : number(n)}
                          </td>`;
                        })}
                      </tr>`,
                    )}
                  </tbody>
                </table>
              </div>`}
        </details>
      </div>
    </section>`;
  }

  #servers({servers}) {
    return html`<section class="card" aria-labelledby="chart-servers">
      <div class="card-head">
        <h2 id="chart-servers">${t('numbers.servers')}</h2>
        <a href="#/servers">${t('numbers.servers.show')}</a>
      </div>
      <ul class="list">
        ${rows(servers, (it) => {
          const busy = Math.min(1, Math.max(0, 1 - it.idle));
          const label = t('numbers.busy', {share: percent.format(busy)});
          return html`<li class="list-row">
            <span class="list-name break">${plain(it.name)}</span>
            <meter class="meter grow wide-meter" min="0" max="1" .value=${busy} aria-label="${plain(it.name)}: ${label}"></meter>
            <span class="num muted">${label}</span>
          </li>`;
        })}
      </ul>
    </section>`;
  }

  #workflows({jobs, times}) {
    const counts = new Map();
    for (const {workflow, status, count} of jobs) {
      const of = counts.get(workflow) ?? {all: 0, failed: 0};
      of.all += count;
      of.failed += status === 'failed' ? count : 0;
      counts.set(workflow, of);
    }
    const took = new Map(times.map((it) => [it.workflow, it]));
    const all = [...counts].sort(([, a], [, b]) => b.all - a.all);
    if (all.length === 0) {
      return nothing;
    }
    const seconds = (it) => (it === undefined ? '–' : duration(it * 1000));
    return html`<section class="card" aria-labelledby="numbers-workflows">
      <div class="card-head"><h2 id="numbers-workflows">${t('numbers.workflows')}</h2></div>
      <div class="table-wrap" tabindex="0" role="region" aria-labelledby="numbers-workflows">
        <table class="table folds">
          <thead>
            <tr>
              <th scope="col">${t('numbers.workflow')}</th>
              <th scope="col" class="right">${t('numbers.ended')}</th>
              <th scope="col" class="right">${t('numbers.failed')}</th>
              <th scope="col" class="right">${t('numbers.waited')}</th>
              <th scope="col" class="right">${t('numbers.waited95')}</th>
              <th scope="col" class="right">${t('numbers.ran')}</th>
              <th scope="col" class="right">${t('numbers.ran95')}</th>
            </tr>
          </thead>
          <tbody>
            ${rows(
              all,
              ([workflow, count]) => {
                const it = took.get(workflow);
                const filter = {workflow};
                return html`<tr>
                  <td class="break">
                    ${workflow
                      ? html`<a class="strong" href="#/workflows/${encodeURIComponent(workflow.split('@')[0])}">${plain(workflow)}</a>`
                      : html`<span class="muted">${t('numbers.own')}</span>`}
                  </td>
                  <td class="right num" data-label=${t('numbers.ended')}><a href=${this.#jobs(filter)}>${number(count.all)}</a></td>
                  <td class="right num ${count.failed ? 'bad-cell' : ''}" data-label=${t('numbers.failed')}>
                    ${count.failed
                      ? html`<a href=${this.#jobs({...filter, status: 'failed'})}>${number(count.failed)}</a>
                          <span class="muted small-text">${percent.format(count.failed / count.all)}</span>`
                      : html`<span class="muted">0</span>`}
                  </td>
                  <td class="right num" data-label=${t('numbers.waited')}>${seconds(it?.waited_seconds.p50)}</td>
                  <td class="right num" data-label=${t('numbers.waited95')}>${seconds(it?.waited_seconds.p95)}</td>
                  <td class="right num" data-label=${t('numbers.ran')}>${seconds(it?.ran_seconds.p50)}</td>
                  <td class="right num" data-label=${t('numbers.ran95')}>${seconds(it?.ran_seconds.p95)}</td>
                </tr>`;
              },
              () => html`<tr><td colspan="7" class="muted">${t('ui.row.broken')}</td></tr>`,
            )}
          </tbody>
        </table>
      </div>
      <p class="card-body muted small-text">${t('numbers.p95')}</p>
    </section>`;
  }
}

function tile(title, content) {
  return html`<div class="tile">
    <dt>${title}</dt>
    <dd>${content}</dd>
  </div>`;
}

customElements.define('numbers-page', NumbersPage);
