package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Where the loading nodes of a graph read. ComfyUI's {@code folder_paths.annotated_filepath} takes
 * the end {@code [output]} or {@code [temp]} of a file's name as another folder than its input
 * folder: the one in which the results of every caller lie, under names that are easily guessed.
 */
public final class LoadedFiles {
  private static final Pattern ELSEWHERE =
      Pattern.compile(".*\\[(?:output|temp)]\\s*", Pattern.DOTALL);

  private LoadedFiles() {}

  /**
   * Demands that no node that loads a file reads what jobs have put out.
   *
   * @param pointer where the graph stands in what the caller sent, such as {@code /prompt}; empty
   *     where it was not sent
   * @throws Problem {@link ProblemType#INVALID_WORKFLOW} with every one that does
   */
  public static void require(Graph graph, String pointer) {
    List<Fault> faults = new ArrayList<>();
    for (GraphNode node : graph.nodes()) {
      if (!node.classType().toLowerCase(Locale.ROOT).contains("load")) {
        continue;
      }
      for (Map.Entry<String, JsonNode> input : node.inputs().entrySet()) {
        JsonNode value = input.getValue();
        if (value.isTextual() && ELSEWHERE.matcher(value.asText()).matches()) {
          faults.add(
              new Fault(
                  NodeRules.pointer(pointer, node, "inputs/" + input.getKey()),
                  "%s of node %s reads the results of other jobs; send the file itself as an input."
                      .formatted(input.getKey(), node.id())));
        }
      }
    }
    if (!faults.isEmpty()) {
      throw Problem.ofFields(ProblemType.INVALID_WORKFLOW, faults);
    }
  }
}
