package io.comfygateway.route;

import io.comfygateway.config.FileFault;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Judges route files by what they say, without building them. {@code gateway check} and a running
 * gateway judge by it, so that they say the same of the same files.
 */
final class RouteJudgement {
  private final CamelContext context;
  private final Set<String> beans;
  private final Properties properties;
  private final RouteTexts texts;
  private final FilePrecedence precedence;

  /**
   * Makes a judgement.
   *
   * @param context knows the beans that routes name; it need not run
   * @param beans their names
   * @param properties what placeholders in routes stand for
   */
  RouteJudgement(CamelContext context, Set<String> beans, Properties properties, RouteTexts texts) {
    this.context = context;
    this.beans = beans;
    this.properties = properties;
    this.texts = texts;
    this.precedence = new FilePrecedence(texts);
  }

  /**
   * What is said of files.
   *
   * @param texts those that are YAML; a user's own come after those that come with the gateway
   * @param faults what keeps files from running
   * @param unset properties and headers that nothing sets, which keep a file from being taken over,
   *     but not a stage from running where the gateway starts and has no other
   * @param unserved operations of the contract that no route serves, which keep no file from
   *     running
   * @param warnings what may be meant so
   */
  record Judged(
      Map<String, RouteText> texts,
      List<FileFault> faults,
      List<FileFault> unset,
      List<FileFault> unserved,
      List<FileFault> warnings) {
    /** What keeps one file from being taken over. */
    List<FileFault> faults(String file) {
      return Stream.concat(faults.stream(), unset.stream())
          .filter(fault -> fault.file().equals(file))
          .toList();
    }

    /** Whether one file can be built, as far as its text says. */
    boolean isWhole(String file) {
      return faults.stream().noneMatch(fault -> fault.file().equals(file));
    }
  }

  /**
   * Refuses a file that uses an id or a path of another file.
   *
   * @param files all files of the folder, also those that are not built yet
   * @throws IllegalArgumentException if it does
   */
  void requireFree(String name, String text, Map<String, RouteFolder.Found> files) {
    precedence.requireFree(name, texts.of(text), files);
  }

  /**
   * What a file defines, as far as its text says.
   *
   * @throws IllegalArgumentException if it uses an id twice
   */
  RouteFile.Content content(String text) {
    return RouteFile.Content.of(texts.of(text));
  }

  /** Judges all files of a folder. */
  Judged judge(Map<String, RouteFolder.Found> files) {
    List<FileFault> faults = new ArrayList<>();
    Map<String, RouteText> readable =
        new TreeMap<>(
            Comparator.comparing((String name) -> name.contains("/"))
                .thenComparing(Comparator.naturalOrder()));
    List<String> unread = new ArrayList<>();
    files.forEach(
        (name, file) -> {
          try {
            if (file.text().isPresent()) {
              readable.put(name, texts.of(file.text().get()));
            } else {
              faults.add(new FileFault(name, 0, "", file.fault(), file.remedy()));
            }
          } catch (YamlEngineException e) {
            unread.add(file.text().orElse(""));
            RouteFault.of(name, "", e).forEach(fault -> faults.add(fault.said()));
          }
        });
    try (DefaultCamelContext scratch = TrialContext.of(context, properties)) {
      StaticRouteCheck check =
          new StaticRouteCheck(scratch, beans, properties.stringPropertyNames(), readable);
      faults.addAll(check.faults(unread));
      return new Judged(
          readable,
          List.copyOf(faults),
          check.unset(unread),
          check.unserved(),
          new OffRoutes(readable).warnings());
    } catch (IOException e) {
      throw new IllegalStateException("a context that never ran cannot be closed", e);
    }
  }
}
