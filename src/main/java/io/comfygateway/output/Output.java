package io.comfygateway.output;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A stored output of a job.
 *
 * @param job the job
 * @param index its place among the job's outputs, from 0
 * @param source where it comes from
 * @param stored where its bytes are
 * @param expired when its file was removed, if it was
 */
public record Output(
    UUID job, int index, Source source, StoredOutput stored, Optional<Instant> expired) {

  /** An output whose file is there. */
  public Output(UUID job, int index, Source source, StoredOutput stored) {
    this(job, index, source, stored, Optional.empty());
  }

  /**
   * The node that made it, what it is ({@code image}, {@code video}, …) and the name ComfyUI gave
   * it.
   */
  public record Source(String node, String kind, String filename) {}
}
