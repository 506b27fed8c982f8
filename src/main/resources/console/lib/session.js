// Who is signed in: what GET /session answered.
import {del, get, post, signedIn} from './api.js';

export let session = null;

/** Reads the session. False if nobody is signed in; throws where the gateway does not answer. */
export async function load() {
  try {
    session = await get('/session');
    signedIn();
    return true;
  } catch (error) {
    if (error.status === 401) {
      session = null;
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
  await del('/session');
  session = null;
}

/** Whether the key of this session has the scope; what it may do is checked by the gateway each time. */
export function can(scope) {
  return session !== null && session.scopes.includes(scope);
}
