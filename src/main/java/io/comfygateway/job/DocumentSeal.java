package io.comfygateway.job;

import java.util.UUID;

/** Encrypts a job's document, bound to the job's id. */
public interface DocumentSeal {

  byte[] seal(UUID job, byte[] clear);

  /** Opens what {@link #seal} made for the same job; fails where it was changed. */
  byte[] open(UUID job, byte[] sealed);

  /**
   * The hash of a text that is only ever compared. It is made with the key, so that who reads the
   * database cannot find a short text by trial.
   *
   * @param parts what it is made of, none of which runs into the next
   */
  byte[] hash(String... parts);
}
