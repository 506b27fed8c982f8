package io.comfygateway.database;

import java.util.UUID;

/** Encrypts a job's document, bound to the job's id. */
public interface DocumentSeal {

  byte[] seal(UUID job, byte[] clear);

  /** Opens what {@link #seal} returned for the same job; fails if it was changed. */
  byte[] open(UUID job, byte[] sealed);

  /**
   * The hash of a text that is only compared. It is keyed, so that a reader of the database cannot
   * find a short text by trying.
   *
   * @param parts the parts of the text; their boundaries are part of the hash
   */
  byte[] hash(String... parts);
}
