package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.config.FileFault;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.editor.EditorConversion;
import io.comfygateway.workflow.embedded.EmbeddedGraph;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Reads what callers upload as a workflow, and checks it as a file of the library is checked. */
public final class SourceReader {
  /** How to get a file that may be in the library. */
  static final String SAVE =
      "save the workflow in ComfyUI again, with \"Workflow > Save\" or \"Workflow > Export (API)\"";

  private final Graph.Limits limits;
  private final EditorFiles editor;

  /**
   * Makes a reader.
   *
   * @param classes the node classes that files of the editor are converted with, once a server has
   *     reported its own
   */
  public SourceReader(Graph.Limits limits, Supplier<Optional<ObjectInfo>> classes) {
    this.limits = limits;
    this.editor = new EditorFiles(classes, Optional.empty());
  }

  /**
   * What a media file carries: the graph that ran, else what the editor saved of it.
   *
   * @throws Problem if it is of another kind, or carries none
   * @throws IOException if the file cannot be read
   */
  public Carried carried(Path media, String pointer) throws IOException {
    return carried(EmbeddedGraph.read(media), pointer);
  }

  /**
   * What a media file in memory carries, as {@link #carried(Path, String)}.
   *
   * @throws Problem if it is of another kind, or carries none
   */
  public Carried carried(byte[] media, String pointer) {
    return carried(EmbeddedGraph.read(media), pointer);
  }

  private static Carried carried(Optional<EmbeddedGraph> found, String pointer) {
    return found
        .flatMap(
            embedded ->
                embedded
                    .prompt()
                    .or(embedded::workflow)
                    .map(graph -> new Carried(graph, embedded.workflow())))
        .orElseThrow(
            () ->
                Problem.ofField(
                    ProblemType.INVALID_WORKFLOW,
                    pointer,
                    "The file carries no graph of ComfyUI. Send its JSON, or a PNG, WebP, JPEG, MP4, WebM, FLAC or MP3 that ComfyUI has saved with its metadata."));
  }

  /**
   * The graph that a media file carries, in the API format.
   *
   * @param pointer where the file is in the request
   * @throws Problem with every node of a file of the editor that cannot be converted; or {@link
   *     ProblemType#CLASSES_UNKNOWN} where it cannot be converted yet
   */
  public JsonNode graph(Carried carried, String pointer) {
    JsonNode tree = carried.graph();
    // The nodes are in the media file, where no pointer leads.
    return EditorConversion.isEditorFile(tree) ? converted(tree, node -> pointer) : tree;
  }

  /**
   * Whether a file is of a kind that can carry a graph, by its first bytes.
   *
   * @throws IOException if the file cannot be read
   */
  public static boolean isMedia(Path file) throws IOException {
    return EmbeddedGraph.isMedia(file);
  }

  /**
   * The graphs of a media file.
   *
   * @param graph in the API format or as the editor saves it
   * @param editor as the editor saves it
   */
  public record Carried(JsonNode graph, Optional<JsonNode> editor) {}

  /**
   * A workflow that loads.
   *
   * @param workflow the loaded workflow, as version 1
   */
  public record Checked(WorkflowSource source, Workflow workflow) {}

  /** Where the two parts are in the request, as JSON pointers, for faults. */
  public record Pointers(String graph, String sidecar) {}

  /**
   * Checks a workflow.
   *
   * @param name its name in URLs
   * @param title what people call it, where the sidecar gives no title
   * @param sidecar the text of a YAML file
   * @throws Problem with every fault; or {@link ProblemType#CLASSES_UNKNOWN} where a file of the
   *     editor cannot be converted yet
   */
  public Checked check(
      String name, String title, Carried carried, Optional<String> sidecar, Pointers pointers) {
    JsonNode tree = carried.graph();
    if (tree.isObject() && tree.isEmpty()) {
      throw Problem.ofField(
          ProblemType.INVALID_WORKFLOW, pointers.graph(), "The workflow is empty; " + SAVE + ".");
    }
    boolean isOfEditor = EditorConversion.isEditorFile(tree);
    JsonNode graph =
        isOfEditor ? converted(tree, node -> pointers.graph() + pointer(tree, node)) : tree;
    Graph parsed = Graph.parse(graph, isOfEditor ? "" : pointers.graph(), limits);
    WorkflowSource source =
        new WorkflowSource(
            title,
            parsed.toJson(),
            isOfEditor ? Optional.of(tree) : carried.editor(),
            sidecar,
            Optional.empty());
    List<FileFault> faults = new ArrayList<>();
    Optional<Workflow> workflow = source.workflow(name, 1, limits, faults);
    if (!faults.isEmpty()) {
      throw invalid(faults, pointers);
    }
    return new Checked(source, workflow.orElseThrow());
  }

  private JsonNode converted(JsonNode tree, UnaryOperator<String> place) {
    EditorFiles.Outcome outcome = editor.convert(WorkflowSource.GRAPH, tree);
    if (outcome.isWaiting()) {
      throw new Problem(
              ProblemType.CLASSES_UNKNOWN,
              "This is a file of ComfyUI's editor, which is converted with the node classes of a server, and no ComfyUI has reported its own yet. Try again when one is up, or send the API format (Workflow > Export (API)).")
          .withHeader("Retry-After", "10");
    }
    return outcome
        .graph()
        .orElseThrow(
            () ->
                Problem.ofFields(
                    ProblemType.INVALID_WORKFLOW,
                    outcome.refused().stream()
                        .map(
                            fault -> new Problem.Fault(place.apply(fault.node()), fault.toString()))
                        .toList()));
  }

  /** Where the node of a file of the editor is; for one inside a subgraph, the subgraph's node. */
  private static String pointer(JsonNode tree, String node) {
    String outer = node.split(":", 2)[0];
    int index = 0;
    for (JsonNode each : tree.path("nodes")) {
      if (!outer.isEmpty() && each.path("id").asText().equals(outer)) {
        return "/nodes/" + index;
      }
      index++;
    }
    return "";
  }

  private static Problem invalid(List<FileFault> faults, Pointers pointers) {
    return Problem.ofFields(
        ProblemType.INVALID_WORKFLOW,
        faults.stream().map(fault -> fault(fault, pointers)).toList());
  }

  private static Problem.Fault fault(FileFault fault, Pointers pointers) {
    boolean isOfSidecar = fault.file().equals(WorkflowSource.SIDECAR);
    String pointer =
        isOfSidecar
            ? pointers.sidecar()
                + (fault.field().isEmpty() ? "" : "/" + fault.field().replace('.', '/'))
            : pointers.graph() + fault.field();
    String place = isOfSidecar && fault.line() > 0 ? "Line " + fault.line() + ": " : "";
    String remedy = fault.remedy().isEmpty() ? "" : "; " + fault.remedy();
    return new Problem.Fault(pointer, place + fault.detail() + remedy);
  }
}
