// Who is signed in: what GET /session answered.
import {del, get, post, signedIn} from './api.js';

const ENTRY = /^gateway\.(form|results)\./;

export let session = null;

/** Reads the session. False if nobody is signed in; throws where the gateway does not answer. */
export async function load() {
  try {
    session = await get('/session');
    signedIn();
    return true;
  } catch (error) {
    session = null;
    if (error.status === 401 && !error.redirected) {
      return false;
    }
    throw error;
  }
}

export async function signIn(key) {
  await post('/session', {key});
  return load();
}

export async function signOut() {
  try {
    await del('/session');
  } catch (error) {
    // It had ended already.
    if (error.status !== 401) {
      throw error;
    }
  }
  session = null;
  try {
    Object.keys(sessionStorage)
      .filter((it) => ENTRY.test(it))
      .forEach((it) => sessionStorage.removeItem(it));
  } catch {
    // Storage is blocked: nothing is in it.
  }
}

const ENDED = 'gateway.ended';

/** That the gateway ended the session, for the page of sign-in that is loaded next. */
export const ended = {
  keep() {
    try {
      sessionStorage.setItem(ENDED, 'true');
    } catch {
      // Storage is blocked: the page does not say why.
    }
  },
  /** Whether it did, said once. */
  taken() {
    try {
      const was = sessionStorage.getItem(ENDED) !== null;
      sessionStorage.removeItem(ENDED);
      return was;
    } catch {
      return false;
    }
  },
};

/** The name of an entry that this person alone finds again in this tab, such as the values of a form. */
export const entry = (kind, name) => `gateway.${kind}.${session?.name}.${name}`;

/** Whether the key of this session has the scope; what it may do is checked by the gateway each time. */
export function can(scope) {
  return session !== null && (session.scopes.includes(scope) || (scope !== 'url' && session.scopes.includes('admin')));
}
