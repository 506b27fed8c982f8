package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.Scope;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.Workflow;
import io.comfygateway.workflow.WorkflowLibrary;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;

/** The step that finds the graph that a request asks for. */
public final class GraphSource {
  /** How to run a workflow of the library by a request for one job. */
  private static final String BY_URL = "name it in the URL: POST /webhook/{workflow}.";

  /** How to run a workflow of the library by a row of a batch. */
  static final String BY_FIELD = "set workflow in the batch or in the job.";

  private final RequestContent content;
  private final WorkflowLibrary library;
  private final GraphPolicy policy;
  private final Graph.Limits limits;

  public GraphSource(
      RequestContent content, WorkflowLibrary library, GraphPolicy policy, Graph.Limits limits) {
    this.content = content;
    this.library = library;
    this.policy = policy;
    this.limits = limits;
  }

  /**
   * Sets {@code graph}: that of the library's workflow that the property {@code workflow} names,
   * else the field {@code prompt}. Inputs at the top of the request are moved into {@code inputs}.
   *
   * @throws Problem where there is none, the caller may not use it, or a node of it is not allowed
   */
  public void find(Exchange exchange) {
    Submission submission = Submission.of(exchange);
    ObjectNode request = content.request(exchange);
    Optional<String> named =
        Optional.ofNullable(exchange.getProperty(RequestContent.WORKFLOW, String.class));
    if (named.isPresent()) {
      Workflow workflow = library.require(named.get(), submission.caller::mayRun);
      ObjectNode fields = SubmissionFields.ofWorkflow(request, workflow);
      submission.workflow = Optional.of(workflow);
      submission.shared = Optional.empty();
      policy.requireAllowed(workflow.graph(), submission.place());
      content.setRequest(exchange, fields);
      content.setGraph(exchange, workflow.graph());
    } else {
      submission.caller.require(Set.of(Scope.RAW));
      SubmissionFields.require(request);
      JsonNode prompt = request.path("prompt");
      requireGraph(prompt, submission.batch.isPresent() ? BY_FIELD : BY_URL);
      submission.shared = submission.shared.filter(shared -> shared.prompt.equals(prompt));
      content.setGraph(
          exchange,
          submission
              .shared
              .map(shared -> shared.parsed.get(() -> parsed(prompt, limits)))
              .orElseGet(() -> parsed(prompt, limitsOf(exchange))));
    }
  }

  /**
   * The request with the inputs at its top in {@code inputs}, where it names a workflow of the
   * library; refuses nothing.
   */
  ObjectNode gathered(Exchange exchange) {
    ObjectNode request = content.request(exchange);
    return Optional.ofNullable(exchange.getProperty(RequestContent.WORKFLOW, String.class))
        .flatMap(library::find)
        .map(workflow -> SubmissionFields.gathered(request, workflow))
        .orElse(request);
  }

  // A client of ComfyUI's own API sends pictures as texts; the body has a limit.
  private Graph.Limits limitsOf(Exchange exchange) {
    return ClientSubmission.isOne(exchange) ? limits.withLongTexts() : limits;
  }

  private Graph parsed(JsonNode prompt, Graph.Limits most) {
    Graph graph = Graph.parse(prompt, "/prompt", most);
    policy.requireAllowed(graph, "/prompt");
    return graph;
  }

  /**
   * Demands that a graph was sent.
   *
   * @param byName how to run a workflow of the library, as the end of a sentence
   */
  static void requireGraph(JsonNode prompt, String byName) {
    if (prompt.isMissingNode()) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/prompt",
          "prompt is missing: send the graph in API format. To run a workflow of the library "
              + byName);
    }
    if (prompt.isTextual()) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/prompt",
          prompt.asText().stripLeading().startsWith("{")
              ? "prompt is a text that holds JSON: it was encoded as JSON twice. Send the graph as an object."
              : "prompt is the graph of a workflow in API format here, not a text. To run a workflow of the library with a prompt, "
                  + byName);
    }
  }
}
