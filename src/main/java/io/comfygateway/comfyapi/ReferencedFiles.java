package io.comfygateway.comfyapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.pool.Backends;
import io.comfygateway.workflow.GraphNode;
import io.comfygateway.workflow.UploadInputs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;

/**
 * The files of the client's own that a graph names: uploads, and with {@code [output]} or {@code
 * [temp]} after the name, files of its earlier prompts. They go to whichever server runs the
 * prompt, into a folder of its own.
 */
public final class ReferencedFiles {
  private static final String PART = "$part";

  private final Backends backends;
  private final Finder finder;

  /** Finds a file of a caller. */
  public interface Finder {
    /** The file that an input names; empty if the caller has no such file. */
    Optional<OwnFile> find(String owner, FileReference reference);
  }

  public ReferencedFiles(Backends backends, Finder finder) {
    this.backends = backends;
    this.finder = finder;
  }

  /**
   * What was found.
   *
   * @param inputs by {@code node.input}, as fields of a submission
   * @param files the files that they name
   */
  record Found(ObjectNode inputs, List<ReceivedForm.File> files) {}

  /**
   * The files that a graph names.
   *
   * @param exchange what they are needed for: copies on this machine are removed after it
   * @throws IOException if one cannot be fetched from the store now
   */
  Found in(ObjectNode graph, String owner, Exchange exchange) throws IOException {
    UploadInputs uploads = new UploadInputs(backends.nodeClasses().all());
    ObjectNode inputs = JsonNodeFactory.instance.objectNode();
    List<ReceivedForm.File> files = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : graph.properties()) {
      GraphNode node = node(entry);
      for (Map.Entry<String, JsonNode> input : node.inputs().entrySet()) {
        if (input.getValue().isTextual() && uploads.kind(node, input.getKey()).isPresent()) {
          Optional<OwnFile> own =
              FileReference.of(input.getValue().asText())
                  .flatMap(reference -> finder.find(owner, reference));
          if (own.isPresent()) {
            OwnFile file = own.get();
            String part = "file-" + files.size();
            files.add(
                new ReceivedForm.File(
                    part,
                    file.filename(),
                    file.contentType(),
                    file.content().local().closedWith(exchange).path(),
                    file.bytes()));
            inputs.putObject(node.id() + "." + input.getKey()).put(PART, part);
          }
        }
      }
    }
    return new Found(inputs, files);
  }

  private static GraphNode node(Map.Entry<String, JsonNode> entry) {
    Map<String, JsonNode> inputs = new LinkedHashMap<>();
    entry
        .getValue()
        .path("inputs")
        .properties()
        .forEach(it -> inputs.put(it.getKey(), it.getValue()));
    return new GraphNode(
        entry.getKey(), entry.getValue().path("class_type").asText(), Optional.empty(), inputs);
  }
}
