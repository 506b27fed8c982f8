package io.comfygateway.job;

import java.util.Optional;
import java.util.UUID;

/**
 * A job that is ready to be stored: what it runs is packed and sealed, so that many of them fit
 * into the memory.
 *
 * @param job the job; its document has no graph any more, and its facts and requirements are empty
 * @param stored the columns that are sealed
 * @param requirementsHash the hash of what it requires of a backend; empty where it requires
 *     nothing
 */
public record PreparedJob(NewJob job, Stored stored, Optional<String> requirementsHash) {

  /**
   * What is stored of a job, sealed.
   *
   * @param document the whole document, packed
   * @param facts the facts, not packed
   * @param unpacked bytes of the document before it was packed
   */
  public record Stored(byte[] document, String facts, long unpacked) {}

  public UUID id() {
    return job.id();
  }

  /** Bytes that are kept in the memory until it is stored. */
  public long size() {
    return (long) stored.document().length + stored.facts().length();
  }

  /** Bytes of JSON before it was packed. */
  public long unpacked() {
    return stored.unpacked() + stored.facts().length();
  }
}
