package io.comfygateway.route;

import io.comfygateway.config.FileFault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files {@code *.camel.yaml} in the routes folder and its folders. A change of a file takes
 * effect while the gateway runs: it is first built separately ({@link RouteTrial}), then its routes
 * are exchanged, after what they had in work is done ({@link RouteExchange}). A file that cannot be
 * loaded leaves the running routes unchanged, and {@link #faults()} reports it until it is fixed.
 */
public final class RouteFiles {
  private static final Logger LOG = LoggerFactory.getLogger(RouteFiles.class);
  private static final String WHOLE_FOLDER = ".";
  private static final String NO_TEXT = "";

  private final RouteFolder folder;
  private final RouteJudgement judgement;
  private final RouteTrial trial;
  private final RouteExchange exchange;
  private final FilePrecedence precedence = new FilePrecedence();
  private final RunningFiles running = new RunningFiles();
  private final Map<String, String> refused = new TreeMap<>();
  private final Map<String, String> tolerated = new HashMap<>();
  private final RouteFaults found = new RouteFaults();
  private Map<String, RouteFolder.Found> lastFiles = Map.of();
  private boolean nothingRuns = true;
  private volatile List<RouteFault> faults = List.of();
  private volatile List<String> unloaded = List.of();

  private RouteFiles(
      RouteFolder folder, RouteJudgement judgement, RouteTrial trial, RouteExchange exchange) {
    this.folder = folder;
    this.judgement = judgement;
    this.trial = trial;
    this.exchange = exchange;
  }

  /**
   * The files of a folder.
   *
   * @param properties what placeholders in routes stand for
   */
  public static RouteFiles of(
      CamelContext context, Path folder, Properties properties, RouteManner manner) {
    ModelCamelContext model = (ModelCamelContext) context;
    OwnRoutes.prepare(model);
    model.addModelLifecycleStrategy(new OffRoutes(Map.of()));
    Drain drain = new Drain(model, manner.requests(), manner.longestDrain());
    return new RouteFiles(
        RouteFolder.of(folder, properties),
        new RouteJudgement(context, manner.beans(), properties),
        new RouteTrial(() -> TrialContext.of(context, properties)),
        new RouteExchange(model, drain, manner.requests(), manner.templates()));
  }

  /** What keeps files from being the ones that run, and operations that no route serves. */
  public List<RouteFault> faults() {
    return faults;
  }

  /** The files with routes that the gateway calls of which no version runs. */
  public List<String> unloaded() {
    return unloaded;
  }

  /** Takes over what has changed since the last time; called again and again. */
  public synchronized void refresh() {
    try {
      Map<String, RouteFolder.Found> files = folder.read();
      found.clear(WHOLE_FOLDER);
      new Round(files).run();
      nothingRuns = false;
      unloaded = UnloadedSteps.among(files, running.names());
    } catch (IOException e) {
      tell(WHOLE_FOLDER, NO_TEXT, new IOException("the routes folder cannot be read: " + e));
    }
    faults = found.all();
  }

  /** One comparison of the folder with what runs. */
  private final class Round {
    private final Map<String, RouteFolder.Found> files;
    private final Set<String> gone = new TreeSet<>(running.names());
    private final Set<String> renewed = new HashSet<>();
    private RouteJudgement.@Nullable Judged judged;
    private boolean configurationChanged;
    private boolean anything;

    Round(Map<String, RouteFolder.Found> files) {
      this.files = files;
      gone.removeAll(files.keySet());
    }

    void run() {
      found.keepOnly(name -> files.containsKey(name) || gone.contains(name));
      refused.keySet().removeIf(name -> !files.containsKey(name) && !gone.contains(name));
      // What is at work comes last, so that no other file waits for it.
      FilePrecedence.order(files).stream()
          .sorted(Comparator.comparing(file -> isAtWork(file.getKey())))
          .forEach(file -> look(file.getKey(), file.getValue()));
      List.copyOf(gone).stream().flatMap(name -> running.find(name).stream()).forEach(this::remove);
      if (configurationChanged) {
        running.all().stream()
            .filter(file -> !renewed.contains(file.name()))
            .toList()
            .forEach(this::renew);
      }
      if (!files.equals(lastFiles)) {
        found.note(judged(), folder.unread());
        lastFiles = files;
      }
      if (anything) {
        // Files that failed may have conflicted with one that has changed now.
        refused.clear();
      }
    }

    private boolean isAtWork(String name) {
      return running.find(name).filter(exchange::isAtWork).isPresent();
    }

    private void look(String name, RouteFolder.Found file) {
      if (file.text().isEmpty()) {
        tell(name, NO_TEXT, new IOException(file.fault() + "; " + file.remedy()));
        return;
      }
      String text = file.text().get();
      if (running.find(name).filter(now -> now.text().equals(text)).isPresent()) {
        refused.remove(name);
        if (!text.equals(tolerated.get(name))) {
          found.clear(name);
        }
      } else if (!text.equals(refused.get(name))) {
        takeOver(name, text);
      }
    }

    // By all files as they are now, and only where one has changed.
    private RouteJudgement.Judged judged() {
      RouteJudgement.Judged now = judged == null ? judgement.judge(files) : judged;
      judged = now;
      return now;
    }

    private void takeOver(String name, String text) {
      List<FileFault> said = judged().faults(name);
      if (!said.isEmpty()) {
        refused.put(name, text);
        // A stage of the gateway rather runs with a branch that is never taken than not at all.
        boolean isTolerated =
            nothingRuns && judged().isWhole(name) && !FilePrecedence.isCustom(name);
        if (isTolerated && start(name, text)) {
          tolerated.put(name, text);
        }
        found.put(name, said.stream().map(RouteFault::of).toList());
        return;
      }
      if (nothingRuns && start(name, text)) {
        return;
      }
      Set<String> partners = running.partners(name, files);
      if (partners.size() > 1 && takeOverTogether(partners)) {
        return;
      }
      try {
        RouteFile after =
            new RouteFile(name, text, trial.of(name, text, running.configurationsWithout(name)));
        precedence.requireFree(name, RouteText.of(text), files);
        List<RouteFile> before = FilePrecedence.placeOf(after, running.all(), gone);
        boolean configures =
            after.content().configures()
                || before.stream().anyMatch(file -> file.content().configures());
        if (configures) {
          // A configuration is built only with a route that it applies to.
          List<RouteFile> configurations = new ArrayList<>(running.configurationsWithout(name));
          configurations.add(after);
          running.requireBuilt(trial, name, gone, configurations);
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

    private boolean takeOverTogether(Set<String> names) {
      try {
        Optional<JointChange> change = JointChange.of(names, files, running, judged(), trial);
        if (change.isEmpty()) {
          return false;
        }
        change
            .get()
            .after()
            .forEach(it -> precedence.requireFree(it.name(), RouteText.of(it.text()), files));
        exchange.exchange(change.get().before(), change.get().after());
        change.get().before().forEach(this::forget);
        change.get().after().forEach(this::taken);
        return true;
      } catch (Exception | LinkageError e) {
        LOG.debug("files cannot be exchanged together files={}", names, e);
        return false;
      }
    }

    private void taken(RouteFile file) {
      running.put(file);
      renewed.add(file.name());
      anything = true;
      refused.remove(file.name());
      found.clear(file.name());
      LOG.info("routes loaded file={} routes={}", file.name(), file.content().routes());
    }

    // At startup a fault disturbs nothing, and a trial costs as much as building the file. A file
    // that fails here goes through the trial, which names the fault.
    private boolean start(String name, String text) {
      try {
        RouteText read = RouteText.of(text);
        precedence.requireFree(name, read, files);
        RouteFile file = new RouteFile(name, text, RouteFile.Content.of(read));
        if (!FilePrecedence.placeOf(file, running.all(), gone).isEmpty()) {
          return false;
        }
        file.content().requireConfigurations(running.configurationsWithout(name));
        exchange.add(file);
        taken(file);
        return true;
      } catch (Exception | LinkageError e) {
        LOG.debug("routes not started at once file={}", name, e);
        return false;
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
          running.requireBuilt(trial, name, gone, running.configurationsWithout(name));
        }
        exchange.exchange(List.of(file), List.of());
        forget(file);
        found.clear(name);
        anything = true;
        configurationChanged |= file.content().configures();
        LOG.info("routes removed file={} routes={}", name, file.content().routes());
      } catch (Exception | LinkageError e) {
        refused.put(name, NO_TEXT);
        String reason = RouteFault.of(name, NO_TEXT, e).get(0).detail();
        tell(
            name,
            NO_TEXT,
            new IllegalStateException(
                "the file was deleted, but its routes keep running: " + reason));
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
    found.put(name, RouteFault.of(name, text, why));
    LOG.debug("why", why);
  }
}
