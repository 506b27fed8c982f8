package io.comfygateway.route;

import io.comfygateway.config.FileFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is wrong with the route files of a running gateway now; each fault is logged once. */
final class RouteFaults {
  private static final Logger LOG = LoggerFactory.getLogger(RouteFaults.class);

  private final Map<String, List<RouteFault>> byFile = new TreeMap<>();
  private List<FileFault> unserved = List.of();
  private List<FileFault> warnings = List.of();

  /** What keeps files from being the ones that run, and operations that no route serves. */
  List<RouteFault> all() {
    List<RouteFault> all = new ArrayList<>();
    byFile.values().forEach(all::addAll);
    unserved.forEach(fault -> all.add(RouteFault.of(fault)));
    return List.copyOf(all);
  }

  /** A file cannot be the one that runs. */
  void put(String file, List<RouteFault> faults) {
    if (!faults.equals(byFile.put(file, faults))) {
      faults.forEach(
          fault ->
              LOG.error("routes not loaded, the previous ones keep running: {}", fault.text()));
    }
  }

  /** A file is the one that runs, or is gone. */
  void clear(String file) {
    byFile.remove(file);
  }

  /** Clears the files that are not to be kept. */
  void keepOnly(Predicate<String> kept) {
    byFile.keySet().removeIf(kept.negate());
  }

  /**
   * What is said of all files, beside what keeps one from running.
   *
   * @param unread a warning for each file that is not read
   */
  void note(RouteJudgement.Judged judged, List<FileFault> unread) {
    judged.unserved().stream()
        .filter(fault -> !unserved.contains(fault))
        .forEach(fault -> LOG.error("operation not served: {}", fault));
    unserved = judged.unserved();
    List<FileFault> now = new ArrayList<>(judged.warnings());
    now.addAll(unread);
    now.stream()
        .filter(warning -> !warnings.contains(warning))
        .forEach(warning -> LOG.warn("routes: {}", warning));
    warnings = now;
  }
}
