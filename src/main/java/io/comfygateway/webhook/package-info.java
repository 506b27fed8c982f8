/**
 * The message of a callback and its signature (Standard Webhooks). The way in is {@link
 * WebhookSigner}.
 */
@NullMarked
package io.comfygateway.webhook;

import org.jspecify.annotations.NullMarked;
