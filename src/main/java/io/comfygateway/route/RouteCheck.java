package io.comfygateway.route;

import io.comfygateway.workflow.FileFault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.apache.camel.CamelContext;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.impl.DefaultCamelContext;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Tries every route file of a folder without running any, and finds every fault it can. */
public final class RouteCheck {
  private final CamelContext context;
  private final Path folder;
  private final Properties properties;
  private final RouteFiles.TemplateRoutes templates;
  private final Set<String> beans;
  private final RouteTrial trial;
  private final List<FileFault> faults = new ArrayList<>();

  /**
   * Makes a check.
   *
   * @param context knows the beans that routes name; it need not run
   * @param beans their names
   * @param properties what placeholders in routes stand for
   * @param templates makes the routes of templates, which are tried as well
   */
  public RouteCheck(
      CamelContext context,
      Path folder,
      Set<String> beans,
      Properties properties,
      RouteFiles.TemplateRoutes templates) {
    this.context = context;
    this.folder = folder;
    this.beans = beans;
    this.properties = properties;
    this.templates = templates;
    this.trial = new RouteTrial(() -> TrialContext.of(context, properties));
  }

  /**
   * What a check found.
   *
   * @param files how many route files there are
   * @param routes how many routes they have
   * @param faults what keeps files from running, by file and line
   */
  public record Result(int files, int routes, List<FileFault> faults) {}

  /** Tries the files. */
  public Result run() {
    Map<String, RouteFolder.Found> found;
    try {
      found = new RouteFolder(folder).read();
    } catch (IOException e) {
      String detail = "The folder cannot be read (" + e.getClass().getSimpleName() + ")";
      return new Result(
          0,
          0,
          List.of(new FileFault("", 0, "", detail, "set GATEWAY_ROUTES_DIR to the right one")));
    }
    if (found.isEmpty()) {
      faults.add(
          new FileFault(
              "",
              0,
              "",
              "There is no file *.camel.yaml in it",
              "put the routes back that come with the gateway"));
    }
    Map<String, RouteText> texts = texts(found);
    try (DefaultCamelContext scratch = TrialContext.of(context, properties)) {
      List<String> unread =
          found.entrySet().stream()
              .filter(file -> !texts.containsKey(file.getKey()))
              .map(file -> file.getValue().text().orElse(""))
              .toList();
      faults.addAll(
          new StaticRouteCheck(scratch, beans, properties.stringPropertyNames(), texts)
              .faults(unread));
    } catch (IOException e) {
      throw new IllegalStateException("a context that never ran cannot be closed", e);
    }
    int routes = tryAll(found, texts);
    faults.sort(Comparator.comparing(FileFault::file).thenComparing(FileFault::line));
    return new Result(found.size(), routes, List.copyOf(faults));
  }

  private Map<String, RouteText> texts(Map<String, RouteFolder.Found> found) {
    // The user's own after those that come with the gateway: what clashes is told of theirs.
    Map<String, RouteText> texts =
        new TreeMap<>(
            Comparator.comparing((String name) -> name.contains("/"))
                .thenComparing(Comparator.naturalOrder()));
    found.forEach(
        (name, file) -> {
          try {
            if (file.text().isPresent()) {
              texts.put(name, RouteText.of(file.text().get()));
            } else {
              faults.add(new FileFault(name, 0, "", file.fault(), "save it as UTF-8 text"));
            }
          } catch (YamlEngineException e) {
            RouteFault fault = RouteFault.of(name, e);
            faults.add(
                new FileFault(
                    name,
                    fault.line().orElse(0),
                    "",
                    "This is not YAML: " + fault.detail(),
                    "fix it; indent with spaces, as the files around it do"));
          }
        });
    return texts;
  }

  private int tryAll(Map<String, RouteFolder.Found> found, Map<String, RouteText> texts) {
    Map<String, RouteFile> configurations = new LinkedHashMap<>();
    int routes = 0;
    // Configurations first, since routes of other files are under them.
    Comparator<Map.Entry<String, RouteText>> byRole =
        Comparator.comparing(file -> file.getValue().parts("routeConfiguration").isEmpty());
    for (Map.Entry<String, RouteText> read : texts.entrySet().stream().sorted(byRole).toList()) {
      String name = read.getKey();
      String text = Objects.requireNonNull(found.get(name)).text().orElseThrow();
      Optional<RouteFile> file = tryOne(name, text, read.getValue(), configurations);
      file.filter(it -> it.content().configures()).ifPresent(it -> configurations.put(name, it));
      routes += file.map(it -> it.content().routes().size()).orElse(0);
    }
    return routes;
  }

  // Camel stops at the first route that it cannot build, so that one is left out and the rest is
  // tried again.
  private Optional<RouteFile> tryOne(
      String name, String text, RouteText read, Map<String, RouteFile> configurations) {
    Set<String> without = new HashSet<>();
    while (true) {
      try {
        return Optional.of(
            new RouteFile(
                name,
                text,
                trial.of(
                    name,
                    text,
                    List.copyOf(configurations.values()),
                    new RouteTrial.Extent(without, templates))));
      } catch (Exception | LinkageError e) {
        RouteFault fault = RouteFault.of(name, e);
        note(fault, e, read);
        if (fault.route().isEmpty() || !without.add(fault.route().get())) {
          return Optional.empty();
        }
      }
    }
  }

  private void note(RouteFault fault, Throwable why, RouteText read) {
    List<String> messages = new ArrayList<>();
    for (Throwable cause = why; cause != null; cause = cause.getCause()) {
      // Which speaks of the whole route.
      if (!(cause instanceof FailedToCreateRouteException) && cause.getMessage() != null) {
        messages.add(0, cause.getMessage());
      }
    }
    int line = fault.line().or(() -> read.line(fault.route(), messages)).orElse(0);
    boolean known =
        faults.stream().anyMatch(it -> it.file().equals(fault.file()) && it.line() == line);
    if (!known || line == 0) {
      faults.add(
          new FileFault(
              fault.file(),
              line,
              fault.route().map(id -> "route " + id).orElse(""),
              fault.detail().replaceAll("\\.$", ""),
              "fix it there"));
    }
  }
}
