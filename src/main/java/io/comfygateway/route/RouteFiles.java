package io.comfygateway.route;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files {@code *.camel.yaml} in the routes folder and in its {@code custom} folder. A new, an
 * edited and a deleted file is taken over while the gateway runs: a file is first built apart
 * ({@link RouteTrial}), then its routes are exchanged one file at a time, each after what it had in
 * work is done. A file that cannot be taken over leaves what runs as it is, and is told of in
 * {@link #faults()} until it is mended.
 */
public final class RouteFiles {
  private static final Logger LOG = LoggerFactory.getLogger(RouteFiles.class);
  private static final String ENDING = ".camel.yaml";

  private final ModelCamelContext context;
  private final Path folder;
  private final RouteTrial trial;
  private final TemplateRoutes templates;
  private final Map<String, RouteFile> running = new LinkedHashMap<>();
  private final Map<String, String> refused = new TreeMap<>();
  private volatile Map<String, RouteFault> faults = Map.of();

  /** Makes the routes of the templates that a file defines. */
  public interface TemplateRoutes {
    /** Adds the routes of a template to the context and says their ids. */
    Set<String> add(CamelContext context, String template) throws Exception;
  }

  public RouteFiles(CamelContext context, Path folder, RouteTrial trial, TemplateRoutes templates) {
    this.context = (ModelCamelContext) context;
    this.folder = folder;
    this.trial = trial;
    this.templates = templates;
  }

  /**
   * The files of a folder.
   *
   * @param properties what placeholders in routes stand for
   */
  public static RouteFiles of(
      CamelContext context, Path folder, Properties properties, TemplateRoutes templates) {
    return new RouteFiles(
        context, folder, new RouteTrial(() -> TrialContext.of(context, properties)), templates);
  }

  /** What keeps files from being the ones that run, a fault a file. */
  public List<RouteFault> faults() {
    return List.copyOf(faults.values());
  }

  /**
   * Takes over what has changed since the last time; called again and again, from one thread at a
   * time.
   */
  public synchronized void refresh() {
    Map<String, String> found;
    try {
      found = read();
    } catch (IOException e) {
      LOG.warn("routes folder cannot be read folder={} reason={}", folder, e.toString());
      return;
    }
    for (String name : List.copyOf(running.keySet())) {
      if (!found.containsKey(name)) {
        remove(running.get(name));
      }
    }
    refused.keySet().removeIf(name -> !found.containsKey(name) && forgetFault(name));
    boolean configurationChanged = false;
    for (String name : inOrder(found)) {
      String text = found.get(name);
      RouteFile before = running.get(name);
      if ((before != null && before.text().equals(text)) || text.equals(refused.get(name))) {
        if (before != null && before.text().equals(text) && refused.remove(name) != null) {
          forgetFault(name);
        }
        continue;
      }
      configurationChanged |= takeOver(name, text);
    }
    if (configurationChanged) {
      running.values().stream()
          .filter(file -> file.content().configurations().isEmpty())
          .toList()
          .forEach(this::renew);
    }
  }

  private Map<String, String> read() throws IOException {
    Map<String, String> texts = new TreeMap<>();
    for (Path place : List.of(folder, folder.resolve("custom"))) {
      if (!Files.isDirectory(place)) {
        continue;
      }
      try (Stream<Path> files = Files.list(place)) {
        for (Path file :
            files.filter(path -> path.getFileName().toString().endsWith(ENDING)).toList()) {
          texts.put(
              folder.relativize(file).toString().replace('\\', '/'),
              Files.readString(file, StandardCharsets.UTF_8));
        }
      }
    }
    return texts;
  }

  // Configurations first, since they apply to routes that come later; the contract last, since it
  // looks for the routes it is bound to.
  private static List<String> inOrder(Map<String, String> texts) {
    Comparator<String> byRole =
        Comparator.comparingInt(
            name ->
                texts.get(name).contains("- routeConfiguration:")
                    ? 0
                    : texts.get(name).contains("- rest:") ? 2 : 1);
    return texts.keySet().stream().sorted(byRole.thenComparing(Comparator.naturalOrder())).toList();
  }

  private boolean takeOver(String name, String text) {
    RouteFile before =
        running.getOrDefault(name, new RouteFile(name, "", RouteFile.Content.NOTHING));
    try {
      RouteFile after =
          new RouteFile(name, text, trial.of(name, text, configurationsWithout(name)));
      checkIds(after);
      exchange(before, after);
      refused.remove(name);
      forgetFault(name);
      LOG.info("routes taken over file={} routes={}", name, after.content().routes());
      return !before.text().isEmpty()
          && !(before.content().configurations().isEmpty()
              && after.content().configurations().isEmpty());
    } catch (Exception e) {
      refuse(name, text, e);
      return false;
    }
  }

  private void refuse(String name, String text, Exception why) {
    refused.put(name, text);
    RouteFault fault = RouteFault.of(name, why);
    Map<String, RouteFault> all = new TreeMap<>(faults);
    all.put(name, fault);
    faults = Map.copyOf(all);
    LOG.error("routes not taken over, what ran before goes on: {}", fault.text());
    LOG.debug("why", why);
  }

  private boolean forgetFault(String name) {
    Map<String, RouteFault> all = new TreeMap<>(faults);
    all.remove(name);
    faults = Map.copyOf(all);
    return true;
  }

  private List<Resource> configurationsWithout(String name) {
    return running.values().stream()
        .filter(file -> !file.name().equals(name) && !file.content().configurations().isEmpty())
        .map(file -> RouteTrial.resource(file.name(), file.text()))
        .toList();
  }

  private void checkIds(RouteFile candidate) {
    for (RouteFile file : running.values()) {
      Set<String> common = new HashSet<>(file.content().routes());
      common.retainAll(candidate.content().routes());
      if (!file.name().equals(candidate.name()) && !common.isEmpty()) {
        throw new IllegalArgumentException(
            "the route id " + common + " is used in " + file.name() + " already; choose another");
      }
    }
  }

  private void exchange(RouteFile before, RouteFile after) throws Exception {
    try {
      unload(before);
      load(after);
      running.put(after.name(), after);
    } catch (Exception e) {
      unload(after);
      load(before);
      throw e;
    }
  }

  private void load(RouteFile file) throws Exception {
    if (file.text().isEmpty()) {
      return;
    }
    PluginHelper.getRoutesLoader(context)
        .updateRoutes(List.of(RouteTrial.resource(file.name(), file.text())));
    for (String template : file.content().templates()) {
      templates.add(context, template);
    }
  }

  private void unload(RouteFile file) throws Exception {
    Set<String> ids = new HashSet<>(file.content().routes());
    for (String template : file.content().templates()) {
      context.getRoutes().stream()
          .map(route -> route.getRouteId())
          .filter(id -> id.startsWith(template + "-"))
          .forEach(ids::add);
    }
    for (String id : ids) {
      if (context.getRoute(id) != null) {
        context.getRouteController().stopRoute(id);
        context.removeRoute(id);
      }
    }
    for (String template : file.content().templates()) {
      context.removeRouteTemplates(template);
    }
    for (RouteConfigurationDefinition definition :
        new ArrayList<>(context.getRouteConfigurationDefinitions())) {
      if (file.content().configurations().contains(definition.getId())) {
        context.removeRouteConfiguration(definition);
      }
    }
  }

  private void remove(RouteFile file) {
    try {
      unload(file);
      running.remove(file.name());
      LOG.info("routes removed file={} routes={}", file.name(), file.content().routes());
    } catch (Exception e) {
      LOG.error(
          "routes of a deleted file cannot be removed: {}", RouteFault.of(file.name(), e).text());
    }
  }

  private void renew(RouteFile file) {
    try {
      exchange(file, file);
    } catch (Exception e) {
      refuse(file.name(), file.text(), e);
    }
  }
}
