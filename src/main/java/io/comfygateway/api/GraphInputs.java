package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.pool.Backends;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.Address;
import io.comfygateway.workflow.AppliedInputs;
import io.comfygateway.workflow.DeclaredDefaults;
import io.comfygateway.workflow.FileSource;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.Inputs;
import io.comfygateway.workflow.MediaInput;
import io.comfygateway.workflow.SeedChoice;
import io.comfygateway.workflow.SeededGraph;
import io.comfygateway.workflow.Seeds;
import io.comfygateway.workflow.Workflow;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;

/** The steps that give the inputs of a graph their values: the caller's, defaults and seeds. */
public final class GraphInputs {
  private final RequestContent content;
  private final Backends backends;
  private final Graph.Limits limits;
  private final Seeds seeds;

  public GraphInputs(RequestContent content, Backends backends, Graph.Limits limits, Seeds seeds) {
    this.content = content;
    this.backends = backends;
    this.limits = limits;
    this.seeds = seeds;
  }

  /**
   * Sets the caller's inputs in the graph. Files are left out of it until they are on a server.
   *
   * @throws Problem with each input that is not valid
   */
  public void apply(Exchange exchange) {
    Submission submission = Submission.of(exchange);
    ObjectNode request = content.request(exchange);
    Graph graph = content.graph(exchange);
    AppliedInputs applied =
        submission.once(
            shared -> shared.applied,
            () -> applied(submission, request, graph, ClientSubmission.isOne(exchange)));
    submission.media = applied.media();
    submission.applied = Optional.of(applied);
    submission.warnings.addAll(Expressions.warnings(request.path("inputs")));
    content.setGraph(exchange, applied.graph());
  }

  // A client of ComfyUI's own API sends pictures as texts; the body has a limit.
  private AppliedInputs applied(
      Submission submission, ObjectNode request, Graph graph, boolean isOfClient) {
    Inputs inputs = new Inputs(true, backends.nodeClasses().all());
    RequestFields fields = new RequestFields(request);
    JsonNode given = withFiles(fields.inputs(), submission.form);
    AppliedInputs applied =
        submission.workflow.isPresent()
            ? inputs.apply(withGraph(submission.workflow.get(), graph), given)
            : inputs.apply(graph, given);
    if (!isOfClient) {
      fields.requireShort(
          applied.media().stream().map(MediaInput::pointer).collect(Collectors.toSet()),
          limits.maxText());
      applied.graph().requireShortTexts(submission.place(), limits);
    }
    return applied;
  }

  // A step may have changed the graph so that a named input has no node any more.
  private static Workflow withGraph(Workflow workflow, Graph graph) {
    if (workflow.graph() == graph) {
      return workflow;
    }
    workflow.inputs().stream()
        .flatMap(input -> input.targets().stream())
        .map(Address::node)
        .filter(node -> graph.node(node).isEmpty())
        .findFirst()
        .ifPresent(
            node -> {
              throw new Problem(
                  ProblemType.INVALID_WORKFLOW,
                  "A step removed node %s from the graph, which an input of the workflow %s sets."
                      .formatted(node, workflow.name()));
            });
    return workflow.withGraph(graph);
  }

  // Steps see a file of the form as JSON.
  private static JsonNode withFiles(JsonNode inputs, ReceivedForm form) {
    if (form.files().isEmpty() || !inputs.isObject()) {
      return inputs;
    }
    ObjectNode all = ((ObjectNode) inputs).objectNode();
    for (Map.Entry<String, JsonNode> input : inputs.properties()) {
      Optional<FileSource.Part> part = FormFile.in(input.getValue(), form);
      if (part.isPresent()) {
        all.putPOJO(input.getKey(), part.get());
      } else {
        all.set(input.getKey(), input.getValue());
      }
    }
    return all;
  }

  /**
   * Fills in the required inputs that the graph is older than, where they have a default; not in
   * the graph of a client of ComfyUI's own API, which runs as it was sent.
   */
  public void fillDefaults(Exchange exchange) {
    if (ClientSubmission.isOne(exchange)) {
      return;
    }
    Submission submission = Submission.of(exchange);
    Graph graph = content.graph(exchange);
    submission
        .once(
            shared -> shared.filled,
            () ->
                backends
                    .nodeClasses()
                    .all()
                    .map(
                        classes ->
                            DeclaredDefaults.fill(graph, classes, submission.mediaAddresses())))
        .ifPresent(
            filled -> {
              content.setGraph(exchange, filled.graph());
              submission.warnings.addAll(filled.warnings());
            });
  }

  /** Sets the seeds as the request says: drawn, kept, or a number. */
  public void setSeeds(Exchange exchange) {
    Submission submission = Submission.of(exchange);
    ObjectNode request = content.request(exchange);
    SeededGraph seeded =
        seeds.randomise(
            content.graph(exchange),
            SeedChoice.parse(request.path("seed")),
            backends.nodeClasses().all(),
            submission.applied.orElseThrow());
    submission.seeds = seeded.seeds();
    submission.warnings.addAll(seeded.warnings());
    content.setGraph(exchange, seeded.graph());
  }
}
