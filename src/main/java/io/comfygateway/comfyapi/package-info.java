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
 * </ul>
 */
@NullMarked
package io.comfygateway.comfyapi;

import org.jspecify.annotations.NullMarked;
