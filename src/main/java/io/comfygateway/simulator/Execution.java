package io.comfygateway.simulator;

import io.comfygateway.simulator.ExecutionGraph.Link;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Runs one prompt, node by node, in the order in which ComfyUI would. */
final class Execution {
  private final Run run;
  private final ExecutionGraph graph;
  private final NodeLibrary library;
  private final ExecutionCache cache;
  private final RunReport report;
  private final Pace pace;
  private final Faults faults;
  private final Counters counters;
  private final Disk disk;
  private final SimulatedVersion version;
  private final Map<String, Node.Result> results = new HashMap<>();

  Execution(
      Run run,
      ExecutionGraph graph,
      NodeLibrary library,
      RunReport report,
      ExecutionCache cache,
      Pace pace,
      Faults faults,
      Counters counters,
      Disk disk,
      SimulatedVersion version) {
    this.run = run;
    this.graph = graph;
    this.library = library;
    this.report = report;
    this.cache = cache;
    this.pace = pace;
    this.faults = faults;
    this.counters = counters;
    this.disk = disk;
    this.version = version;
  }

  /**
   * Runs to its end, which it reports, whatever it is.
   *
   * @throws Run.Stopped only where the run was abandoned
   */
  void run() throws Run.Stopped {
    report.start();
    cache.keepOnly(graph.ids().stream().map(graph::signatureOf).collect(Collectors.toSet()));
    List<String> cached = new ArrayList<>();
    for (String id : graph.ids()) {
      cache
          .get(graph.signatureOf(id))
          .ifPresent(
              result -> {
                cached.add(id);
                results.put(id, result);
              });
    }
    report.cached(inGraphOrder(cached));
    Map<String, Set<String>> pending = pending();
    Optional<NodeFailure> planned = faults.takeFailure();
    String victim = victim(pending.keySet());
    while (!pending.isEmpty()) {
      String id = next(pending);
      run.at(id);
      try {
        pace.pause(run, Duration.ZERO);
        if (planned.isPresent() && id.equals(victim)) {
          report.executing(id);
          throw planned.get();
        }
        execute(id);
      } catch (NodeFailure failure) {
        report.failed(id, failure);
        return;
      } catch (Run.Stopped stopped) {
        if (stopped.reason() == Run.Stop.ABANDONED) {
          throw stopped;
        }
        report.interrupted(id);
        return;
      }
      pending.remove(id);
      pending.values().forEach(sources -> sources.remove(id));
    }
    report.success();
  }

  private void execute(String id) throws NodeFailure, Run.Stopped {
    Node.Result result = results.get(id);
    if (result == null) {
      report.executing(id);
      counters.executed(graph.classOf(id));
      result = library.node(graph.classOf(id)).run(call(id));
      results.put(id, result);
      cache.put(graph.signatureOf(id), result);
    }
    report.executed(id, result.ui());
  }

  private NodeCall call(String id) throws NodeFailure {
    StepReports reports = new StepReports(version);
    Map<String, Value> linked = new HashMap<>();
    for (Map.Entry<String, Link> input : graph.linksOf(id).entrySet()) {
      List<Value> outputs = Objects.requireNonNull(results.get(input.getValue().node())).outputs();
      int slot = input.getValue().slot();
      linked.put(input.getKey(), outputs.get(slot < 0 ? slot + outputs.size() : slot));
    }
    return new NodeCall(
        graph.inputsOf(id),
        linked,
        graph.signatureOf(id),
        disk,
        new NodeCall.Steps() {
          @Override
          public void step(int value, int max, Duration time, Optional<NodeCall.Preview> preview)
              throws Run.Stopped {
            pace.pause(run, time);
            if (reports.isDue(value, max, time, preview.isPresent())) {
              report.step(id, value, max, preview);
            }
          }

          @Override
          public void text(String text) {
            report.text(id, text);
          }
        });
  }

  // The outputs, and above them whatever is not cached; each with what it still waits for.
  private Map<String, Set<String>> pending() {
    Map<String, Set<String>> pending = new LinkedHashMap<>();
    for (String output : run.prompt().outputs()) {
      add(output, pending);
    }
    return pending;
  }

  private void add(String id, Map<String, Set<String>> pending) {
    if (pending.containsKey(id)) {
      return;
    }
    Set<String> sources = new LinkedHashSet<>();
    pending.put(id, sources);
    if (results.containsKey(id)) {
      return;
    }
    for (String source : graph.sourcesOf(id)) {
      if (!results.containsKey(source)) {
        sources.add(source);
        add(source, pending);
      }
    }
  }

  // An output that is ready goes first, then a node that an output waits for directly.
  private String next(Map<String, Set<String>> pending) {
    Set<String> wanted = new HashSet<>();
    List<String> ready = new ArrayList<>();
    pending.forEach(
        (id, sources) -> {
          if (sources.isEmpty()) {
            ready.add(id);
          }
          if (graph.isOutput(id)) {
            wanted.addAll(sources);
          }
        });
    return ready.stream()
        .filter(graph::isOutput)
        .findFirst()
        .or(() -> ready.stream().filter(wanted::contains).findFirst())
        .orElseGet(() -> ready.get(0));
  }

  private String victim(Set<String> pending) {
    return pending.stream()
        .filter(id -> graph.classOf(id).contains("Sampler") && !results.containsKey(id))
        .filter(id -> graph.linksOf(id).containsKey("latent_image"))
        .findFirst()
        .or(() -> pending.stream().filter(id -> graph.sourcesOf(id).isEmpty()).findFirst())
        .orElseGet(() -> pending.iterator().next());
  }

  private List<String> inGraphOrder(List<String> ids) {
    List<String> ordered = new ArrayList<>();
    run.prompt().graph().fieldNames().forEachRemaining(ordered::add);
    ordered.retainAll(new HashSet<>(ids));
    return ordered;
  }
}
