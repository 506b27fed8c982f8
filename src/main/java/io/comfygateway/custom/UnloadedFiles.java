package io.comfygateway.custom;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.List;
import java.util.function.Supplier;

/**
 * The files of the operator's own steps that cannot be loaded, and of which no earlier version
 * runs. A step that should refuse something cannot be skipped because its file has a fault, so
 * nothing passes until the file is fixed or removed.
 */
public final class UnloadedFiles {
  private static final String RETRY_AFTER_SECONDS = "10";

  private volatile Supplier<List<String>> files = List::of;

  /**
   * Asks for the files from now on.
   *
   * @param unloaded their names below the routes folder
   */
  public void from(Supplier<List<String>> unloaded) {
    files = unloaded;
  }

  /**
   * Refuses a submission while there is such a file.
   *
   * @throws Problem {@code custom-route-failed} where there is one
   */
  public void requireNone() {
    List<String> names = files.get();
    if (!names.isEmpty()) {
      throw new Problem(
              ProblemType.CUSTOM_ROUTE_FAILED,
              sentence(names) + " Nothing was stored. Send the request again later.")
          .withHeader("Retry-After", RETRY_AFTER_SECONDS);
    }
  }

  /**
   * Keeps an output from being stored while there is such a file.
   *
   * @throws CustomStepException where there is one; the output is collected again later
   */
  void requireNoneForOutput() throws CustomStepException {
    List<String> names = files.get();
    if (!names.isEmpty()) {
      throw new CustomStepException(sentence(names), true, null);
    }
  }

  private static String sentence(List<String> names) {
    return "The file routes/%s with a step of this gateway cannot be loaded; its log says why."
        .formatted(names.get(0));
  }
}
