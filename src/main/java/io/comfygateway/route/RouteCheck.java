package io.comfygateway.route;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.camel.CamelContext;

/** Tries every route file of a folder without running any. */
public final class RouteCheck {
  private final RouteTrial trial;
  private final Path folder;

  /**
   * Makes a check.
   *
   * @param context knows the beans that routes name; it need not run
   * @param properties what placeholders in routes stand for
   */
  public RouteCheck(CamelContext context, Path folder, Properties properties) {
    this.trial = new RouteTrial(() -> TrialContext.of(context, properties));
    this.folder = folder;
  }

  /**
   * What a check found.
   *
   * @param files how many route files there are
   * @param faults what keeps files from running
   */
  public record Result(int files, List<RouteFault> faults) {}

  /** Tries the files. */
  public Result run() {
    List<RouteFault> faults = new ArrayList<>();
    Map<String, RouteFolder.Found> found;
    try {
      found = new RouteFolder(folder).read();
    } catch (IOException e) {
      return new Result(0, List.of(RouteFault.of(folder.toString(), e)));
    }
    List<RouteFile> configurations = new ArrayList<>();
    Map<String, String> owners = new HashMap<>();
    // Configurations first, since routes of other files are under them.
    Comparator<String> byRole =
        Comparator.comparing(
            name -> !found.get(name).text().orElse("").contains("- routeConfiguration:"));
    for (String name :
        found.keySet().stream().sorted(byRole.thenComparing(name -> name)).toList()) {
      Optional<String> text = found.get(name).text();
      if (text.isEmpty()) {
        faults.add(
            new RouteFault(name, Optional.empty(), Optional.empty(), found.get(name).fault()));
        continue;
      }
      try {
        RouteFile.Content content = trial.of(name, text.get(), configurations);
        if (!content.configurations().isEmpty()) {
          configurations.add(new RouteFile(name, text.get(), content));
        }
        content.routes().forEach(id -> claim(owners, id, name, faults));
      } catch (Exception e) {
        faults.add(RouteFault.of(name, e));
      }
    }
    return new Result(found.size(), faults);
  }

  private static void claim(
      Map<String, String> owners, String id, String file, List<RouteFault> faults) {
    String other = owners.putIfAbsent(id, file);
    if (other != null && !other.equals(file)) {
      faults.add(
          new RouteFault(
              file,
              Optional.empty(),
              Optional.of(id),
              "the route id is used in " + other + " already; choose another"));
    }
  }
}
