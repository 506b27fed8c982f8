package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the nodes of a graph save: {@code filename_prefix} is a path below ComfyUI's output folder
 * and must stay there. Not every custom node looks itself, as ComfyUI's {@code
 * folder_paths.get_save_image_path} does. Its {@code %width%} and {@code %year%} stand for numbers.
 */
public final class SavePrefix {
  static final String FIELD = "filename_prefix";
  private static final int LONGEST = 200;

  private SavePrefix() {}

  /**
   * Demands that every prefix that stands in the graph stays below the output folder.
   *
   * @param pointer where the graph is in the request, such as {@code /prompt}; empty if it was not
   *     sent
   * @throws Problem {@link ProblemType#INVALID_WORKFLOW} with every one that does not
   */
  public static void require(Graph graph, String pointer) {
    List<Fault> faults = all(graph, pointer);
    if (!faults.isEmpty()) {
      throw pointer.isEmpty()
          ? new Problem(ProblemType.INVALID_WORKFLOW, faults.get(0).detail())
          : Problem.ofFields(ProblemType.INVALID_WORKFLOW, faults);
    }
  }

  /** What is wrong with the prefixes of a graph of the library, each a sentence. */
  public static List<String> faults(Graph graph) {
    return all(graph, "").stream().map(Fault::detail).toList();
  }

  private static List<Fault> all(Graph graph, String pointer) {
    List<Fault> faults = new ArrayList<>();
    for (GraphNode node : graph.nodes()) {
      node.literal(FIELD)
          .filter(JsonNode::isTextual)
          .map(JsonNode::asText)
          .flatMap(SavePrefix::wrong)
          .ifPresent(
              why ->
                  faults.add(
                      new Fault(
                          NodeRules.pointer(pointer, node, "inputs/" + FIELD),
                          "filename_prefix of node %s %s; write a name such as ComfyUI or shop/ComfyUI."
                              .formatted(node.id(), why))));
    }
    return faults;
  }

  private static Optional<String> wrong(String prefix) {
    if (prefix.length() > LONGEST) {
      return Optional.of("has more than " + LONGEST + " characters");
    }
    return prefix.chars().anyMatch(Character::isISOControl)
        ? Optional.of("has a control character")
        : FilePath.fault(prefix);
  }
}
