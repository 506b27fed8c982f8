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

/** The name of an entry that this person alone finds again in this tab, such as the values of a form. */
export const entry = (kind, name) => `gateway.${kind}.${session?.name}.${name}`;

/** Whether the key of this session has the scope; what it may do is checked by the gateway each time. */
export function can(scope) {
  return session !== null && (session.scopes.includes(scope) || (scope !== 'url' && session.scopes.includes('admin')));
}
