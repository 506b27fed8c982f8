package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.Suggestion;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.InputSpec;
import io.comfygateway.workflow.Workflow;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The names that are allowed at the top level of a submission; any other is refused. */
final class SubmissionFields {
  /** The fields of every submission. */
  static final Set<String> NAMES =
      Set.of(
          "inputs",
          "prompt",
          "seed",
          "callback_url",
          "callback",
          "s3",
          "deliver",
          "priority",
          "timeout",
          "expires_in",
          "metadata",
          "extra_data");

  private static final int INPUTS_SHOWN = 20;

  private static final Map<String, String> ELSEWHERE =
      Map.of(
          "wait", "; to wait for the job send the header Prefer: wait=30, or ?respond=result",
          "respond", "; it belongs in the URL, such as ?respond=binary",
          "idempotency_key", "; it is the header Idempotency-Key",
          "webhook", "; the URL for the result is callback_url",
          "webhook_url", "; the URL for the result is callback_url",
          "jobs", "; many jobs of one request go to POST /batches");

  private SubmissionFields() {}

  /** Refuses fields that a submission with its own graph does not have. */
  static void require(ObjectNode body) {
    refuse(
        body,
        names(body).stream().filter(name -> !NAMES.contains(name)).toList(),
        Optional.empty());
  }

  /**
   * The fields of a submission whose URL names a workflow: those at its top that are inputs of the
   * workflow are put under {@code inputs}.
   *
   * @throws Problem where a field is neither
   */
  static ObjectNode ofWorkflow(ObjectNode body, Workflow workflow) {
    Set<String> inputs = names(workflow);
    ObjectNode fields = body.objectNode();
    ObjectNode flat = body.objectNode();
    List<String> unknown = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : body.properties()) {
      String name = field.getKey();
      boolean isGraph = "prompt".equals(name) && field.getValue().isObject();
      if (NAMES.contains(name) && !"prompt".equals(name)) {
        fields.set(name, field.getValue());
      } else if (!isGraph && isInput(name, workflow, inputs)) {
        flat.set(name, field.getValue());
      } else if (isGraph) {
        throw Problem.ofField(
            ProblemType.INVALID_INPUT,
            "/prompt",
            "The URL names a workflow; send a graph of your own to POST /webhook.");
      } else {
        unknown.add(name);
      }
    }
    refuse(body, unknown, Optional.of(workflow));
    if (!flat.isEmpty()) {
      fields.set("inputs", merged(flat, fields.path("inputs")));
    }
    return fields;
  }

  /**
   * The fields of a submission, with what {@link #ofWorkflow} would move into {@code inputs} moved
   * there. Nothing is refused: a field that is given twice, or that is unknown, stays where it is.
   */
  static ObjectNode gathered(ObjectNode body, Workflow workflow) {
    JsonNode given = body.path("inputs");
    if (!given.isMissingNode() && !given.isNull() && !given.isObject()) {
      return body;
    }
    Set<String> inputs = names(workflow);
    ObjectNode fields = body.objectNode();
    ObjectNode moved = given instanceof ObjectNode object ? object.deepCopy() : body.objectNode();
    for (Map.Entry<String, JsonNode> field : body.properties()) {
      String name = field.getKey();
      boolean mayMove =
          "prompt".equals(name) ? !field.getValue().isObject() : !NAMES.contains(name);
      if (mayMove && !given.has(name) && isInput(name, workflow, inputs)) {
        moved.set(name, field.getValue());
      } else {
        fields.set(name, field.getValue());
      }
    }
    if (!moved.isEmpty()) {
      fields.set("inputs", moved);
    }
    return fields;
  }

  /** The names of its inputs, also of hidden ones, which are refused when the graph is made. */
  private static Set<String> names(Workflow workflow) {
    return workflow.namesInputs()
        ? workflow.inputs().stream().map(InputSpec::name).collect(Collectors.toSet())
        : Set.copyOf(workflow.inputNames());
  }

  // Without a sidecar, a value of the graph can also be named by its node.
  private static boolean isInput(String name, Workflow workflow, Set<String> inputs) {
    return inputs.contains(name) || (!workflow.namesInputs() && name.indexOf('.') > 0);
  }

  private static JsonNode merged(ObjectNode flat, JsonNode inputs) {
    if (inputs.isMissingNode() || inputs.isNull()) {
      return flat;
    }
    if (!(inputs instanceof ObjectNode object)) {
      return inputs;
    }
    List<Fault> twice =
        names(flat).stream()
            .filter(object::has)
            .map(
                name ->
                    new Fault(
                        pointer(name), name + " is given here and in inputs; send one of the two."))
            .toList();
    if (!twice.isEmpty()) {
      throw Problem.ofFields(ProblemType.INVALID_INPUT, twice);
    }
    return object.deepCopy().setAll(flat);
  }

  // One response names all unknown fields.
  private static void refuse(ObjectNode body, List<String> unknown, Optional<Workflow> workflow) {
    if (!unknown.isEmpty()) {
      BodyShape.problem(body, workflow.isPresent())
          .ifPresent(
              problem -> {
                throw problem;
              });
    }
    List<Fault> faults = new ArrayList<>();
    unknown.stream()
        .limit(Problem.MOST_FAULTS)
        .map(name -> new Fault(pointer(name), sentence(name, workflow)))
        .forEach(faults::add);
    faults.addAll(RequestFields.unknownInside(body));
    if (!faults.isEmpty()) {
      throw Problem.ofFields(ProblemType.INVALID_INPUT, faults);
    }
  }

  private static String sentence(String name, Optional<Workflow> workflow) {
    Set<String> fields = new TreeSet<>(NAMES);
    // The graph is the library's.
    workflow.ifPresent(named -> fields.remove("prompt"));
    List<String> inputs = workflow.map(named -> named.inputNames()).orElse(List.of());
    Set<String> known = new LinkedHashSet<>(inputs);
    known.addAll(fields);
    String hint =
        ELSEWHERE.getOrDefault(
            name,
            ofNode(name, inputs)
                .map(input -> "; did you mean \"" + input + "\"?")
                .orElseGet(() -> Suggestion.didYouMean(name, known)));
    return "There is no field "
        + StrictJson.shown(name)
        + hint
        + (hint.endsWith("?") ? " " : ". ")
        + workflow.map(named -> inputsOf(named, inputs)).orElse("")
        + "Fields of a request: "
        + fields
        + ".";
  }

  /** The only input of a node with this name. */
  private static Optional<String> ofNode(String name, List<String> inputs) {
    List<String> found =
        inputs.stream().filter(input -> input.endsWith("." + name)).limit(2).toList();
    return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
  }

  private static String inputsOf(Workflow workflow, List<String> inputs) {
    if (inputs.isEmpty()) {
      return "";
    }
    List<String> some = inputs.stream().limit(INPUTS_SHOWN).toList();
    String list = some.size() < inputs.size() ? some + " and more" : some.toString();
    return "Inputs of this workflow: " + list + "; see GET /workflows/" + workflow.name() + ". ";
  }

  private static String pointer(String name) {
    return StrictJson.pointer("", name);
  }

  private static List<String> names(ObjectNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
