package io.comfygateway.api;

import io.comfygateway.problem.Problem;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The result of a step that is the same for many rows of a batch, computed once. For one thread.
 */
final class Memo<T> {
  private Optional<T> result = Optional.empty();
  private Optional<Problem> refusal = Optional.empty();

  /**
   * The result of the first call.
   *
   * @throws Problem the one that the first call threw
   */
  T get(Supplier<T> step) {
    refusal.ifPresent(
        problem -> {
          throw problem;
        });
    if (result.isEmpty()) {
      try {
        result = Optional.of(step.get());
      } catch (Problem refused) {
        refusal = Optional.of(refused);
        throw refused;
      }
    }
    return result.get();
  }
}
