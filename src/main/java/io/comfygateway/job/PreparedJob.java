package io.comfygateway.job;

import java.util.Optional;
import java.util.UUID;

/**
 * A job that is ready to be stored. Its document is compressed and sealed, so that many fit into
 * memory.
 *
 * @param job the job; its document has no graph, and its facts and requirements are empty
 * @param stored the columns that are sealed
 * @param requirementsHash the hash of what it requires of a backend; empty where it requires
 *     nothing
 */
public record PreparedJob(NewJob job, Stored stored, Optional<String> requirementsHash) {

  /**
   * The sealed columns of a job.
   *
   * @param document the whole document, compressed
   * @param facts the facts, not compressed
   * @param unpacked bytes of the document before compression
   */
  public record Stored(byte[] document, String facts, long unpacked) {}

  public UUID id() {
    return job.id();
  }

  /** Bytes in memory until it is stored. */
  public long size() {
    return (long) stored.document().length + stored.facts().length();
  }

  /** Bytes of JSON before compression. */
  public long unpacked() {
    return stored.unpacked() + stored.facts().length();
  }
}
