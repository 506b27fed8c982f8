package io.comfygateway.job;

/** Which backend can run what; the pool of backends knows. */
@FunctionalInterface
public interface Placement {
  /** Whether a backend meets these requirements, as far as it is known. */
  boolean canRun(String backend, GraphRequirements requirements);
}
