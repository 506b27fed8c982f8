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
 * @param copy where it was copied, if it was
 * @param expired when its file was removed, if it was
 */
public record Output(
    UUID job,
    int index,
    Source source,
    StoredOutput stored,
    Optional<S3Copy> copy,
    Optional<Instant> expired) {

  /** An output whose file is there. */
  public Output(UUID job, int index, Source source, StoredOutput stored, Optional<S3Copy> copy) {
    this(job, index, source, stored, copy, Optional.empty());
  }

  /**
   * The node that made it, what it is ({@code image}, {@code video}, …) and the name ComfyUI gave
   * it.
   */
  public record Source(String node, String kind, String filename) {}

  /** A copy in S3. */
  public record S3Copy(String bucket, String key) {}
}
