// One thing done with many rows: those that match are counted, asked about, and worked through in steps.
import {html, nothing} from 'lit';
import {ref} from 'lit-html/directives/ref.js';
import {number, t} from './i18n.js';
import {dialog, failed, problem, time} from './ui.js';

const MOST = 100_000;

/**
 * Shows the dialog. Only the rows that it counted are touched.
 *
 * @param items the rows; or
 * @param pages an async generator of pages of them, given an `AbortSignal`
 * @param label what is done, where the rows are not known yet
 * @param title `(n) => text`
 * @param text what is asked, or what is true of all of them
 * @param until as of when rows were counted; an ISO time
 * @param filters templates that say which rows these are
 * @param actions `{of, label, look, size, step}`: those of the rows that it is for, `(n) => text`, the class of its button, how many
 *     rows one step takes, in which `order` (a comparator) they are taken, and `async (rows, signal) => how many were refused`
 * @return `{action, done, refused, left, error}`; undefined where nothing was begun
 */
export function bulk({items, pages, label, title, text, until, filters = [], actions}) {
  const abort = new AbortController();
  const rows = items ? [...items] : [];
  let phase = items ? 'asking' : 'counting';
  let more = false;
  let failure = null;
  let doing = null;
  let all = 0;
  let at = 0;
  let refused = 0;

  async function count(draw) {
    try {
      for await (const page of pages(abort.signal)) {
        rows.push(...page);
        draw();
        if (rows.length >= MOST) {
          more = true;
          break;
        }
      }
      rows.length = Math.min(rows.length, MOST);
      phase = 'asking';
    } catch (error) {
      failure = error;
    }
    if (!abort.signal.aborted) {
      draw();
    }
  }

  async function work(action, close, draw) {
    const chosen = rows.filter(action.of ?? (() => true)).sort(action.order ?? (() => 0));
    let error = null;
    phase = 'working';
    doing = action;
    all = chosen.length;
    draw();
    try {
      while (at < all && !abort.signal.aborted) {
        const some = chosen.slice(at, at + action.size);
        refused += await action.step(some, abort.signal);
        at += some.length;
        draw();
      }
    } catch (thrown) {
      error = thrown.name === 'AbortError' ? null : thrown;
    }
    close({action: action.name, done: at - refused, refused, left: all - at, error});
  }

  const stop = (draw) => {
    abort.abort();
    phase = 'stopping';
    draw();
  };

  const heading = () => (phase === 'counting' ? t('bulk.counting') : phase === 'asking' ? title(rows.length) : doing.label(all));

  const buttons = (close, draw) =>
    actions.map((action) => {
      const n = action.of ? rows.filter(action.of).length : rows.length;
      return n > 0
        ? html`<button type="button" class="button ${action.look ?? 'primary'}" @click=${() => work(action, close, draw)}>${action.label(n)}</button>`
        : nothing;
    });

  const focus = (button) => button?.focus();
  let isCounting = false;
  const content = (close, draw) => {
    if (!items && !isCounting) {
      isCounting = true;
      count(draw);
    }
    const isWorking = phase === 'working' || phase === 'stopping';
    return html`<div class="dialog-body">
      <h2>${heading()}</h2>
      ${failure ? problem(failure) : nothing}
      ${isWorking
        ? html`<progress max=${all} .value=${at} aria-label=${t('bulk.progress')}></progress>
            <p class="num" role="status">${t('bulk.done', {done: at, all})}</p>`
        : html`${phase === 'counting' && !failure ? html`<p class="num" role="status">${t('bulk.found', {n: rows.length})}</p>` : nothing}
            ${text ? html`<p>${more ? `${t('bulk.more', {n: MOST})} ` : ''}${text} ${until ? time(until) : nothing}</p>` : nothing}
            ${filters.length > 0 ? html`<div class="row wrap">${filters}</div>` : nothing}`}
      <div class="dialog-actions">
        ${isWorking
          ? html`<button type="button" class="button" ?disabled=${phase === 'stopping'} @click=${() => stop(draw)} ${ref(focus)}>
              ${phase === 'stopping' ? t('bulk.stopping') : t('bulk.stop')}
            </button>`
          : html`<button type="button" class="button" @click=${() => close()}>${t('bulk.back')}</button>
              ${phase === 'asking' ? buttons(close, draw) : nothing}`}
      </div>
    </div>`;
  };
  return dialog(content, {label: items ? title(items.length) : label, sticky: () => phase === 'working' || phase === 'stopping'}).then((result) => {
    abort.abort();
    return result;
  });
}

/** What came of it, beyond what was done: what is left because somebody stopped it, or it failed. */
export function said({left, error}) {
  if (error) {
    failed(error);
  }
  return left > 0 ? t('bulk.left', {n: number(left)}) : '';
}
