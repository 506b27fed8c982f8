package io.comfygateway.comfyapi;

/**
 * The key that the WebSockets of one client share. Another caller may use the same client id
 * without getting its frames.
 *
 * @param owner the name of the caller's key
 * @param clientId the {@code clientId} of the WebSocket and the {@code client_id} of the prompts
 */
record SessionKey(String owner, String clientId) {}
