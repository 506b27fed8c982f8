package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.digest.Sha256;
import io.comfygateway.workflow.Workflow;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The OpenAPI 3.0 document of one workflow: the operation that runs it, with its inputs as a type,
 * and those that follow the job. Everything else in it is taken from the gateway's own contract, so
 * it refers to nothing outside of itself.
 */
public final class WorkflowDocument {
  private static final String SUBMIT = "submitWorkflow";
  private static final List<String> FOLLOW =
      List.of("/jobs/{id}", "/jobs/{id}/outputs/{index}", "/jobs/{id}/outputs.zip");
  private static final String UPLOADS = "/uploads";
  // A value in a graph may have a field of the name $ref, too.
  private static final Pattern COMPONENT =
      Pattern.compile("#/components/[A-Za-z]+/[A-Za-z0-9._-]+");

  private final ObjectNode contract;

  /**
   * Makes it.
   *
   * @param contract the gateway's own OpenAPI document
   */
  public WorkflowDocument(ObjectNode contract) {
    this.contract = contract;
  }

  /**
   * Writes the document.
   *
   * @param ref the workflow as the caller names it, with the version or alias if there is one
   * @param inputs the JSON Schema of its inputs
   * @param obstacles why it cannot run at present; empty if it can
   * @param server the URL of the gateway for callers
   */
  ObjectNode of(
      Workflow workflow, String ref, ObjectNode inputs, List<String> obstacles, String server) {
    ObjectNode document = contract.objectNode();
    document.set("openapi", contract.path("openapi"));
    ObjectNode info = document.putObject("info");
    info.put("title", workflow.title());
    info.put("version", Integer.toString(workflow.version()));
    String about = about(workflow, obstacles);
    if (!about.isEmpty()) {
      info.put("description", about);
    }
    document.putArray("servers").addObject().put("url", server);
    document.set("security", contract.path("security").deepCopy());
    String id = operationId(workflow.name());
    String type = id.substring(0, 1).toUpperCase(Locale.ROOT) + id.substring(1) + "Request";
    RequestType request = new RequestType(contract, type, inputs);
    boolean takesFiles = !inputs.findValues("x-media").isEmpty();
    document.set("tags", tags(takesFiles));
    ObjectNode paths = document.putObject("paths");
    paths.putObject("/webhook/" + encoded(ref)).set("post", submit(workflow, id, request));
    for (String path : FOLLOW) {
      paths.putObject(path).set("get", contract.path("paths").path(path).path("get").deepCopy());
    }
    if (takesFiles) {
      paths.putObject(UPLOADS).set("post", upload());
    }
    ObjectNode components = document.putObject("components");
    components.set("securitySchemes", contract.at("/components/securitySchemes").deepCopy());
    ObjectNode schemas = components.putObject("schemas");
    request.addTo(schemas, workflow);
    addComponents(document);
    describeOutputs(workflow, schemas);
    return document;
  }

