// The console: sign-in, navigation, and the page of the address after #.
import {html, LitElement, nothing} from 'lit';
import {live} from 'lit-html/directives/live.js';
import {language, languages, speak, t} from './lib/i18n.js';
import {icon} from './lib/icons.js';
import {bind, described, enable, enabled} from './lib/keyboard.js';
import {can, ended, load, session, signIn, signOut} from './lib/session.js';
import {connect, disconnect, subscribe} from './lib/stream.js';
import {dialog, failed, plain, problem, toast} from './lib/ui.js';

const LONGEST_ADDRESS = 60;

// Each page is a module of pages/ whose default export is its element. `detail` is the page of #/name/{id}, if it is
// another one; `scope` hides it from keys without it; `key` opens it after g.
const PAGES = {
  run: {load: () => import('./pages/run.js'), key: 'r', scope: 'run'},
  jobs: {load: () => import('./pages/jobs.js'), key: 'j', detail: 'job'},
  job: {load: () => import('./pages/job.js'), parent: 'jobs'},
  workflows: {load: () => import('./pages/workflows.js'), key: 'w', scope: 'run', detail: 'workflow'},
  workflow: {load: () => import('./pages/workflow.js'), parent: 'workflows'},
  servers: {load: () => import('./pages/servers.js'), key: 's', scope: 'read-all'},
  deliveries: {load: () => import('./pages/deliveries.js'), key: 'd', detail: 'delivery'},
  delivery: {load: () => import('./pages/delivery.js'), parent: 'deliveries'},
  numbers: {load: () => import('./pages/numbers.js'), key: 'n', scope: 'read-all'},
  health: {load: () => import('./pages/health.js'), key: 'h', scope: 'admin'},
  keys: {load: () => import('./pages/keys.js'), key: 'k', scope: 'admin'},
};
const GROUPS = [
  ['run', 'jobs'],
  ['workflows', 'servers', 'deliveries'],
  ['numbers', 'health', 'keys'],
];

function parse(hash) {
  const [path, query] = hash.replace(/^#?\/?/, '').split(/\?(.*)/s);
  const parts = path
    .split('/')
    .filter(Boolean)
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    });
  return {path: parts.slice(1), query: new URLSearchParams(query ?? ''), name: parts[0] ?? ''};
}

const THEMES = ['', 'light', 'dark'];
const THEME_ICONS = {'': 'screen', light: 'sun', dark: 'moon'};

class GatewayApp extends LitElement {
  static properties = {
    state: {state: true},
    error: {state: true},
    page: {state: true},
    stream: {state: true},
    theme: {state: true},
    revealed: {state: true},
    busy: {state: true},
    ended: {state: true},
  };

  #element = null;
  #wanted = '';
  #unsubscribe = null;
  #unbind = null;
  #loads = 0;
  #leaving = false;

  constructor() {
    super();
    this.state = 'starting';
    this.stream = 'offline';
    this.theme = document.documentElement.dataset.theme ?? '';
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    window.addEventListener('hashchange', () => this.#open(true));
    window.addEventListener('signed-out', () => {
      if (!this.#leaving) {
        ended.keep();
      }
      this.#startAnew();
    });
    this.#start();
  }

  async #start() {
    this.state = 'starting';
    try {
      if (await load()) {
        this.#enter();
      } else {
        this.ended = ended.taken();
        this.#leave('signed-out');
      }
    } catch (error) {
      this.error = error;
      this.state = error.redirected ? 'redirected' : error.status === 0 || error.status >= 500 ? 'unreachable' : 'signed-out';
    }
  }

