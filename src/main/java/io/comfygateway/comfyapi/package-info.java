/**
 * ComfyUI's own API in front of the pool. A prompt of a client is a job; {@link
 * io.comfygateway.comfyapi.ClientPrompts} stores what the client knows of it:
 *
 * <ul>
 *   <li>{@code ofJob(job)} finds the caller, the client's {@code prompt_id} and its {@code
 *       client_id} of a job; {@code find(owner, promptId)} finds the job of a prompt. The {@code
 *       prompt_id} is unique neither among callers nor for one caller, and ids are never looked up
 *       without the owner.
 *   <li>{@code unfinished(owner)} and {@code countUnfinished(owner)} are the caller's queue. A
 *       prompt leaves it in the transaction that adds its history entry.
 *   <li>Servers know a prompt by its job's id. What they report of it reaches the client with the
 *       client's {@code prompt_id}, and with files named by {@link
 *       io.comfygateway.comfyapi.ClientFiles}, under which {@code /view} finds them.
 *   <li>{@link io.comfygateway.comfyapi.PromptMessages#last} is the last message of a prompt that
 *       has ended, also of one that failed for a reason of the gateway's own.
 *   <li>A prompt with {@code hidden} was deleted from the queue by its client, which gets no
 *       message of it any more.
 * </ul>
 *
 * <p>{@code http.ClientUrls} gives every URL of this API one form before routes see it, and keeps a
 * key in the URL out of them: below {@code /api}, below {@code /k/KEY}, and {@code ?token=}.
 */
@NullMarked
package io.comfygateway.comfyapi;

import org.jspecify.annotations.NullMarked;
