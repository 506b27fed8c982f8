/**
 * Authentication and authorization: keys, tokens, scopes, rate limits, signed links, and the master
 * key that encrypts stored secrets. The way in is {@link AccessControl}; keys are managed with
 * {@link KeyAdmin}. It knows nothing of HTTP servers: a request is a {@link RequestInfo}.
 */
@NullMarked
package io.comfygateway.access;

import org.jspecify.annotations.NullMarked;
