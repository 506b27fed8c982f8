package io.comfygateway.job;

/** Which backend can run what; known to the pool of backends. */
@FunctionalInterface
public interface Placement {
  /** Whether a backend has what is needed, as far as it has told. */
  boolean canRun(String backend, Needs needs);
}
