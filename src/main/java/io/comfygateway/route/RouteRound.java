package io.comfygateway.route;

import io.comfygateway.config.FileFault;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One comparison of the files of a folder with those that run. */
final class RouteRound {
  private static final Logger LOG = LoggerFactory.getLogger(RouteRound.class);

  private final Map<String, RouteFolder.Found> files;
  private final RunningFiles running;
  private final RefusedFiles refused;
  private final RouteJudgement judgement;
  private final RouteTrial trial;
  private final RouteExchange exchange;
  private final boolean nothingRuns;
  private final Set<String> gone;
  private final Set<String> renewed = new HashSet<>();
  private RouteJudgement.@Nullable Judged judged;
  private boolean configurationChanged;
  private boolean anything;

  /**
   * @param files all files of the folder
   * @param running those that run; changed by the comparison
   * @param refused those that cannot be loaded; changed by the comparison
   * @param nothingRuns whether the gateway starts
   */
  RouteRound(
      Map<String, RouteFolder.Found> files,
      RunningFiles running,
      RefusedFiles refused,
      RouteJudgement judgement,
      RouteTrial trial,
      RouteExchange exchange,
      boolean nothingRuns) {
    this.files = files;
    this.running = running;
    this.refused = refused;
    this.judgement = judgement;
    this.trial = trial;
    this.exchange = exchange;
    this.nothingRuns = nothingRuns;
    this.gone = new TreeSet<>(running.names());
    gone.removeAll(files.keySet());
  }

  /** Loads, exchanges and removes routes until the files run that can run. */
  void run() {
    refused.keepOnly(name -> files.containsKey(name) || gone.contains(name));
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
    if (anything) {
      // Files that failed may have conflicted with one that has changed now.
      refused.tryAgain();
    }
  }

  private boolean isAtWork(String name) {
    return running.find(name).filter(exchange::isAtWork).isPresent();
  }

  private void look(String name, RouteFolder.Found file) {
    if (file.text().isEmpty()) {
      refused.report(
          name, RefusedFiles.NO_TEXT, new IOException(file.fault() + "; " + file.remedy()));
      return;
    }
    String text = file.text().get();
    if (running.find(name).filter(now -> now.text().equals(text)).isPresent()) {
      refused.unchanged(name, text);
    } else if (!refused.has(name, text)) {
      takeOver(name, text);
    }
  }

  /** What is said of all files as they are now; judged only where it is used. */
  RouteJudgement.Judged judged() {
    RouteJudgement.Judged now = judged == null ? judgement.judge(files) : judged;
    judged = now;
    return now;
  }

  private void takeOver(String name, String text) {
    List<FileFault> said = judged().faults(name);
    if (!said.isEmpty()) {
      refused.add(name, text);
      // A stage of the gateway rather runs with a branch that is never taken than not at all.
      boolean isTolerated = nothingRuns && judged().isWhole(name) && !FilePrecedence.isCustom(name);
      if (isTolerated && start(name, text)) {
        refused.tolerate(name, text);
      }
      refused.report(name, said.stream().map(RouteFault::of).toList());
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
      judgement.requireFree(name, text, files);
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
      refused.add(name, text);
      refused.report(name, text, e);
    }
  }

  private boolean takeOverTogether(Set<String> names) {
    try {
      Optional<JointChange> change = JointChange.of(names, files, running, judged(), trial);
      if (change.isEmpty()) {
        return false;
      }
      change.get().after().forEach(it -> judgement.requireFree(it.name(), it.text(), files));
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
    LOG.info("routes loaded file={} routes={}", file.name(), file.content().routes());
  }

  // At startup a fault disturbs nothing, and a trial costs as much as building the file. A file
  // that fails here goes through the trial, which names the fault.
  private boolean start(String name, String text) {
    try {
      judgement.requireFree(name, text, files);
      RouteFile file = new RouteFile(name, text, judgement.content(text));
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
    if (refused.has(name, RefusedFiles.NO_TEXT)) {
      return;
    }
    try {
      if (file.content().configures()) {
        running.requireBuilt(trial, name, gone, running.configurationsWithout(name));
      }
      exchange.exchange(List.of(file), List.of());
      forget(file);
      refused.clear(name);
      anything = true;
      configurationChanged |= file.content().configures();
      LOG.info("routes removed file={} routes={}", name, file.content().routes());
    } catch (Exception | LinkageError e) {
      refused.add(name, RefusedFiles.NO_TEXT);
      String reason = RouteFault.of(name, RefusedFiles.NO_TEXT, e).get(0).detail();
      refused.report(
          name,
          RefusedFiles.NO_TEXT,
          new IllegalStateException(
              "the file was deleted, but its routes keep running: " + reason));
    }
  }

  private void renew(RouteFile file) {
    try {
      exchange.exchange(List.of(file), List.of(file));
      LOG.info("routes renewed file={} routes={}", file.name(), file.content().routes());
    } catch (Exception | LinkageError e) {
      refused.report(file.name(), file.text(), e);
    }
  }
}
