package io.comfygateway.api;

import io.comfygateway.access.Caller;
import io.comfygateway.access.Scope;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** Whose a job or a batch is: a caller finds its own, and with a scope every caller's. */
final class Ownership {
  private Ownership() {}

  /** An id of a path; empty where the text is none. */
  static Optional<UUID> id(String text) {
    try {
      return Optional.of(UUID.fromString(text));
    } catch (IllegalArgumentException notAnId) {
      return Optional.empty();
    }
  }

  /**
   * What a caller finds under an id.
   *
   * @param forOthers the scope that finds every caller's
   * @param any finds it, whoever it belongs to
   * @param own finds it where it belongs to the caller of a name
   */
  static <T> Optional<T> find(
      UUID id,
      Caller caller,
      Scope forOthers,
      Supplier<Optional<T>> any,
      BiFunction<UUID, String, Optional<T>> own) {
    return caller.may(forOthers) ? any.get() : own.apply(id, caller.name());
  }
}