  private static String about(Workflow workflow, List<String> obstacles) {
    String warning =
        obstacles.isEmpty()
            ? ""
            : "**It cannot run at present:**\n\n- " + String.join("\n- ", obstacles);
    return Stream.of(warning, workflow.description())
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining("\n\n"));
  }

  /**
   * A name as an identifier, always the same for the same name. Punctuation becomes {@code _}; a
   * name with other characters, or of an operation that the document has already, gets a part of
   * its SHA-256.
   */
  static String operationId(String name) {
    String id = name.replaceAll("[^A-Za-z0-9]", "_").replaceAll("_{2,}", "_");
    if (!id.isEmpty() && id.charAt(0) == '_') {
      id = id.substring(1);
    }
    if (id.isEmpty() || Character.isDigit(id.charAt(0))) {
      id = "workflow_" + id;
    }
    boolean isPlain = name.chars().allMatch(it -> it < 128);
    boolean isTaken = Set.of("getJob", "getOutput", "getOutputs", "createUpload").contains(id);
    return isPlain && !isTaken ? id : (id + "_").replace("__", "_") + digest(name);
  }

  private static String digest(String name) {
    return HexFormat.of().formatHex(Sha256.of(name), 0, 4);
  }

  // RFC 3986, section 3.3: an @ may stay as it is in a path.
  private static String encoded(String ref) {
    return WorkflowView.encoded(ref).replace("%40", "@");
  }

  private ArrayNode tags(boolean takesFiles) {
    ArrayNode tags = contract.arrayNode();
    for (JsonNode tag : contract.path("tags")) {
      String name = tag.path("name").asText();
      if (Set.of("Submit", "Jobs").contains(name) || (takesFiles && "Uploads".equals(name))) {
        tags.add(tag.deepCopy());
      }
    }
    return tags;
  }

  private ObjectNode submit(Workflow workflow, String id, RequestType request) {
    ObjectNode shipped = contract.at("/paths/~1webhook~1{workflow}/post").deepCopy();
    if (!SUBMIT.equals(shipped.path("operationId").asText())) {
      throw new IllegalStateException("the contract has no operation " + SUBMIT);
    }
    shipped.put("operationId", id);
    shipped.put("summary", workflow.title());
    shipped.put("description", description(workflow));
    shipped.set("parameters", parameters(shipped.path("parameters")));
    ObjectNode body = shipped.putObject("requestBody").put("required", true);
    ObjectNode json = body.putObject("content").putObject("application/json");
    json.set("schema", request.reference());
    json.set("example", request.example(workflow));
    respondWithJob(shipped.withObject("/responses"));
    return shipped;
  }

  private static String description(Workflow workflow) {
    String about = workflow.description().isEmpty() ? "" : workflow.description() + "\n\n";
    String outputs =
        workflow.outputs().isEmpty() ? "" : "\n\nIts outputs: " + names(workflow) + ".";
    return about
        + "The job is stored and the response is 202: poll `GET /jobs/{id}` until it has finished."
        + " With `respond=result`, or `Prefer: wait=30`, the request is held and the response is 200"
        + " with the finished job; if it takes longer, 202."
        + outputs;
  }

  private static String names(Workflow workflow) {
    return new TreeMap<>(workflow.outputs())
        .entrySet().stream()
            .map(it -> "`%s` (node %s)".formatted(it.getValue(), it.getKey()))
            .collect(Collectors.joining(", "));
  }

  // The responses that are no job, binary and multipart, have no type for a client.
  private ArrayNode parameters(JsonNode shipped) {
    ArrayNode parameters = contract.arrayNode();
    for (JsonNode parameter : shipped) {
      String reference = parameter.path("$ref").asText();
      String name = reference.substring(reference.lastIndexOf('/') + 1);
      if ("respond".equals(name)) {
        ObjectNode respond = parameters.addObject();
        respond.put("name", "respond").put("in", "query");
        respond.put(
            "description",
            "`accepted` answers 202 at once, `result` waits for the finished job, `base64` is"
                + " `result` with all outputs in the JSON, each as `data`. If omitted, `Prefer`"
                + " decides.");
        ArrayNode choices = respond.putObject("schema").put("type", "string").putArray("enum");
        choices.add("accepted").add("result").add("base64");
      } else if (!"workflow".equals(name) && !name.startsWith("picture")) {
        parameters.add(parameter.deepCopy());
      }
    }
    return parameters;
  }

  private static void respondWithJob(ObjectNode responses) {
    ObjectNode finished = responses.withObject("/200");
    finished.put("description", "With `respond=result` or `Prefer: wait`: the finished job.");
    finished
        .withObject("/headers")
        .retain("Location", "Idempotency-Replayed", "Gateway-Job-Id", "ETag");
    finished.withObject("/content").retain("application/json");
    responses.remove(List.of("500", "504"));
    responses.putObject("404").put("$ref", "#/components/responses/UnknownWorkflow");
  }

  /** A generated client sends a form best: the type of a body of any type is not known to it. */
  private ObjectNode upload() {
    ObjectNode upload = contract.at("/paths/~1uploads/post").deepCopy();
    upload.withObject("/requestBody/content").retain("multipart/form-data");
    return upload;
  }

  /** Names are not limited to these: an earlier version may have others. */
  private static void describeOutputs(Workflow workflow, ObjectNode schemas) {
    if (!workflow.outputs().isEmpty()) {
      ObjectNode name = schemas.withObject("/Output/properties/name");
      name.put("description", "What the workflow calls it: " + names(workflow) + ".");
      name.put("example", new TreeMap<>(workflow.outputs()).firstEntry().getValue());
    }
  }

  /** Copies what the document refers to, and what that refers to. */
  private void addComponents(ObjectNode document) {
    Deque<String> left = new ArrayDeque<>(document.findValuesAsText("$ref"));
    Set<String> seen = new LinkedHashSet<>();
    while (!left.isEmpty()) {
      String reference = left.pop();
      if (!COMPONENT.matcher(reference).matches() || !seen.add(reference)) {
        continue;
      }
      JsonNode component = contract.at(reference.substring(1));
      if (!component.isMissingNode()) {
        int slash = reference.lastIndexOf('/');
        document
            .withObject(reference.substring(1, slash))
            .set(reference.substring(slash + 1), component.deepCopy());
        left.addAll(component.findValuesAsText("$ref"));
      }
    }
  }
}
