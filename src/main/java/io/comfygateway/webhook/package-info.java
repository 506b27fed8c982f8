/**
 * The message of a callback and its signature (Standard Webhooks). The way in is {@link
 * WebhookSigner}.
 */
package io.comfygateway.webhook;
