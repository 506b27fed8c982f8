import {LitElement, html, nothing} from 'lit';

const HEADERS = {'X-Gateway-Console': '1', 'X-Requested-With': 'XMLHttpRequest'};

class GatewayApp extends LitElement {
  static properties = {session: {state: true}, fault: {state: true}};

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.load();
  }

  async load() {
    const answer = await fetch('/session', {headers: HEADERS, redirect: 'manual'});
    this.session = answer.ok ? await answer.json() : null;
  }

  async signIn(event) {
    event.preventDefault();
    const form = event.currentTarget;
    const key = new FormData(form).get('key');
    form.reset();
    const answer = await fetch('/session', {
      method: 'POST',
      headers: {...HEADERS, 'Content-Type': 'application/json'},
      body: JSON.stringify({key}),
      redirect: 'manual',
    });
    this.fault = answer.ok ? null : (await answer.json()).detail;
    if (answer.ok) {
      await this.load();
    }
  }

  async signOut() {
    await fetch('/session', {method: 'DELETE', headers: HEADERS, redirect: 'manual'});
    this.session = null;
  }

  render() {
    if (this.session === undefined) {
      return nothing;
    }
    return html`<main class="sign-in">${this.session ? this.signedIn() : this.form()}</main>`;
  }

  signedIn() {
    return html`
      <h1>${this.session.name}</h1>
      <button type="button" @click=${this.signOut}>Sign out</button>
    `;
  }

  form() {
    return html`
      <h1>ComfyUI gateway</h1>
      <form @submit=${this.signIn}>
        <label for="key">Key</label>
        <input id="key" name="key" type="password" autocomplete="off" spellcheck="false" required>
        <button>Sign in</button>
      </form>
      ${this.fault ? html`<p role="alert">${this.fault}</p>` : nothing}
    `;
  }
}

customElements.define('gateway-app', GatewayApp);
