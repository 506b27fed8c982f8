/**
 * What callers are told when something is wrong: problem details (RFC 9457), each kind defined
 * once.
 */
package io.comfygateway.problem;
