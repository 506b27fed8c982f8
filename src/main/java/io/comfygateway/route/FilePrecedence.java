package io.comfygateway.route;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Which of two route files gets an id or a path that both want: the one that comes with the gateway
 * before one in {@code custom}, and the contract before both. A copy that somebody tries out is the
 * one that is refused, not the route with the check of keys that it was copied from.
 */
final class FilePrecedence {
  private final ReservedPaths reserved = new ReservedPaths(Contract.shipped());
  private final RouteTexts texts;

  FilePrecedence(RouteTexts texts) {
    this.texts = texts;
  }

  /** Whether a file is the user's own, by its folder. */
  static boolean isCustom(String name) {
    return name.startsWith("custom/");
  }

  /**
   * The files in the order in which they are built: configurations first, since they apply to
   * routes that come later; then the sinks, so that after a start no delivery finds its sink
   * missing; then the shipped routes, the contract, which looks for the routes that it is bound to,
   * and the user's own.
   */
  static List<Map.Entry<String, RouteFolder.Found>> order(Map<String, RouteFolder.Found> files) {
    // The role is read from the text, once for each file.
    Map<String, Integer> roles = new HashMap<>();
    files.forEach((name, file) -> roles.put(name, role(name, file)));
    Comparator<Map.Entry<String, RouteFolder.Found>> byRole =
        Comparator.comparing(file -> roles.get(file.getKey()));
    return files.entrySet().stream()
        .sorted(byRole.thenComparing(Map.Entry.comparingByKey()))
        .toList();
  }

  private static int role(String name, RouteFolder.Found file) {
    String text = file.text().orElse("");
    if (text.contains("- routeConfiguration:")) {
      return isCustom(name) ? 1 : 0;
    }
    if (name.startsWith("sinks/")) {
      return 2;
    }
    int kind = text.contains("- rest:") ? 1 : 0;
    return (isCustom(name) ? 5 : 3) + kind;
  }

  /**
   * Refuses a file that uses an id or a path of another file.
   *
   * @param files all files of the folder, also those that are not built yet
   * @throws IllegalArgumentException if it does
   */
  void requireFree(String name, RouteText text, Map<String, RouteFolder.Found> files) {
    reserved.of(text).stream()
        .findFirst()
        .ifPresent(
            path -> {
              throw new IllegalArgumentException(
                  "line " + path.value().line() + ": " + path.detail() + "; " + path.remedy());
            });
    if (isCustom(name)) {
      Set<String> ids = ids(text);
      files.forEach(
          (other, file) -> {
            if (!isCustom(other)) {
              Set<String> common = new TreeSet<>(ids);
              common.retainAll(ids(file.text().orElse("")));
              requireNone(common, other);
            }
          });
    }
  }

  /**
   * Refuses ids that another file has.
   *
   * @throws IllegalArgumentException if there are any
   */
  static void requireNone(Set<String> ids, String owner) {
    if (!ids.isEmpty()) {
      throw new IllegalArgumentException(
          "the id " + ids + " is used in " + owner + " already; choose another");
    }
  }

  /**
   * The running files whose place a file takes: its own earlier text, or a file that is gone and
   * had the same routes, which was renamed.
   *
   * @param gone the names of the running files that are not in the folder any more
   * @throws IllegalArgumentException where it has an id of another file
   */
  static List<RouteFile> placeOf(
      RouteFile candidate, Collection<RouteFile> running, Set<String> gone) {
    List<RouteFile> before = new ArrayList<>();
    for (RouteFile file : running) {
      if (file.name().equals(candidate.name())) {
        before.add(file);
        continue;
      }
      Set<String> common = new TreeSet<>(file.content().routes());
      common.addAll(file.content().templates());
      common.removeIf(
          id ->
              !candidate.content().routes().contains(id)
                  && !candidate.content().templates().contains(id));
      if (!common.isEmpty() && gone.contains(file.name())) {
        before.add(file);
      } else {
        requireNone(common, file.name());
      }
    }
    return before;
  }

  private Set<String> ids(String text) {
    try {
      return ids(texts.of(text));
    } catch (YamlEngineException | IllegalArgumentException faulty) {
      // It is refused itself, with its own reason.
      return Set.of();
    }
  }

  private static Set<String> ids(RouteText text) {
    RouteFile.Content content = RouteFile.Content.of(text);
    Set<String> ids = new TreeSet<>(content.routes());
    ids.addAll(content.templates());
    return ids;
  }
}
