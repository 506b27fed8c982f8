package io.comfygateway.route;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Which of the operator's files would have a route that the gateway calls, and do not run. */
final class UnloadedSteps {
  private static final Pattern CALLED = Pattern.compile("direct:(?://)?custom-");

  private UnloadedSteps() {}

  /**
   * Their names. A file that cannot be read is one of them, since it may have such a route.
   *
   * @param files all files of the folder
   * @param running the names of those of which some version runs
   */
  static List<String> among(Map<String, RouteFolder.Found> files, Set<String> running) {
    return files.entrySet().stream()
        .filter(file -> FilePrecedence.isCustom(file.getKey()))
        .filter(file -> !running.contains(file.getKey()))
        .filter(
            file -> file.getValue().text().map(text -> CALLED.matcher(text).find()).orElse(true))
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }
}