  #enter() {
    this.error = null;
    this.ended = false;
    this.state = 'in';
    connect(can('read-all'));
    this.#unsubscribe ??= subscribe((event) => {
      if (event.type === 'state') {
        this.stream = event.data;
      }
    });
    this.#unbind ??= bind({
      '?': ['shell.key.help', () => this.#help()],
      '/': ['shell.key.search', () => this.querySelector('main [data-search]')?.focus()],
      ...Object.fromEntries(
        Object.entries(PAGES)
          .filter(([, page]) => page.key)
          .map(([name, page]) => [`g ${page.key}`, [`shell.${name}`, () => (location.hash = `#/${name}`)]]),
      ),
    });
    this.#open(false);
  }

  // A page that is loaded anew has nothing in memory of who was signed in. What must be read first, such as a new
  // key, stays until it is closed.
  #startAnew() {
    const kept = document.querySelector('dialog[open].sticky, dialog[open][data-sticky]');
    if (kept) {
      kept.addEventListener('close', () => location.reload(), {once: true});
    } else {
      location.reload();
    }
  }

  #leave(state) {
    disconnect();
    this.#unsubscribe?.();
    this.#unbind?.();
    this.#unsubscribe = this.#unbind = null;
    this.#element = null;
    this.#wanted = '';
    this.page = null;
    for (const box of document.querySelectorAll('dialog[open]:not(.sticky)')) {
      box.close();
    }
    document.title = t('shell.title');
    this.state = state;
  }

  async #open(moved) {
    if (this.state !== 'in') {
      return;
    }
    const route = parse(location.hash);
    if (!Object.hasOwn(PAGES, route.name) || PAGES[route.name].parent) {
      if (location.hash.length > 2) {
        toast(t('shell.nopage', {page: plain(location.hash.slice(0, LONGEST_ADDRESS))}), {kind: 'bad'});
      }
      location.replace(can('run') ? '#/run' : '#/jobs');
      return;
    }
    const name = route.path.length > 0 ? (PAGES[route.name].detail ?? route.name) : route.name;
    if (this.#wanted === name && this.#element && this.#element.route.path.join('/') === route.path.join('/')) {
      this.#element.route = route;
      return;
    }
    const load = ++this.#loads;
    this.#wanted = name;
    try {
      const {default: Page} = await PAGES[name].load();
      if (load !== this.#loads) {
        return;
      }
      const element = new Page();
      element.route = route;
      this.#element = element;
      this.page = {name, element};
      document.title = `${Page.title ?? t(`shell.${name}`)} · ${t('shell.title')}`;
      await this.updateComplete;
      await element.updateComplete;
      if (moved) {
        window.scrollTo(0, 0);
        this.querySelector('main')?.focus({preventScroll: true});
      }
    } catch (error) {
      if (load === this.#loads) {
        this.#element = null;
        this.#wanted = '';
        this.page = {name, error};
      }
    }
  }

  render() {
    if (this.state === 'in') {
      return this.#shell();
    }
    if (this.state === 'starting') {
      return html`<div class="starting" role="status"><span class="sr">${t('ui.loading')}</span></div>`;
    }
    return this.#outside();
  }

  #shell() {
    return html`<a class="skip" href="#main" @click=${this.#skip}>${t('shell.skip')}</a>
      <aside class="sidebar">${this.#brand()} ${this.#navigation()} ${this.#foot()}</aside>
      <header class="topbar">
        <button type="button" class="button quiet only-icon" aria-label=${t('shell.menu')} aria-haspopup="dialog" @click=${this.#menu}>
          ${icon('menu')}
        </button>
        ${this.#brand()} ${this.#connection()}
      </header>
      <main tabindex="-1" id="main">
        ${this.page?.error ? problem(this.page.error, () => this.#open(false)) : (this.page?.element ?? nothing)}
      </main>`;
  }

  #skip = (event) => {
    event.preventDefault();
    this.querySelector('main').focus();
  };

  #brand() {
    return html`<a class="brand" href="#/"><img src="/console/icon.svg" alt="" width="24" height="24" />${t('shell.brand')}</a>`;
  }

  #navigation(close) {
    const current = this.page ? (PAGES[this.page.name].parent ?? this.page.name) : '';
    const groups = GROUPS.map((group) =>
      group.filter((name) => Object.hasOwn(PAGES, name) && (!PAGES[name].scope || can(PAGES[name].scope))),
    ).filter((group) => group.length > 0);
    return html`<nav aria-label=${t('shell.navigation')}>
      ${groups.map(
        (group) => html`<ul>
          ${group.map(
            (name) => html`<li>
              <a href="#/${name}" aria-current=${current === name ? 'page' : nothing} @click=${() => close?.()}>
                ${icon(name)}<span>${t(`shell.${name}`)}</span>
              </a>
            </li>`,
          )}
        </ul>`,
      )}
    </nav>`;
  }

  #connection() {
    return html`<p class="connection ${this.stream}" role="status">
      <span class="dot"></span><span>${t(`shell.stream.${this.stream}`)}</span>
    </p>`;
  }

  #foot(draw) {
    const leaves = session?.signed_in_by !== 'none';
    return html`<div class="sidebar-foot">
      ${this.#connection()}
      <div class="who">
        <span class="who-name" title=${plain(session?.name)}>${plain(session?.name)}</span>
        <span class="muted">${session?.version ?? ''}</span>
      </div>
      <div class="foot-actions">
        ${this.#themeButton(draw)} ${this.#languageSelect()}
        <button type="button" class="button quiet only-icon" aria-label=${t('shell.help')} title=${t('shell.help')} @click=${this.#help}>
          ${icon('help')}
        </button>
        ${leaves
          ? html`<button
              type="button"
              class="button quiet only-icon"
              aria-label=${t('shell.signout')}
              title=${t('shell.signout')}
              @click=${this.#signOut}
            >
              ${icon('out')}
            </button>`
          : nothing}
      </div>
    </div>`;
  }

  #themeButton(draw) {
    const words = t(`shell.theme.${this.theme || 'system'}`);
    return html`<button
      type="button"
      class="button quiet only-icon"
      aria-label=${words}
      title=${words}
      @click=${() => {
        this.#setTheme(THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length]);
        draw?.();
      }}
    >
      ${icon(THEME_ICONS[this.theme])}
    </button>`;
  }

  #setTheme(theme) {
    this.theme = theme;
    if (theme) {
      document.documentElement.dataset.theme = theme;
    } else {
      delete document.documentElement.dataset.theme;
    }
    try {
      localStorage.setItem('gateway.theme', theme);
    } catch {
      // Storage is blocked: it holds for this page.
    }
  }

  #languageSelect() {
    return html`<select class="select small quiet" aria-label=${t('shell.language')} @change=${(event) => speak(event.target.value)}>
      ${Object.entries(languages).map(
        ([code, name]) => html`<option value=${code} ?selected=${code === language}>${name}</option>`,
      )}
    </select>`;
  }

  #menu = () =>
    dialog(
      (close, draw) => html`<div class="drawer">
        <div class="drawer-head">
          ${this.#brand()}
          <button type="button" class="button quiet only-icon" aria-label=${t('ui.close')} @click=${() => close()}>${icon('close')}</button>
        </div>
        ${this.#navigation(close)} ${this.#foot(draw)}
      </div>`,
      {label: t('shell.navigation'), className: 'drawer-dialog'},
    );

  #help = () =>
    dialog(
      (close, draw) => html`<div class="dialog-body">
        <h2>${t('shell.keys.title')}</h2>
        <label class="check"
          ><input
            type="checkbox"
            .checked=${live(enabled())}
            @change=${(event) => {
              enable(event.target.checked);
              draw();
            }}
          /><span>${t('shell.keys.on')}</span></label
        >
        <dl class="keys ${enabled() ? '' : 'off'}">
          ${described().map(
            ([key, text]) => html`<div>
              <dt>${key.split(' ').map((it) => html`<kbd>${it}</kbd>`)}</dt>
              <dd>${text}</dd>
            </div>`,
          )}
          <div>
            <dt><kbd>${t('shell.key.ctrl')}</kbd><kbd>Enter</kbd></dt>
            <dd>${t('shell.key.run')}</dd>
          </div>
        </dl>
        <p class="muted"><a href="/docs" target="_blank" rel="noopener">${t('shell.reference')}</a></p>
        <div class="dialog-actions"><button type="button" class="button" @click=${() => close()}>${t('ui.close')}</button></div>
      </div>`,
      {label: t('shell.keys.title')},
    );

  #signOut = async () => {
    const by = session?.signed_in_by;
    this.#leaving = true;
    try {
      await signOut();
    } catch (error) {
      this.#leaving = false;
      failed(error);
      return;
    }
    if (by === 'cloudflare-access') {
      location.assign('/cdn-cgi/access/logout');
      return;
    }
    this.#startAnew();
  };

  #outside() {
    const unsafe = location.protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(location.hostname);
    return html`<main class="outside" id="main" tabindex="-1">
      <div class="outside-card">
        <div class="outside-brand"><img src="/console/icon.svg" alt="" width="36" height="36" /></div>
        <h1>${t('shell.signin.title')}</h1>
        ${this.state === 'unreachable' ? problem(this.error, () => this.#start()) : nothing}
        ${this.state === 'redirected'
          ? html`<p class="muted">${t('shell.signin.front')}</p>
              <button type="button" class="button primary wide" @click=${() => location.reload()}>${t('shell.signin.reload')}</button>`
          : nothing}
        ${this.state !== 'signed-out'
          ? nothing
          : html`${this.ended
                ? html`<div class="notice warn" role="status">${icon('warning')}<p class="notice-text">${t('shell.signin.ended')}</p></div>`
                : nothing}
              <p class="muted">${t('shell.signin.hint')}</p>
              ${unsafe ? html`<div class="notice warn">${icon('warning')}<p class="notice-text">${t('shell.signin.plain')}</p></div>` : nothing}
              ${this.#signInForm()}`}
        <div class="outside-foot">${this.#themeButton()} ${this.#languageSelect()}</div>
      </div>
    </main>`;
  }

  #signInForm() {
    const wrong = this.error?.status === 401;
    return html`<form class="stack" @submit=${this.#signIn}>
      <div class="field">
        <label class="label" for="key">${t('shell.signin.key')}</label>
        <div class="input-group">
          <input
            id="key"
            class="input mono"
            type=${this.revealed ? 'text' : 'password'}
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            required
            aria-invalid=${wrong ? 'true' : nothing}
            aria-describedby=${wrong ? 'key-error' : nothing}
          />
          <button
            type="button"
            class="button quiet only-icon"
            aria-pressed=${this.revealed ? 'true' : 'false'}
            aria-label=${t('shell.signin.reveal')}
            title=${t('shell.signin.reveal')}
            @click=${() => (this.revealed = !this.revealed)}
          >
            ${icon('eye')}
          </button>
        </div>
        ${wrong ? html`<p class="field-error" id="key-error" role="alert">${t('shell.signin.wrong')}</p>` : nothing}
      </div>
      ${this.error && !wrong ? problem(this.error) : nothing}
      <button class="button primary wide" ?disabled=${this.busy}>${this.busy ? t('shell.signin.busy') : t('shell.signin.action')}</button>
    </form>`;
  }

  #signIn = async (event) => {
    event.preventDefault();
    const field = this.querySelector('#key');
    this.busy = true;
    this.error = null;
    try {
      if (await signIn(field.value.trim())) {
        field.value = '';
        this.#enter();
      } else {
        this.error = {problem: {title: t('shell.signin.nocookie'), detail: t('shell.signin.nocookie.detail')}, status: 1};
      }
    } catch (error) {
      this.error = error;
      await this.updateComplete;
      field.select();
      field.focus();
    } finally {
      this.busy = false;
    }
  };
}
customElements.define('gateway-app', GatewayApp);
