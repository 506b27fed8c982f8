package io.comfygateway.api;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.comfygateway.job.GraphRequirements;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.PoolPlacement;
import io.comfygateway.workflow.GraphFindings;
import io.comfygateway.workflow.NodeRules;
import io.comfygateway.workflow.ObjectInfo;
import io.comfygateway.workflow.Workflow;
import io.comfygateway.workflow.WorkflowLibrary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which workflows can run here, and on which servers; judged again when one of these changes. */
public final class WorkflowVerdicts {
  private static final Logger LOG = LoggerFactory.getLogger(WorkflowVerdicts.class);
  private static final int MOST_OTHERS = 200;

  private final GraphPolicy policy;
  private final Backends backends;
  private final WorkflowLibrary library;
  private volatile Judged judged =
      new Judged(new Basis(List.of(), null, Optional.empty(), List.of(), false), Map.of());
  private Set<String> logged = Set.of();

  public WorkflowVerdicts(GraphPolicy policy, Backends backends, WorkflowLibrary library) {
    this.policy = policy;
    this.backends = backends;
    this.library = library;
  }

  /** Everything that decides whether the workflows of the library can run. */
  private record Basis(
      List<Workflow> workflows,
      @Nullable NodeRules rules,
      Optional<ObjectInfo> classes,
      List<Backend> pool,
      boolean allTold) {
    // The declarations of the servers are megabytes, and a new object when they have changed. A
    // reloaded library is a new list: an equal old one would stay in memory beside it.
    boolean isSame(Basis other) {
      return workflows == other.workflows
          && rules == other.rules
          && classes.orElse(null) == other.classes.orElse(null)
          && pool.equals(other.pool)
          && allTold == other.allTold;
    }

    Basis with(List<Workflow> others) {
      return new Basis(others, rules, classes, pool, allTold);
    }
  }

  private record Verdict(
      Workflow workflow,
      List<String> obstacles,
      List<String> denials,
      List<PoolPlacement.Fit> fits) {}

  /**
   * @param listed of the workflows of the library, by reference
   * @param others of versions that are asked for and not listed, those that were asked for last
   */
  private record Judged(Basis basis, Map<String, Verdict> listed, Cache<Workflow, Verdict> others) {
    Judged(Basis basis, Map<String, Verdict> listed) {
      // Weak keys are compared by identity.
      this(basis, listed, Caffeine.newBuilder().weakKeys().maximumSize(MOST_OTHERS).build());
    }
  }

  /** Why a workflow cannot run with these servers and rules, each a sentence; mostly empty. */
  public List<String> obstacles(Workflow workflow) {
    return verdict(workflow).obstacles();
  }

  /**
   * The workflows of the library that cannot run with these servers and rules, by reference, with
   * the reasons.
   */
  public Map<String, List<String>> obstacles() {
    Map<String, List<String>> found = new LinkedHashMap<>();
    judged()
        .listed()
        .forEach(
            (ref, verdict) -> {
              if (!verdict.obstacles().isEmpty()) {
                found.put(ref, verdict.obstacles());
              }
            });
    return found;
  }

  /** For each server of the pool, whether it can run a workflow, and what it lacks. */
  List<PoolPlacement.Fit> fits(Workflow workflow) {
    return verdict(workflow).fits();
  }

  /** Why the rules of this gateway forbid a workflow of the library, each a sentence. */
  List<String> denials(Workflow workflow) {
    return verdict(workflow).denials();
  }

  /**
   * The servers that lack something for a workflow which can run in this pool, each a line that
   * begins with the workflow.
   */
  public List<String> partly() {
    List<String> texts = new ArrayList<>();
    for (Workflow workflow : library.all()) {
      if (obstacles(workflow).isEmpty()) {
        fits(workflow).stream()
            .filter(fit -> !fit.runs() || !fit.lacks().isEmpty())
            .map(
                fit ->
                    "%s is not ready on %s, which lacks %s"
                        .formatted(
                            workflow.ref(),
                            fit.server(),
                            Readiness.words(fit.lacks(), workflow.packs())))
            .forEach(texts::add);
      }
    }
    return texts;
  }

  private Judged judged() {
    Basis now = basis();
    Judged last = judged;
    return last.basis().isSame(now) ? last : judgeAgain();
  }

  private Basis basis() {
    return new Basis(
        library.all(),
        policy.rules(),
        backends.nodeClasses().all(),
        backends.configured(),
        backends.placement().allKnown());
  }

  // One thread judges, and the others take over what it has found. Comparing graphs would cost more
  // than it saves.
  @SuppressWarnings("ReferenceEquality")
  private synchronized Judged judgeAgain() {
    Basis now = basis();
    Judged last = judged;
    if (!last.basis().isSame(now)) {
      boolean onlyWorkflowsDiffer = last.basis().isSame(now.with(last.basis().workflows()));
      Map<String, Verdict> listed = new LinkedHashMap<>();
      for (Workflow workflow : now.workflows()) {
        Verdict before = last.listed().get(workflow.ref());
        listed.put(
            workflow.ref(),
            onlyWorkflowsDiffer && before != null && before.workflow() == workflow
                ? before
                : judge(workflow));
      }
      last = new Judged(now, listed);
      judged = last;
    }
    return last;
  }

  private Verdict judge(Workflow workflow) {
    Set<String> denied = policy.denials(workflow);
    return new Verdict(
        workflow,
        find(workflow, denied),
        List.copyOf(denied),
        backends.placement().fits(needs(workflow)));
  }

  private Verdict verdict(Workflow workflow) {
    Judged now = judged();
    Verdict listed = now.listed().get(workflow.ref());
    return listed != null ? listed : now.others().get(workflow, this::judge);
  }

  private static GraphRequirements needs(Workflow workflow) {
    return GraphRequirements.of(workflow.withDefaults().toJson(), workflow.runsOn());
  }

  /** Logs each obstacle once, and again only when it was gone in between. */
  public synchronized void logObstacles() {
    Set<String> now = new LinkedHashSet<>(texts());
    now.stream()
        .filter(text -> !logged.contains(text))
        .forEach(text -> LOG.warn("workflow cannot run: {}", text));
    logged = now;
  }

  /** The obstacles, each a line that begins with the workflow. */
  public List<String> texts() {
    return obstacles().entrySet().stream()
        .flatMap(entry -> entry.getValue().stream().map(why -> entry.getKey() + ": " + why))
        .toList();
  }

  private List<String> find(Workflow workflow, Set<String> denied) {
    Set<String> found = new LinkedHashSet<>(denied);
    if (!backends.configured().isEmpty()) {
      GraphRequirements needs = needs(workflow);
      List<String> unknown =
          policy.unknownClasses(workflow.graph(), needs, workflow.packs()).certain().stream()
              .map(GraphFindings.Finding::detail)
              .toList();
      found.addAll(unknown);
      if (unknown.isEmpty()) {
        backends.placement().whyNowhere(needs).ifPresent(found::add);
      }
    }
    return new ArrayList<>(found);
  }
}
