package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.Suggestion;
import io.comfygateway.job.JobDocument;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The fields of a batch: its own, its rows, and the defaults of all rows. */
final class BatchFields {
  private static final String JOBS = "jobs";
  private static final String ACCEPT = "accept";
  private static final String WORKFLOW = "workflow";
  private static final String INPUTS = "inputs";
  private static final String GRAPH = "prompt";
  private static final Set<String> OF_ALL_ROWS =
      Set.of("seed", "s3", "deliver", "priority", "timeout", "expires_in", "extra_data");
  private static final Set<String> OWN =
      Set.of(JOBS, ACCEPT, WORKFLOW, GRAPH, INPUTS, "callback", "callback_url", "metadata");
  private static final Set<String> ENDS = Set.of("succeeded", "failed", "cancelled");

  private final ObjectNode body;
  private final int most;

  /**
   * @param most how many jobs there may be
   */
  BatchFields(ObjectNode body, int most) {
    this.body = body;
    this.most = most;
  }

  /** Refuses fields that a batch does not have. */
  void requireKnown() {
    Set<String> known = new TreeSet<>(OWN);
    known.addAll(OF_ALL_ROWS);
    List<Fault> faults = new ArrayList<>();
    body.fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                faults.add(
                    new Fault(
                        StrictJson.pointer("", name),
                        "There is no field %s%s Inputs of all jobs go into inputs. Known: %s."
                            .formatted(
                                StrictJson.shown(name),
                                end(Suggestion.didYouMean(name, known)),
                                known)));
              }
            });
    faults.addAll(RequestFields.unknownInside(body));
    if (body.has(GRAPH) && !body.path(GRAPH).isObject()) {
      faults.add(
          new Fault(
              "/prompt",
              "prompt is the graph of all jobs here, and not a text. To run a workflow of the library set workflow in the batch or in each job; inputs of all jobs go into inputs."));
    }
    if (body.has(GRAPH) && body.hasNonNull(WORKFLOW)) {
      faults.add(
          new Fault("/prompt", "prompt is a graph, and workflow names one; send one of the two."));
    }
    if (!faults.isEmpty()) {
      throw Problem.ofFields(ProblemType.INVALID_INPUT, faults);
    }
  }

  private static String end(String hint) {
    return hint.isEmpty() ? "." : hint;
  }

  /** Whether rows that do not validate are left out, rather than refusing the whole. */
  boolean takesValidOnly() {
    JsonNode accept = body.path(ACCEPT);
    if (accept.isMissingNode() || accept.isNull()) {
      return false;
    }
    String word = accept.isTextual() ? accept.asText() : "";
    if (!Set.of("all", "valid").contains(word)) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/accept",
          "accept must be \"all\" (every row or none) or \"valid\" (the rows that validate).");
    }
    return "valid".equals(word);
  }

  ObjectNode metadata(ObjectMapper json) {
    return new RequestFields(body).metadata(json);
  }

  /** The callback at the end of the batch. */
  Optional<JobDocument.Callback> callback() {
    Optional<JobDocument.Callback> callback = CallbackField.of(body);
    callback
        .filter(given -> !"json".equals(given.format()))
        .ifPresent(
            given -> {
              throw Problem.ofField(
                  ProblemType.INVALID_INPUT,
                  "/callback/format",
                  "The callback of a batch is JSON, with links to all outputs. Leave format out.");
            });
    callback
        .filter(given -> !ENDS.containsAll(given.events()))
        .ifPresent(
            given -> {
              throw Problem.ofField(
                  ProblemType.INVALID_INPUT,
                  "/callback/events",
                  "The callback of a batch has the events succeeded, failed and cancelled.");
            });
    return callback;
  }

  /** The pointer of the callback's URL. */
  String callbackPointer() {
    return CallbackField.urlPointer(body);
  }

  /**
   * How many rows there are.
   *
   * @throws Problem where there is none, or too many
   */
  int rows() {
    JsonNode rows = body.path(JOBS);
    if (!rows.isArray() || rows.isEmpty()) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/jobs",
          "jobs must be a list of at least one job, such as [{\"inputs\": {\"prompt\": \"a cat\"}}].");
    }
    if (rows.size() > most) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/jobs",
          "jobs has %d jobs; at most %d are taken at once (GATEWAY_BATCH_MAX_JOBS). Send several batches."
              .formatted(rows.size(), most));
    }
    return rows.size();
  }

  /**
   * A row with the defaults of all rows, without the name of its workflow.
   *
   * @throws Problem where it is no object
   */
  ObjectNode row(int place) {
    if (!(body.path(JOBS).get(place) instanceof ObjectNode given)) {
      throw new Problem(
          ProblemType.INVALID_INPUT, "A job must be an object, such as {\"inputs\": {}}.");
    }
    ObjectNode row = given.deepCopy();
    row.remove(WORKFLOW);
    for (String name : OF_ALL_ROWS) {
      if (body.has(name) && !given.has(name)) {
        row.set(name, body.get(name));
      }
    }
    if (body.has(GRAPH) && !given.has(WORKFLOW) && !given.has(GRAPH)) {
      row.set(GRAPH, body.get(GRAPH));
    }
    if (body.path(INPUTS) instanceof ObjectNode shared) {
      inputs(shared, row).ifPresent(inputs -> row.set(INPUTS, inputs));
    }
    return row;
  }

  /** How many rows run the shared graph. */
  int rowsWithSharedGraph() {
    int rows = 0;
    for (JsonNode row : body.path(JOBS)) {
      boolean isOwn = row.has(WORKFLOW) || row.has(GRAPH);
      rows += body.path(GRAPH).isObject() && row.isObject() && !isOwn ? 1 : 0;
    }
    return rows;
  }

  /** Drops a row. */
  void forget(int place) {
    ((ArrayNode) body.path(JOBS)).setNull(place);
  }

  // A row may have inputs at its top, too. A value that is no object is refused later, as in a
  // single job.
  private static Optional<ObjectNode> inputs(ObjectNode shared, ObjectNode row) {
    JsonNode own = row.path(INPUTS);
    if (!own.isObject() && !own.isMissingNode() && !own.isNull()) {
      return Optional.empty();
    }
    ObjectNode inputs = shared.objectNode();
    for (Map.Entry<String, JsonNode> input : shared.properties()) {
      boolean isField =
          SubmissionFields.NAMES.contains(input.getKey()) && !GRAPH.equals(input.getKey());
      if (isField || !row.has(input.getKey())) {
        inputs.set(input.getKey(), input.getValue());
      }
    }
    return Optional.of(own instanceof ObjectNode given ? inputs.setAll(given) : inputs);
  }

  /**
   * The workflow of a row; empty where it has a graph.
   *
   * @throws Problem where it is no name
   */
  Optional<String> workflow(int place) {
    JsonNode row = body.path(JOBS).get(place);
    boolean bringsGraph = !row.has(WORKFLOW) && row.path(GRAPH).isObject();
    JsonNode named = row.has(WORKFLOW) ? row.path(WORKFLOW) : body.path(WORKFLOW);
    if (bringsGraph || named.isMissingNode() || named.isNull()) {
      return Optional.empty();
    }
    if (!named.isTextual() || named.asText().isBlank()) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/workflow",
          "workflow must be the name of a workflow of the library, such as txt2img.");
    }
    return Optional.of(named.asText().strip());
  }
}
