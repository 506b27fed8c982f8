package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.ObjectInfo.InputDeclaration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the nodes of a graph read. ComfyUI's {@code folder_paths.get_annotated_filepath} joins a
 * name to its input folder as it is, so {@code ../output/x.png} and {@code /etc/x.png} are files
 * like any other; and it takes the end {@code [output]} or {@code [temp]} for the folder in which
 * the results of every caller lie, under names that are easily guessed.
 */
public final class LoadedFiles {
  private static final String REMEDY =
      "%s of node %s %s; send the file itself as an input, or name one of ComfyUI's input folder.";
  private static final String OPERATORS =
      "%s of node %s, a %s, %s; it stands so in the workflow, whose operator has to change it.";
  private static final List<String> ELSEWHERE = List.of("[output]", "[temp]");

  private final Optional<ObjectInfo> classes;
  private final UploadInputs uploads;
  private final Optional<Graph> own;

  /**
   * Makes the rule.
   *
   * @param classes what the servers declare of their node classes, if known
   * @param own the library's graph, where the caller runs one: paths that stand in it are its
   *     operator's
   */
  public LoadedFiles(Optional<ObjectInfo> classes, Optional<Graph> own) {
    this.classes = classes;
    this.uploads = new UploadInputs(classes);
    this.own = own;
  }

  /**
   * Demands that no node reads what jobs have put out, or any file outside of ComfyUI's folders.
   *
   * @param pointer where the graph is in the request, such as {@code /prompt}; empty if it was not
   *     sent
   * @throws Problem {@link ProblemType#INVALID_WORKFLOW} with every input that does
   */
  public void require(Graph graph, String pointer) {
    List<Fault> faults = all(graph, pointer);
    if (!faults.isEmpty()) {
      throw pointer.isEmpty()
          ? new Problem(ProblemType.INVALID_WORKFLOW, faults.get(0).detail())
          : Problem.ofFields(ProblemType.INVALID_WORKFLOW, faults);
    }
  }

  /** What the nodes of a graph of the library read that they may not, each a sentence. */
  public List<String> faults(Graph graph) {
    return all(graph, "").stream().map(Fault::detail).toList();
  }

  private List<Fault> all(Graph graph, String pointer) {
    List<Fault> faults = new ArrayList<>();
    for (GraphNode node : graph.nodes()) {
      for (Map.Entry<String, JsonNode> input : node.inputs().entrySet()) {
        String field = input.getKey();
        fault(node, field, input.getValue())
            .map(
                why ->
                    isOperators(node, field, input.getValue())
                        ? OPERATORS.formatted(field, node.id(), node.classType(), why)
                        : REMEDY.formatted(field, node.id(), why))
            .ifPresent(
                detail ->
                    faults.add(
                        new Fault(NodeRules.pointer(pointer, node, "inputs/" + field), detail)));
      }
    }
    return faults;
  }

  private boolean isOperators(GraphNode node, String field, JsonNode value) {
    return own.flatMap(graph -> graph.node(node.id()))
        .filter(it -> value.equals(it.inputs().get(field)))
        .isPresent();
  }

  private Optional<String> fault(GraphNode node, String field, JsonNode value) {
    Optional<InputDeclaration> declared = classes.flatMap(known -> known.input(node, field));
    boolean isOperators = isOperators(node, field, value);
    boolean isUpload =
        uploads.kind(node, field).isPresent()
            || declared.flatMap(UploadInputs::marked).isPresent()
            || declared.filter(FileInput::isRecorded).isPresent();
    if (GraphNode.Link.of(value).isPresent()) {
      return isOperators || !isUpload
          ? Optional.empty()
          : Optional.of("takes the name of a file from another node");
    }
    boolean isPath =
        !isOperators
            && !field.equals(SavePrefix.FIELD)
            && (isUpload || FileInput.takesPath(node.classType(), field, declared))
            && declared.filter(it -> FileInput.offers(it, value)).isEmpty();
    for (String text : texts(value)) {
      Optional<String> fault =
          readsResults(text)
              ? Optional.of("reads the results of other jobs")
              : Optional.of(text).filter(path -> isPath).flatMap(FilePath::fault);
      if (fault.isPresent()) {
        return fault;
      }
    }
    return Optional.empty();
  }

  /** The text itself, or those in a list or an object, such as {@code {"__value__": […]}}. */
  private static List<String> texts(JsonNode value) {
    List<String> texts = new ArrayList<>();
    Deque<JsonNode> open = new ArrayDeque<>(List.of(value));
    while (!open.isEmpty()) {
      JsonNode next = open.pop();
      if (next.isTextual()) {
        texts.add(next.asText());
      } else {
        next.forEach(open::add);
      }
    }
    return texts;
  }

  private static boolean readsResults(String text) {
    String name = text.strip();
    return ELSEWHERE.stream().anyMatch(name::endsWith);
  }
}
