package io.comfygateway.workflow;

import io.comfygateway.config.Wildcard;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which node classes graphs may use. In a name {@code *} stands for any letters; capitals count, as
 * ComfyUI knows a class by its exact name.
 */
public final class NodeRules {
  private static final int MOST_NAMED = 20;

  private final List<Rule> allow;
  private final List<Rule> deny;

  /**
   * Makes the rules.
   *
   * @param allow the only classes that may be used; empty for all that are not denied
   * @param deny the classes that may not be used, with the reason
   */
  public NodeRules(List<String> allow, Map<String, String> deny) {
    this.allow = allow.stream().map(name -> new Rule(new Wildcard(name), "")).toList();
    this.deny =
        new LinkedHashMap<>(deny)
            .entrySet().stream()
                .map(e -> new Rule(new Wildcard(e.getKey()), e.getValue()))
                .toList();
  }

  private record Rule(Wildcard name, String reason) {
    boolean covers(String classType) {
      return name.covers(classType);
    }
  }

  /** Why a class may not be used; empty if it may. */
  public Optional<String> refusal(String classType) {
    Optional<Rule> denied = deny.stream().filter(rule -> rule.covers(classType)).findFirst();
    if (denied.isPresent()) {
      return denied.map(Rule::reason);
    }
    return allow.isEmpty() || allow.stream().anyMatch(rule -> rule.covers(classType))
        ? Optional.empty()
        : Optional.of("it is not among the classes that this gateway allows");
  }

  /**
   * Demands that every node of a graph is of a class that may be used.
   *
   * @param pointer where the graph is in the request, such as {@code /prompt}; empty if it was not
   *     sent
   * @throws Problem {@link ProblemType#NODE_NOT_ALLOWED} with every node that is not
   */
  public void require(Graph graph, String pointer) {
    List<Fault> faults = new ArrayList<>();
    for (GraphNode node : graph.nodes()) {
      if (faults.size() < MOST_NAMED) {
        refusal(node)
            .ifPresent(
                detail -> faults.add(new Fault(pointer(pointer, node, "class_type"), detail)));
      }
    }
    if (!faults.isEmpty()) {
      // The caller of a workflow of the library can leave nothing out of it.
      throw pointer.isEmpty()
          ? new Problem(
              ProblemType.NODE_NOT_ALLOWED,
              faults.get(0).detail()
                  + " It is part of the workflow: the operator of the gateway has to change the"
                  + " workflow, or allow the class in the file of GATEWAY_NODES_FILE.")
          : new Problem(
              ProblemType.NODE_NOT_ALLOWED,
              faults.get(0).detail()
                  + " Leave it out; the operator's list is the file of GATEWAY_NODES_FILE.",
              faults);
    }
  }

  /** Why the nodes of a graph may not be used, each a sentence. */
  public List<String> refusals(Graph graph) {
    return graph.nodes().stream()
        .flatMap(node -> refusal(node).stream())
        .limit(MOST_NAMED)
        .toList();
  }

  private Optional<String> refusal(GraphNode node) {
    return refusal(node.classType())
        .map(
            why ->
                "Node %s is a %s, which may not be used here: %s."
                    .formatted(node.id(), node.classType(), why));
  }

  /** A name as a JSON pointer holds it (RFC 6901, section 3). */
  static String escaped(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }

  static String pointer(String graph, GraphNode node, String field) {
    return graph.isEmpty() ? "" : graph + "/" + escaped(node.id()) + "/" + field;
  }
}
