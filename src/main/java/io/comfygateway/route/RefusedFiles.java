package io.comfygateway.route;

import io.comfygateway.config.FileFault;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Route files that cannot be loaded, and why. A file is not tried again before it, or a file that
 * it may conflict with, has changed.
 */
final class RefusedFiles {
  /** The text of a file that was deleted or cannot be read. */
  static final String NO_TEXT = "";

  private static final Logger LOG = LoggerFactory.getLogger(RefusedFiles.class);

  private final Map<String, String> texts = new TreeMap<>();
  private final Map<String, String> tolerated = new HashMap<>();
  private final RouteFaults faults = new RouteFaults();

  /** Whether a file was refused with this text. */
  boolean has(String name, String text) {
    return text.equals(texts.get(name));
  }

  /** A file is not tried again with this text. */
  void add(String name, String text) {
    texts.put(name, text);
  }

  /** A file runs with this text although it has a fault, which is still reported. */
  void tolerate(String name, String text) {
    tolerated.put(name, text);
  }

  /** The text of a file is again the one that runs. */
  void unchanged(String name, String text) {
    texts.remove(name);
    if (!text.equals(tolerated.get(name))) {
      faults.clear(name);
    }
  }

  /** A file was loaded. */
  void remove(String name) {
    texts.remove(name);
    faults.clear(name);
  }

  /** Every file may be tried again. */
  void tryAgain() {
    texts.clear();
  }

  /** Removes the files that are not to be kept. */
  void keepOnly(Predicate<String> kept) {
    faults.keepOnly(kept);
    texts.keySet().removeIf(kept.negate());
  }

  /** What is wrong with a file. */
  void report(String name, List<RouteFault> found) {
    faults.put(name, found);
  }

  /** What is wrong with a file. */
  void report(String name, String text, Throwable why) {
    faults.put(name, RouteFault.of(name, text, why));
    LOG.debug("why", why);
  }

  /** What was reported of a file is no longer so. */
  void clear(String name) {
    faults.clear(name);
  }

  /**
   * What is said of all files, beside what keeps one from running.
   *
   * @param unread a warning for each file that is not read
   */
  void note(RouteJudgement.Judged judged, List<FileFault> unread) {
    faults.note(judged, unread);
  }

  /** All that was reported. */
  List<RouteFault> faults() {
    return faults.all();
  }
}
