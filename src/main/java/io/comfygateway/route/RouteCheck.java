package io.comfygateway.route;

import io.comfygateway.config.FileFault;
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
import org.apache.camel.CamelContext;

/** Tries every route file of a folder without running any, and finds every fault it can. */
public final class RouteCheck {
  private final CamelContext context;
  private final Path folder;
  private final Properties properties;
  private final TemplateRoutes templates;
  private final Set<String> beans;
  private final RouteTexts texts = new RouteTexts();
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
      TemplateRoutes templates) {
    this.context = context;
    this.folder = folder;
    this.beans = beans;
    this.properties = properties;
    this.templates = templates;
    this.trial = new RouteTrial(() -> TrialContext.of(context, properties), texts);
  }

  /**
   * What a check found.
   *
   * @param files how many route files there are
   * @param routes how many routes they have
   * @param faults what keeps files from running, by file and line
   * @param warnings what may be meant so, such as a route that is turned off
   */
  public record Result(int files, int routes, List<FileFault> faults, List<FileFault> warnings) {}

  /** Tries the files. */
  public Result run() {
    Map<String, RouteFolder.Found> found;
    try {
      found = RouteFolder.of(folder, properties).read();
    } catch (IOException e) {
      String detail = "The folder cannot be read (" + e.getClass().getSimpleName() + ")";
      return new Result(
          0,
          0,
          List.of(new FileFault("", 0, "", detail, "set GATEWAY_ROUTES_DIR to the right one")),
          List.of());
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
    RouteJudgement.Judged judged =
        new RouteJudgement(context, beans, properties, texts).judge(found);
    faults.addAll(judged.faults());
    faults.addAll(judged.unset());
    faults.addAll(judged.unserved());
    int routes = tryAll(found, judged.texts());
    faults.sort(Comparator.comparing(FileFault::file).thenComparing(FileFault::line));
    List<FileFault> warnings = new ArrayList<>(judged.warnings());
    warnings.addAll(new UnreadFiles(folder).warnings());
    return new Result(found.size(), routes, List.copyOf(faults), List.copyOf(warnings));
  }

  private int tryAll(Map<String, RouteFolder.Found> found, Map<String, RouteText> readable) {
    Map<String, RouteFile> configurations = new LinkedHashMap<>();
    int routes = 0;
    // Configurations first, since routes of other files are under them.
    Comparator<Map.Entry<String, RouteText>> byRole =
        Comparator.comparing(file -> file.getValue().parts("routeConfiguration").isEmpty());
    for (Map.Entry<String, RouteText> read : readable.entrySet().stream().sorted(byRole).toList()) {
      String name = read.getKey();
      String text = Objects.requireNonNull(found.get(name)).text().orElseThrow();
      Optional<RouteFile> file = tryOne(name, text, configurations);
      file.filter(it -> it.content().configures()).ifPresent(it -> configurations.put(name, it));
      routes += file.map(it -> it.content().routes().size()).orElse(0);
    }
    return routes;
  }

  // Camel stops at the first route that it cannot build, so that one is left out and the rest is
  // tried again.
  private Optional<RouteFile> tryOne(
      String name, String text, Map<String, RouteFile> configurations) {
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
      } catch (Exception | LinkageError | StackOverflowError e) {
        List<RouteFault> found = RouteFault.of(name, text, e);
        found.forEach(this::note);
        List<String> routes =
            found.stream().flatMap(fault -> fault.route().stream()).distinct().toList();
        if (routes.isEmpty() || !without.addAll(routes)) {
          return Optional.empty();
        }
      }
    }
  }

  private void note(RouteFault fault) {
    int line = fault.line().orElse(0);
    boolean known =
        faults.stream().anyMatch(it -> it.file().equals(fault.file()) && it.line() == line);
    if (!known || line == 0) {
      faults.add(fault.said());
    }
  }
}
