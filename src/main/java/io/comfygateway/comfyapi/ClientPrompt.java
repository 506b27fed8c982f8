package io.comfygateway.comfyapi;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A prompt as its client knows it.
 *
 * @param job the job that runs it; servers know the prompt by this id
 * @param owner the name of the caller's key
 * @param promptId the id that the client knows; another caller's prompt, or an earlier one of the
 *     same caller, may have the same
 * @param clientId the {@code client_id} of the request, whose sockets get the prompt's messages
 * @param number its place among the caller's prompts, lower first
 * @param created when it was accepted
 * @param ended when its job ended; from then on it is in the history
 * @param hidden whether the client has deleted it from the queue or the history
 */
public record ClientPrompt(
    UUID job,
    String owner,
    UUID promptId,
    Optional<String> clientId,
    double number,
    Instant created,
    Optional<Instant> ended,
    boolean hidden) {}
