package io.comfygateway.job;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A job that is about to be accepted.
 *
 * @param id its id
 * @param owner the name of the caller's key
 * @param workflow {@code name@version}; empty for a graph of the caller's own
 * @param priority −100 to 100
 * @param timeoutSeconds how long the prompt may run
 * @param expires when it stops waiting in the queue
 * @param document what it runs
 * @param facts its seeds, metadata and first warnings
 * @param idempotency the caller's key, and the hash of the request it stands for
 * @param requirements what it requires of the ComfyUI that runs it
 */
public record NewJob(
    UUID id,
    String owner,
    Optional<String> workflow,
    int priority,
    Optional<Integer> timeoutSeconds,
    Optional<Instant> expires,
    JobDocument document,
    JobFacts facts,
    Optional<Idempotency> idempotency,
    GraphRequirements requirements) {

  /** The job without its graph, facts and requirements, which are stored apart. */
  NewJob withoutContent() {
    JobDocument rest =
        new JobDocument(
            JsonNodeFactory.instance.objectNode(),
            Optional.empty(),
            document.media(),
            document.callback(),
            document.s3(),
            document.deliver(),
            document.batch(),
            document.client());
    return new NewJob(
        id,
        owner,
        workflow,
        priority,
        timeoutSeconds,
        expires,
        rest,
        JobFacts.of(Map.of(), JsonNodeFactory.instance.objectNode()),
        idempotency,
        GraphRequirements.NONE);
  }

  /** A caller's idempotency key and the SHA-256 of the request that it was used with. */
  public record Idempotency(String key, String bodyHash) {}
}
