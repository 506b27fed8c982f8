package io.comfygateway.comfyapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.media.FileRules;
import io.comfygateway.pool.Backends;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.upload.CallerFile;
import io.comfygateway.upload.FileReference;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.GraphNode;
import io.comfygateway.workflow.ObjectInfo;
import io.comfygateway.workflow.UploadInputs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;

/**
 * The files of the client that a graph names: uploads, and, with {@code [output]} or {@code [temp]}
 * after the name, files of its earlier prompts. They are uploaded to the server that runs the
 * prompt, into a folder of the prompt.
 */
public final class ReferencedFiles {
  private static final String PART = "$part";

  private final Backends backends;
  private final Finder finder;
  private final int maxNodes;
  private final int maxFiles;

  /** Finds a file of a caller, which a prompt is about to use. */
  public interface Finder {
    /** The file that an input names; empty if the caller has no such file. */
    Optional<CallerFile> use(String owner, FileReference reference);
  }

  /**
   * Makes it.
   *
   * @param limits of graphs
   * @param rules of input files
   */
  public ReferencedFiles(Backends backends, Finder finder, Graph.Limits limits, FileRules rules) {
    this.backends = backends;
    this.finder = finder;
    this.maxNodes = limits.maxNodes();
    this.maxFiles = rules.maxFiles();
  }

  /**
   * What was found.
   *
   * @param inputs by {@code node.input}, as fields of a submission
   * @param files the files that they name
   * @param named by node and input, the texts in the graph that name them
   * @param nodeErrors the inputs that name a file which neither the caller nor a server has
   */
  record Found(
      ObjectNode inputs,
      List<ReceivedForm.File> files,
      Map<String, Map<String, String>> named,
      Optional<ObjectNode> nodeErrors) {}

  /**
   * The files that a graph names.
   *
   * @param exchange what they are needed for: copies on this machine are removed after it
   * @throws Problem INVALID_WORKFLOW if the graph has too many nodes; INVALID_INPUT if it names too
   *     many files
   * @throws IOException if one cannot be fetched from the store now
   */
  Found in(ObjectNode graph, String owner, Exchange exchange) throws IOException {
    // Later checks come too late, because each named file is copied here.
    if (graph.size() > maxNodes) {
      throw new Problem(
          ProblemType.INVALID_WORKFLOW,
          "The graph has %d nodes; at most %d are allowed, so split it"
              .formatted(graph.size(), maxNodes));
    }
    Map<String, Optional<CallerFile>> known = new HashMap<>();
    UploadInputs uploads = new UploadInputs(backends.nodeClasses().all());
    ObjectNode inputs = JsonNodeFactory.instance.objectNode();
    List<ReceivedForm.File> files = new ArrayList<>();
    Map<String, Map<String, String>> named = new LinkedHashMap<>();
    ObjectNode missing = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> entry : graph.properties()) {
      GraphNode node = node(entry);
      for (Map.Entry<String, JsonNode> input : node.inputs().entrySet()) {
        if (input.getValue().isTextual() && uploads.kind(node, input.getKey()).isPresent()) {
          String name = input.getValue().asText();
          Optional<CallerFile> own =
              known.computeIfAbsent(
                  name,
                  it -> FileReference.of(it).flatMap(reference -> finder.use(owner, reference)));
          if (own.isPresent()) {
            if (files.size() == maxFiles) {
              throw new Problem(
                  ProblemType.INVALID_INPUT,
                  "The job has too many input files; at most %d are allowed.".formatted(maxFiles));
            }
            CallerFile file = own.get();
            String part = "file-" + files.size();
            files.add(
                new ReceivedForm.File(
                    part,
                    file.filename(),
                    file.contentType(),
                    file.content().local().closedWith(exchange).path(),
                    file.bytes()));
            inputs.putObject(node.id() + "." + input.getKey()).put(PART, part);
            named.computeIfAbsent(node.id(), id -> new LinkedHashMap<>()).put(input.getKey(), name);
          } else if (isNowhere(node, input.getKey(), name)) {
            note(missing, node, input.getKey(), name);
          }
        }
      }
    }
    return new Found(
        inputs, files, named, missing.isEmpty() ? Optional.empty() : Optional.of(missing));
  }

  // Servers list the files of the input folder itself, and none of its subfolders.
  private boolean isNowhere(GraphNode node, String input, String name) {
    Optional<ObjectInfo> known = backends.nodeClasses().all();
    return known.isPresent()
        && backends.placement().allKnown()
        && !name.contains("/")
        && !name.endsWith("]")
        && !name.startsWith("data:")
        && !name.contains("://")
        && backends.configured().stream()
            .flatMap(backend -> backends.nodeClasses().of(backend.name()).stream())
            .noneMatch(info -> isListed(info, node, input, name));
  }

  private static boolean isListed(ObjectInfo info, GraphNode node, String input, String name) {
    for (JsonNode choice :
        info.input(node, input)
            .map(ObjectInfo.InputDeclaration::choices)
            .orElseGet(JsonNodeFactory.instance::arrayNode)) {
      if (choice.asText().equals(name)) {
        return true;
      }
    }
    return false;
  }

  private static void note(ObjectNode missing, GraphNode node, String input, String name) {
    ObjectNode entry = missing.withObjectProperty(node.id());
    ObjectNode error = entry.withArrayProperty("errors").addObject();
    error.put("type", "custom_validation_failed");
    error.put("message", "Custom validation failed for node");
    error.put("details", input + " - Invalid file: " + name);
    error.putObject("extra_info").put("input_name", input).put("received_value", name);
    entry.withArrayProperty("dependent_outputs");
    entry.put("class_type", node.classType());
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
