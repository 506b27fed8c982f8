package io.comfygateway.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.editor.ConversionException;
import io.comfygateway.workflow.editor.EditorConversion;
import io.comfygateway.workflow.editor.EditorConversion.Converted;
import io.comfygateway.workflow.embedded.EmbeddedGraph;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A graph in a file: in the API format, as the editor saves it, or inside a picture, video or
 * sound.
 *
 * @param file where it is
 */
record GraphInFile(Path file) {
  private static final int LARGEST_WORKFLOW = 64 << 20;
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * The graph in the API format.
   *
   * @throws ConversionException where it is a file of the editor that does not fit
   * @throws UnreadableFile where it holds no graph
   */
  Converted read(EditorConversion conversion) throws ConversionException, UnreadableFile {
    JsonNode read = isMedia() ? embedded() : json(file, LARGEST_WORKFLOW);
    if (EditorConversion.isEditorFile(read)) {
      return conversion.convert(read);
    }
    try {
      return new Converted(Graph.parse(read, "", Graph.Limits.STANDARD).toJson(), List.of());
    } catch (Problem problem) {
      throw new UnreadableFile(
          problem.faults().isEmpty()
              ? problem.getMessage()
              : problem.faults().stream().map(Fault::detail).collect(Collectors.joining("; ")));
    }
  }

  /**
   * The file of the editor that the graph is converted from, or that a media file carries beside
   * it.
   *
   * @throws UnreadableFile where the file cannot be read
   */
  Optional<JsonNode> editor() throws UnreadableFile {
    try {
      return isMedia()
          ? EmbeddedGraph.read(file).flatMap(EmbeddedGraph::workflow)
          : Optional.of(json(file, LARGEST_WORKFLOW)).filter(EditorConversion::isEditorFile);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private boolean isMedia() throws UnreadableFile {
    try {
      return EmbeddedGraph.isMedia(file);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  // The graph that ran, which may have been another than the one that the editor showed.
  private JsonNode embedded() throws UnreadableFile {
    try {
      return EmbeddedGraph.read(file)
          .flatMap(graph -> graph.prompt().or(graph::workflow))
          .orElseThrow(() -> new UnreadableFile("ComfyUI has written no workflow into it"));
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static UnreadableFile unreadable(IOException e) {
    return new UnreadableFile(
        e instanceof NoSuchFileException
            ? "There is no such file"
            : "It cannot be read (" + e.getClass().getSimpleName() + ")");
  }

  /**
   * The JSON of a file.
   *
   * @param largest in bytes
   * @throws UnreadableFile where it is none, or larger
   */
  static JsonNode json(Path file, int largest) throws UnreadableFile {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(largest + 1);
      if (bytes.length > largest) {
        throw new UnreadableFile("It is larger than " + (largest >> 20) + " MiB");
      }
      return JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw new UnreadableFile("This is not JSON from line " + line + " on");
    } catch (IOException e) {
      throw unreadable(e);
    }
  }
}
