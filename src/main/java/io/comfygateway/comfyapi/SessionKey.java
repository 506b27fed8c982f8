package io.comfygateway.comfyapi;

/**
 * What the WebSockets of one client have in common. Another caller may use the same client id, and
 * gets none of its frames.
 *
 * @param owner the name of the caller's key
 * @param clientId the {@code clientId} of the WebSocket and the {@code client_id} of the prompts
 */
record SessionKey(String owner, String clientId) {}
