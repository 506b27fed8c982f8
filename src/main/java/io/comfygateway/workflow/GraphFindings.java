package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.Suggestion;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.problem.Warning;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What was found in a graph.
 *
 * @param certain why every known ComfyUI refuses it; empty if one may run it
 * @param doubtful what its ComfyUI may refuse, or leave out
 */
public record GraphFindings(List<Finding> certain, List<Finding> doubtful) {
  /** Nothing. */
  public static final GraphFindings NONE = new GraphFindings(List.of(), List.of());

  private static final int MOST_COMPARED = 5;

  /**
   * One thing that was found.
   *
   * @param code the kind, where ComfyUI has a word for it (0.33) in its own
   * @param node the node; empty if it is about the whole graph
   * @param input the node's input; empty if it is about the whole node
   * @param detail what it is and what to do
   */
  public record Finding(
      String code, Optional<GraphNode> node, Optional<String> input, String detail) {
    private Fault fault(String place) {
      if (node.isEmpty()) {
        return new Fault(place, detail);
      }
      return new Fault(
          NodeRules.pointer(
              place,
              node.get(),
              input.map(name -> "inputs/" + NodeRules.escaped(name)).orElse("class_type")),
          detail);
    }
  }

  public GraphFindings {
    certain = List.copyOf(certain);
    doubtful = List.copyOf(doubtful);
  }

  /** Whether a server that this was found for is a better choice than one of the others. */
  boolean isBetterThan(GraphFindings other) {
    if (certain.isEmpty() != other.certain.isEmpty()) {
      return certain.isEmpty();
    }
    return doubtful.size() < other.doubtful.size();
  }

  /** The same with nothing certain. */
  public GraphFindings asDoubtful() {
    List<Finding> all = new ArrayList<>(certain);
    all.addAll(doubtful);
    return new GraphFindings(List.of(), all);
  }

  boolean isNothing() {
    return certain.isEmpty() && doubtful.isEmpty();
  }

  /**
   * The findings if no server has some of the classes.
   *
   * @param missing the classes that no server has
   * @param known those that one has
   * @param packs the packs of custom nodes by class, as far as the workflow's file names them
   */
  public static GraphFindings unknownClasses(
      Graph graph, Set<String> missing, Set<String> known, Map<String, String> packs) {
    // Each is compared with thousands of names.
    Map<String, String> meant =
        missing.stream()
            .filter(type -> !packs.containsKey(type))
            .limit(MOST_COMPARED)
            .collect(Collectors.toMap(type -> type, type -> Suggestion.ofOneSlip(type, known)));
    return new GraphFindings(
        graph.nodes().stream()
            .filter(node -> missing.contains(node.classType()))
            .map(
                node ->
                    new Finding(
                        "missing_node_type",
                        Optional.of(node),
                        Optional.empty(),
                        "No ComfyUI here has the node class %s of node %s%s Install %s, or take the node out."
                            .formatted(
                                Excerpt.of(node.classType()),
                                node.label(),
                                sentenceEnd(meant.getOrDefault(node.classType(), "")),
                                pack(packs.get(node.classType())))))
            .limit(Problem.MOST_FAULTS)
            .toList(),
        List.of());
  }

  private static String pack(@Nullable String named) {
    return named == null
        ? "the pack that has it, or a newer ComfyUI"
        : "the pack " + Excerpt.of(named);
  }

  private static String sentenceEnd(String hint) {
    return hint.isEmpty() ? "." : hint;
  }

  /** The doubtful findings, as warnings of the job. */
  public List<Warning> warnings() {
    return doubtful.stream()
        .map(
            finding ->
                new Warning(finding.code(), finding.detail(), finding.node().map(GraphNode::id)))
        .toList();
  }

  /**
   * Requires that nothing is certain to be refused.
   *
   * @param mode whether what is doubtful is refused too
   * @param place where the graph is in the request, such as {@code /prompt}; empty if it was not
   *     sent
   * @throws Problem {@link ProblemType#INVALID_WORKFLOW} with every finding
   */
  public void require(ValidationMode mode, String place) {
    require(mode, place, Optional.empty());
  }

  /**
   * Requires the same.
   *
   * @param reason the detail of the problem, instead of the first finding
   * @throws Problem {@link ProblemType#INVALID_WORKFLOW} with every finding
   */
  public void require(ValidationMode mode, String place, Optional<String> reason) {
    List<Finding> refused = new ArrayList<>(certain);
    if (mode == ValidationMode.REFUSE) {
      refused.addAll(doubtful);
    }
    if (!refused.isEmpty()) {
      throw new Problem(
              ProblemType.INVALID_WORKFLOW,
              reason.orElse(refused.get(0).detail())
                  + (refused.size() > 1
                      ? " There are more faults; see "
                          + (place.isEmpty() ? "node_errors" : "errors")
                          + "."
                      : ""),
              place.isEmpty()
                  ? List.of()
                  : refused.stream().map(finding -> finding.fault(place)).toList())
          .withNodeErrors(nodeErrors(refused));
    }
  }

  // In the shape of ComfyUI's answer to POST /prompt, for callers that read that one too.
  private static ObjectNode nodeErrors(List<Finding> findings) {
    ObjectNode byNode = JsonNodeFactory.instance.objectNode();
    findings.stream()
        .limit(Problem.MOST_FAULTS)
        .filter(finding -> finding.node().isPresent())
        .forEach(
            finding -> {
              ObjectNode entry = byNode.withObjectProperty(finding.node().get().id());
              entry.put("class_type", finding.node().get().classType());
              ArrayNode errors = entry.withArrayProperty("errors");
              ObjectNode error = errors.addObject().put("type", finding.code());
              error.put("message", finding.detail()).put("details", finding.input().orElse(""));
              ObjectNode extra = error.putObject("extra_info");
              finding.input().ifPresent(name -> extra.put("input_name", name));
            });
    return byNode;
  }
}
