package io.comfygateway.job;

import java.util.UUID;

/** Encrypts a job's document, bound to the job's id. */
public interface DocumentSeal {

  byte[] seal(UUID job, byte[] clear);

  /** Opens what {@link #seal} made for the same job; fails where it was changed. */
  byte[] open(UUID job, byte[] sealed);
}
