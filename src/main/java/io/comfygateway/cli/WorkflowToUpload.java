package io.comfygateway.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.app.StartFailure;
import io.comfygateway.problem.Problem;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.SourceReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A file of a workflow as the body of its upload. */
final class WorkflowToUpload {
  private static final ObjectMapper JSON = new ObjectMapper();

  private WorkflowToUpload() {}

  /**
   * Reads it, with the YAML file beside it.
   *
   * @param sidecar the YAML file; if empty, the one of the same name where there is one
   * @throws StartFailure where a file cannot be read, or carries no graph
   */
  static ObjectNode read(Path file, Optional<Path> sidecar) {
    try {
      String filename = file.toAbsolutePath().getFileName().toString();
      int dot = filename.lastIndexOf('.');
      String stem = dot > 0 ? filename.substring(0, dot) : filename;
      ObjectNode body = JSON.createObjectNode().put("name", stem);
      body.set("graph", graph(file));
      Path beside = file.toAbsolutePath().resolveSibling(stem + ".yaml");
      Optional<Path> yaml = sidecar.or(() -> Optional.of(beside).filter(Files::isRegularFile));
      if (yaml.isPresent()) {
        body.put("sidecar", Files.readString(yaml.get()));
      }
      return body;
    } catch (Problem problem) {
      throw new StartFailure(file + ": " + problem.getMessage());
    } catch (JsonProcessingException e) {
      throw new StartFailure(
          file
              + " is not JSON, nor a picture, video or sound."
              + (file.toString().endsWith(".yaml")
                  ? " A preset cannot be uploaded; put it into the folder of workflows."
                  : ""));
    } catch (IOException e) {
      throw new StartFailure(file + " cannot be read (" + e.getClass().getSimpleName() + ").");
    }
  }

  private static JsonNode graph(Path file) throws IOException {
    return SourceReader.isMedia(file)
        ? new SourceReader(Graph.Limits.STANDARD, Optional::empty).carried(file, "").graph()
        : JSON.readTree(file.toFile());
  }
}
