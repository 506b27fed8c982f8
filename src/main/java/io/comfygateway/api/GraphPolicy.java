package io.comfygateway.api;

import com.fasterxml.jackson.databind.node.NullNode;
import io.comfygateway.job.GraphRequirements;
import io.comfygateway.pool.Backends;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.Address;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.GraphFindings;
import io.comfygateway.workflow.LoadedFiles;
import io.comfygateway.workflow.NodeRules;
import io.comfygateway.workflow.NodesFile;
import io.comfygateway.workflow.ObjectInfo;
import io.comfygateway.workflow.SavePrefix;
import io.comfygateway.workflow.ValidationMode;
import io.comfygateway.workflow.Workflow;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** What a graph must be to run here. */
public final class GraphPolicy {
  private final NodesFile nodes;
  private final Backends backends;

  public GraphPolicy(NodesFile nodes, Backends backends) {
    this.nodes = nodes;
    this.backends = backends;
  }

  /** The rules for node classes as they are now. */
  NodeRules rules() {
    return nodes.rules();
  }

  /** The node classes of the servers; empty where none is known. */
  Optional<ObjectInfo> classes() {
    return backends.nodeClasses().all();
  }

  /**
   * Demands that all nodes may be used.
   *
   * @param place where the graph is in the request, as a JSON pointer; empty for one of the library
   * @throws Problem where one may not
   */
  void requireAllowed(Graph graph, String place) {
    nodes.rules().require(graph, place);
  }

  /**
   * Demands that a graph is safe, also with the classes that a server runs in place of others.
   *
   * @param own the library's workflow, where the caller runs one
   * @throws Problem where it does not
   */
  void requireSafe(Graph graph, Optional<Workflow> own, String place) {
    Graph asRun = asRun().apply(graph);
    requireAllowed(asRun, place);
    SavePrefix.require(asRun, place);
    loadedFiles(own).require(asRun, place);
  }

  /**
   * Demands that a server has each node class, or replaces it.
   *
   * @param own the library's workflow, where the caller runs one
   * @throws Problem that names those that no server has
   */
  void requireClasses(
      Graph graph,
      GraphRequirements needs,
      Optional<Workflow> own,
      ValidationMode mode,
      String place) {
    unknownClasses(graph, needs, own.map(Workflow::packs).orElse(Map.of())).require(mode, place);
  }

  private UnaryOperator<Graph> asRun() {
    Optional<ObjectInfo> classes = backends.nodeClasses().all();
    return graph ->
        classes.map(known -> known.replacements().shown(graph, known::knows)).orElse(graph);
  }

  private LoadedFiles loadedFiles(Optional<Workflow> own) {
    return new LoadedFiles(
        backends.nodeClasses().all(),
        // What a caller has uploaded is no more trusted than a graph that a caller sends.
        own.filter(workflow -> !workflow.isUploaded()).map(Workflow::graph).map(asRun()));
  }

  /**
   * The node classes of a graph that no server has or replaces.
   *
   * @param packs the packs of custom nodes by class, as far as they are known
   */
  GraphFindings unknownClasses(Graph graph, GraphRequirements needs, Map<String, String> packs) {
    return GraphFindings.unknownClasses(
        graph,
        backends.placement().unknownClasses(needs),
        backends.nodeClasses().all().map(ObjectInfo::classTypes).orElse(Set.of()),
        packs);
  }

  /**
   * Demands that the rules of this gateway allow a workflow that a caller uploads.
   *
   * @param place where its graph is in the request
   * @throws Problem with each reason why they do not
   */
  void requireUploadable(Workflow workflow, String place) {
    Set<String> denied = denials(workflow.asUploaded());
    if (!denied.isEmpty()) {
      throw Problem.ofFields(
          ProblemType.INVALID_WORKFLOW,
          denied.stream().map(why -> new Problem.Fault(place, why)).toList());
    }
  }

  /** Why the rules of this gateway forbid a workflow, each a sentence; mostly empty. */
  Set<String> denials(Workflow workflow) {
    Graph asRun = asRun().apply(workflow.graph());
    Set<String> found = new LinkedHashSet<>(nodes.rules().refusals(workflow.graph()));
    found.addAll(nodes.rules().refusals(asRun));
    Graph fixed = withoutNamedInputs(asRun, workflow);
    found.addAll(SavePrefix.faults(fixed));
    found.addAll(loadedFiles(Optional.of(workflow)).faults(fixed));
    return found;
  }

  // A value that a caller sets is checked when it is known.
  private static Graph withoutNamedInputs(Graph graph, Workflow workflow) {
    Map<Address, NullNode> unset = new HashMap<>();
    workflow.inputs().stream()
        .flatMap(input -> input.targets().stream())
        .collect(Collectors.toSet())
        .forEach(target -> unset.put(target, NullNode.getInstance()));
    return graph.with(unset);
  }
}
