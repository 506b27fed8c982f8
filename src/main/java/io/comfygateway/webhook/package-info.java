/**
 * The message of a callback and its signature (Standard Webhooks). The way in is {@link
 * WebhookSigner}. It knows {@code problem} only.
 */
@NullMarked
package io.comfygateway.webhook;

import org.jspecify.annotations.NullMarked;
