package io.comfygateway.workflow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.comfygateway.config.FileFault;
import io.comfygateway.problem.Problem;
import io.comfygateway.workflow.editor.EditorConversion;
import io.comfygateway.workflow.editor.NodePacks;
import io.comfygateway.workflow.embedded.EmbeddedGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The file of a graph: in the API format, as the editor saves it, or a picture, video or sound that
 * carries one of the two.
 *
 * @param folder the folder of the library
 * @param file the file's path in it
 */
record GraphFile(Path folder, String file) {
  private static final long MAX_BYTES = 16L << 20;

  // A duplicate key is a mistake, and ComfyUI would silently use the last one.
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  /**
   * What was read.
   *
   * @param graph the graph; there is none where faults were added
   * @param editor the file of the editor that the graph was converted from, or that a media file
   *     carries beside it
   * @param isOfEditor whether it was converted, or is to be
   * @param isWaiting whether it is to be converted when a server reports its node classes
   * @param packs the packs of custom nodes by node class, where the file says so
   */
  record Content(
      Optional<Graph> graph,
      Optional<JsonNode> editor,
      boolean isOfEditor,
      boolean isWaiting,
      Map<String, String> packs) {
    static final Content NONE =
        new Content(Optional.empty(), Optional.empty(), false, false, Map.of());

    /** The graph, with what the editor's file has as one value. */
    Optional<Graph> sharingGraph() {
      return graph.map(it -> editor.map(it::sharingAs).orElse(it));
    }
  }

  /** Reads the graph; what is wrong is added to the faults. */
  Content read(Graph.Limits limits, EditorFiles editor, List<FileFault> faults) {
    try {
      return content(limits, editor, faults);
    } catch (RuntimeException e) {
      // A bug that one file triggers must not keep the others from loading.
      String detail = "The file cannot be taken (" + e.getClass().getSimpleName() + ")";
      faults.add(new FileFault(file, 0, "", detail, "export it again"));
      return Content.NONE;
    }
  }

  private Content content(Graph.Limits limits, EditorFiles editor, List<FileFault> faults) {
    if (GraphCarriers.isMedia(file)) {
      return carried(limits, editor, faults);
    }
    Optional<byte[]> bytes = bytes(folder, file, faults);
    if (bytes.isEmpty()) {
      return Content.NONE;
    }
    try {
      JsonNode tree = JSON.readTree(bytes.get());
      if (tree.isMissingNode() || (tree.isObject() && tree.isEmpty())) {
        faults.add(new FileFault(file, 0, "", "The file holds no workflow", SourceReader.SAVE));
        return Content.NONE;
      }
      return EditorConversion.isEditorFile(tree)
          ? converted(tree, limits, editor, faults)
          : new Content(
              graph(tree, bytes, limits, faults), Optional.empty(), false, false, Map.of());
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      faults.add(new FileFault(file, line, "", reason(e), "fix it or export it again"));
    } catch (IOException e) {
      faults.add(new FileFault(file, 0, "", "This is not JSON", "export it again"));
    }
    return Content.NONE;
  }

  private Content carried(Graph.Limits limits, EditorFiles editor, List<FileFault> faults) {
    try {
      Optional<EmbeddedGraph> carried = EmbeddedGraph.read(folder.resolve(file));
      Optional<JsonNode> prompt = carried.flatMap(EmbeddedGraph::prompt);
      Optional<JsonNode> workflow = carried.flatMap(EmbeddedGraph::workflow);
      if (prompt.isPresent()) {
        return new Content(
            graph(prompt.get(), Optional.empty(), limits, faults),
            workflow,
            false,
            false,
            workflow.map(NodePacks::of).orElse(Map.of()));
      }
      if (workflow.isPresent()) {
        return converted(workflow.get(), limits, editor, faults);
      }
      faults.add(new FileFault(file, 0, "", "It carries no graph", "save it with ComfyUI again"));
    } catch (IOException e) {
      faults.add(unreadable(file, e));
    }
    return Content.NONE;
  }

  private Content converted(
      JsonNode tree, Graph.Limits limits, EditorFiles editor, List<FileFault> faults) {
    EditorFiles.Outcome outcome = editor.convert(file, tree);
    faults.addAll(outcome.faults());
    return new Content(
        outcome.graph().flatMap(graph -> graph(graph, Optional.empty(), limits, faults)),
        Optional.of(tree),
        true,
        outcome.isWaiting(),
        NodePacks.of(tree));
  }

  private Optional<Graph> graph(
      JsonNode tree, Optional<byte[]> bytes, Graph.Limits limits, List<FileFault> faults) {
    try {
      return Optional.of(Graph.parse(tree, "", limits));
    } catch (Problem problem) {
      Optional<JsonPlaces> places = bytes.flatMap(GraphFile::places);
      for (Problem.Fault fault : problem.faults()) {
        int line = places.map(it -> it.line(fault.pointer())).orElse(0);
        // The detail of a graph's fault says what to do as well.
        faults.add(new FileFault(file, line, fault.pointer(), fault.detail(), ""));
      }
      return Optional.empty();
    }
  }

  private static Optional<JsonPlaces> places(byte[] bytes) {
    try {
      return Optional.of(new JsonPlaces(bytes));
    } catch (IOException noJson) {
      return Optional.empty();
    }
  }

  /** The content of a file of the library; what is wrong is added to the faults. */
  static Optional<byte[]> bytes(Path folder, String file, List<FileFault> faults) {
    try {
      Path path = folder.resolve(file);
      if (Files.size(path) > MAX_BYTES) {
        faults.add(new FileFault(file, 0, "", "The file is larger than 16 MiB", "split it"));
        return Optional.empty();
      }
      return Optional.of(Files.readAllBytes(path));
    } catch (IOException e) {
      faults.add(unreadable(file, e));
      return Optional.empty();
    }
  }

  private static FileFault unreadable(String file, IOException e) {
    String detail = "The file cannot be read (" + e.getClass().getSimpleName() + ")";
    return new FileFault(file, 0, "", detail, "check that it exists and may be read");
  }

  // Jackson has no type of its own for these.
  private static String reason(JsonProcessingException e) {
    if (e.getOriginalMessage().startsWith("Duplicate field")) {
      return "A key stands twice in one object";
    }
    return e.getOriginalMessage().startsWith("Trailing token")
        ? "Something follows after the graph"
        : "This is not JSON from here on";
  }
}
