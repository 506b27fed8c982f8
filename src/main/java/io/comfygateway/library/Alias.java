package io.comfygateway.library;

import java.time.Instant;
import java.util.Optional;

/**
 * A name for a version of a workflow, such as {@code production}, which can be moved to another
 * version.
 *
 * @param by who moved it last
 */
public record Alias(String name, int version, Instant movedAt, String by) {

  /**
   * A change of an alias.
   *
   * @param from empty where it was made
   * @param to empty where it was removed
   */
  public record Move(
      String alias, Optional<Integer> from, Optional<Integer> to, Instant at, String by) {}
}
