package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.Optional;

/**
 * What a body that is no submission probably is: a file of ComfyUI, or another product's request;
 * and what to send instead.
 */
final class BodyShape {
  private static final String EXPORT =
      "The body is a file of ComfyUI's editor (nodes and links), which ComfyUI itself does not run. In ComfyUI choose \"Workflow > Export (API)\", and send {\"prompt\": <that file>} to POST /webhook.";

  private BodyShape() {}

  /** What is wrong with a body with fields that a submission does not have. */
  static Optional<Problem> problem(ObjectNode body, boolean namesWorkflow) {
    if (body.path("nodes").isArray()) {
      return Optional.of(problem(ProblemType.INVALID_WORKFLOW, "", EXPORT));
    }
    if (isGraph(body)) {
      return Optional.of(
          problem(
              ProblemType.INVALID_WORKFLOW,
              "",
              "The body is a graph itself. Send it as {\"prompt\": <the graph>} to POST /webhook"
                  + (namesWorkflow
                      ? "; a workflow that the URL names has its graph in the library."
                      : ".")));
    }
    if (body.path("input").isObject()) {
      boolean bringsGraph = body.path("input").path("workflow").isObject();
      return Optional.of(
          problem(
              ProblemType.INVALID_INPUT,
              "/input",
              bringsGraph
                  ? "There is no field input. Send the value of input.workflow as {\"prompt\": <the graph>} to POST /webhook."
                  : "There is no field input. Send its values in inputs: {\"inputs\": {…}}."));
    }
    if (body.path("workflow").isObject()) {
      return Optional.of(
          problem(
              ProblemType.INVALID_INPUT,
              "/workflow",
              "There is no field workflow. Send the graph as {\"prompt\": <the graph>} to POST /webhook; a workflow of the library is named in the URL."));
    }
    return Optional.empty();
  }

  private static boolean isGraph(ObjectNode body) {
    return body.properties().stream()
        .filter(field -> !SubmissionFields.NAMES.contains(field.getKey()))
        .anyMatch(field -> field.getValue().path("class_type").isTextual());
  }

  private static Problem problem(ProblemType type, String pointer, String detail) {
    return Problem.ofField(type, pointer, detail);
  }

  /** The end of a sentence about a body that is JSON and no object. */
  static String ofNoObject(JsonNode value) {
    if (value.isTextual()) {
      return value.asText().stripLeading().startsWith("{")
          ? "; this is a text that holds JSON: it was encoded as JSON twice."
          : ", and not a text.";
    }
    return value.isArray()
        ? "; many jobs of one request go to POST /batches as {\"jobs\": […]}."
        : ".";
  }

  /** Refuses JSON whose Content-Type is that of a form, which curl's {@code -d} sets by default. */
  static void requireForm(ReceivedForm form) {
    boolean isJson =
        form.fields().keySet().stream()
            .findFirst()
            .filter(name -> name.stripLeading().startsWith("{"))
            .isPresent();
    if (isJson) {
      throw new Problem(
          ProblemType.UNSUPPORTED_MEDIA_TYPE,
          "The body is JSON, and its Content-Type says that it is a form. Send the header Content-Type: application/json (curl: -H 'Content-Type: application/json').");
    }
  }
}
