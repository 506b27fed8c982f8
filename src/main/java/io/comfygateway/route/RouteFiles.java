package io.comfygateway.route;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.model.ModelCamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files {@code *.camel.yaml} in the routes folder and in its {@code custom} folder. A new, an
 * edited and a deleted file is taken over while the gateway runs: a file is first built apart
 * ({@link RouteTrial}), then its routes are exchanged, after what they had in work is done ({@link
 * RouteExchange}). A file that cannot be taken over leaves what runs as it is, and is told of in
 * {@link #faults()} until it is fixed.
 */
public final class RouteFiles {
  private static final Logger LOG = LoggerFactory.getLogger(RouteFiles.class);
  private static final String WHOLE_FOLDER = ".";
  private static final String NO_TEXT = "";
  // What a step "log" writes to; logback.xml has the level of "routes".
  private static final String LOGGER_OF_STEPS = "routes.${routeId}";

  private final RouteFolder folder;
  private final RouteTrial trial;
  private final RouteExchange exchange;
  private final FilePrecedence precedence = new FilePrecedence();
  private final Map<String, RouteFile> running = new LinkedHashMap<>();
  private final Map<String, String> refused = new TreeMap<>();
  private final Map<String, RouteFault> found = new TreeMap<>();
  private boolean nothingRuns = true;
  private volatile List<RouteFault> faults = List.of();

  private RouteFiles(RouteFolder folder, RouteTrial trial, RouteExchange exchange) {
    this.folder = folder;
    this.trial = trial;
    this.exchange = exchange;
  }

  /** How an exchange goes about it. */
  public record Manner(Requests requests, TemplateRoutes templates, Duration longestDrain) {}

  /** Makes the routes of the templates that a file defines. */
  public interface TemplateRoutes {
    /** Adds the routes of a template to the context. */
    void add(CamelContext context, String template) throws Exception;
  }

  /**
   * The files of a folder.
   *
   * @param properties what placeholders in routes stand for
   */
  public static RouteFiles of(
      CamelContext context, Path folder, Properties properties, Manner manner) {
    ModelCamelContext model = (ModelCamelContext) context;
    model.addModelLifecycleStrategy(new OwnRoutes(model));
    model.setSourceLocationEnabled(true);
    model.getGlobalOptions().put(Exchange.LOG_EIP_NAME, LOGGER_OF_STEPS);
    Drain drain = new Drain(model, manner.requests(), manner.longestDrain());
    return new RouteFiles(
        new RouteFolder(folder),
        new RouteTrial(() -> TrialContext.of(context, properties)),
        new RouteExchange(model, drain, manner.requests(), manner.templates()));
  }

  /** What keeps files from being the ones that run, a fault a file. */
  public List<RouteFault> faults() {
    return faults;
  }

  /**
   * Takes over what has changed since the last time; called again and again, from one thread at a
   * time.
   */
  public synchronized void refresh() {
    try {
      Map<String, RouteFolder.Found> files = folder.read();
      found.remove(WHOLE_FOLDER);
      new Round(files).run();
      nothingRuns = false;
    } catch (IOException e) {
      tell(WHOLE_FOLDER, NO_TEXT, new IOException("the routes folder cannot be read: " + e));
    }
    faults = List.copyOf(found.values());
  }

  /** One comparison of the folder with what runs. */
  private final class Round {
    private final Map<String, RouteFolder.Found> files;
    private final Set<String> gone = new TreeSet<>(running.keySet());
    private final Set<String> renewed = new HashSet<>();
    private boolean configurationChanged;
    private boolean anything;

    Round(Map<String, RouteFolder.Found> files) {
      this.files = files;
      gone.removeAll(files.keySet());
    }

    void run() {
      found.keySet().removeIf(name -> !files.containsKey(name) && !gone.contains(name));
      refused.keySet().removeIf(name -> !files.containsKey(name) && !gone.contains(name));
      FilePrecedence.order(files).forEach(file -> look(file.getKey(), file.getValue()));
      List.copyOf(gone).stream()
          .map(name -> Objects.requireNonNull(running.get(name)))
          .forEach(this::remove);
      if (configurationChanged) {
        running.values().stream()
            .filter(file -> !renewed.contains(file.name()))
            .toList()
            .forEach(this::renew);
      }
      if (anything) {
        // What could not be taken over may have been in the way of one another.
        refused.clear();
      }
    }

    private void look(String name, RouteFolder.Found file) {
      RouteFile before = running.get(name);
      if (file.text().isEmpty()) {
        tell(name, NO_TEXT, new IOException(file.fault()));
        return;
      }
      String text = file.text().get();
      if (before != null && before.text().equals(text)) {
        refused.remove(name);
        found.remove(name);
      } else if (!text.equals(refused.get(name))) {
        takeOver(name, text);
      }
    }

    private void takeOver(String name, String text) {
      if (nothingRuns && start(name, text)) {
        return;
      }
      try {
        RouteFile after =
            new RouteFile(name, text, trial.of(name, text, configurationsWithout(name)));
        precedence.requireFree(name, RouteText.of(text), files);
        List<RouteFile> before = placeOf(after);
        boolean configures =
            after.content().configures()
                || before.stream().anyMatch(file -> file.content().configures());
        if (configures) {
          tryUnder(after);
        }
        exchange.exchange(before, List.of(after));
        before.forEach(this::forget);
        configurationChanged |= configures;
        taken(after);
      } catch (Exception | LinkageError e) {
        refused.put(name, text);
        tell(name, text, e);
      }
    }

    private void taken(RouteFile file) {
      running.put(file.name(), file);
      renewed.add(file.name());
      anything = true;
      refused.remove(file.name());
      found.remove(file.name());
      LOG.info("routes taken over file={} routes={}", file.name(), file.content().routes());
    }

    // At the start there is nothing that a fault could disturb, and building a file apart first
    // takes as long as building it. One that fails here is built apart, to tell why.
    private boolean start(String name, String text) {
      try {
        RouteText read = RouteText.of(text);
        precedence.requireFree(name, read, files);
        RouteFile file = new RouteFile(name, text, RouteFile.Content.of(read));
        if (!placeOf(file).isEmpty()) {
          return false;
        }
        file.content().requireConfigurations(configurationsWithout(name));
        exchange.add(file);
        taken(file);
        return true;
      } catch (Exception | LinkageError e) {
        LOG.debug("routes not started at once file={}", name, e);
        return false;
      }
    }

    private List<RouteFile> configurationsWithout(String name) {
      return running.values().stream()
          .filter(file -> !file.name().equals(name) && file.content().configures())
          .toList();
    }

    // Its own earlier text, or that of a file that is gone and had the same routes: it was renamed.
    private List<RouteFile> placeOf(RouteFile candidate) {
      List<RouteFile> before = new ArrayList<>();
      for (RouteFile file : running.values()) {
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
          FilePrecedence.requireNone(common, file.name());
        }
      }
      return before;
    }

    // A configuration is built only with a route that it applies to.
    private void tryUnder(RouteFile configuration) throws Exception {
      List<RouteFile> configurations = new ArrayList<>(configurationsWithout(configuration.name()));
      configurations.add(configuration);
      tryAll(configuration.name(), configurations);
    }

    private void tryAll(String but, List<RouteFile> configurations) throws Exception {
      for (RouteFile file : running.values()) {
        if (!file.name().equals(but) && !gone.contains(file.name())) {
          List<RouteFile> others =
              configurations.stream().filter(other -> !other.name().equals(file.name())).toList();
          try {
            trial.of(file.name(), file.text(), others);
          } catch (Exception e) {
            throw new IllegalArgumentException(
                "the routes of "
                    + file.name()
                    + " could not be built any more: "
                    + RouteFault.of(file.name(), e).detail());
          }
        }
      }
    }

    private void forget(RouteFile file) {
      running.remove(file.name());
      gone.remove(file.name());
    }

    private void remove(RouteFile file) {
      String name = file.name();
      if (NO_TEXT.equals(refused.get(name))) {
        return;
      }
      try {
        if (file.content().configures()) {
          tryAll(name, configurationsWithout(name));
        }
        exchange.exchange(List.of(file), List.of());
        forget(file);
        found.remove(name);
        anything = true;
        configurationChanged |= file.content().configures();
        LOG.info("routes removed file={} routes={}", name, file.content().routes());
      } catch (Exception | LinkageError e) {
        refused.put(name, NO_TEXT);
        String reason = RouteFault.of(name, e).detail();
        tell(
            name,
            NO_TEXT,
            new IllegalStateException("the file is gone, its routes go on: " + reason));
      }
    }

    private void renew(RouteFile file) {
      try {
        exchange.exchange(List.of(file), List.of(file));
        LOG.info("routes renewed file={} routes={}", file.name(), file.content().routes());
      } catch (Exception | LinkageError e) {
        tell(file.name(), file.text(), e);
      }
    }
  }

  private void tell(String name, String text, Throwable why) {
    RouteFault fault = RouteFault.of(name, text, why);
    if (!fault.equals(found.put(name, fault))) {
      LOG.error("routes not taken over, what ran before goes on: {}", fault.text());
      LOG.debug("why", why);
    }
  }
}
