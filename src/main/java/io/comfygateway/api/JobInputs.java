package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.Caller;
import io.comfygateway.access.Scope;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.JobQueries;
import io.comfygateway.prompt.NodeTitles;
import io.comfygateway.workflow.Address;
import io.comfygateway.workflow.Workflow;
import io.comfygateway.workflow.WorkflowLibrary;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** The step that shows what a job ran with. */
public final class JobInputs {
  private static final int MOST_NODES = 2_000;

  private final JobQueries queries;
  private final WorkflowLibrary library;
  private final ObjectMapper json;

  public JobInputs(JobQueries queries, WorkflowLibrary library, ObjectMapper json) {
    this.queries = queries;
    this.library = library;
    this.json = json;
  }

  /**
   * Answers with the inputs of the job's workflow by their names, its seeds and files, with the
   * titles of its nodes and when they began; for a caller that may submit graphs, also with the
   * graph. What goes to ComfyUI beside the graph may have keys in it, and is not shown.
   */
  public void show(
      Exchange exchange,
      @ExchangeProperty("caller") Caller caller,
      @ExchangeProperty("job") Job job) {
    JobDocument document = queries.document(job.id());
    ObjectNode body = json.createObjectNode().put("id", job.id().toString());
    job.workflow().ifPresent(name -> body.put("workflow", name));
    ObjectNode inputs = body.putObject("inputs");
    job.workflow()
        .flatMap(library::findKept)
        .ifPresent(workflow -> named(workflow, document, inputs));
    ObjectNode seeds = body.putObject("seeds");
    job.facts().seeds().forEach(seeds::put);
    ArrayNode files = body.putArray("files");
    document.media().forEach(file -> files.add(file(file)));
    nodes(document, job, body.putArray("nodes"));
    if (caller.may(Scope.RAW)) {
      body.set("prompt", document.prompt());
    }
    Responses.json(exchange, 200, body.toString());
  }

  // Those that began come first, in their order; a node may have begun more than once.
  private static void nodes(JobDocument document, Job job, ArrayNode nodes) {
    Map<String, String> titles = NodeTitles.of(document.prompt());
    Set<String> began = new HashSet<>();
    for (JobFacts.NodeStart start : job.facts().nodeStarts()) {
      began.add(start.node());
      nodes
          .addObject()
          .put("node", start.node())
          .put("title", titles.getOrDefault(start.node(), start.node()))
          .put("started_at", Instant.ofEpochMilli(start.at()).toString());
    }
    titles.forEach(
        (node, title) -> {
          if (!began.contains(node) && nodes.size() < MOST_NODES) {
            nodes.addObject().put("node", node).put("title", title);
          }
        });
  }

  private static void named(Workflow workflow, JobDocument document, ObjectNode inputs) {
    Set<String> files =
        document.media().stream()
            .map(file -> new Address(file.node(), file.field()).toString())
            .collect(Collectors.toSet());
    workflow
        .inputAddresses()
        .forEach(
            (name, address) -> {
              JsonNode value = value(document, address);
              if (value.isValueNode() && !files.contains(address.toString())) {
                inputs.set(name, value);
              }
            });
  }

  private static JsonNode value(JobDocument document, Address address) {
    return document.prompt().path(address.node()).path("inputs").path(address.field());
  }

  private ObjectNode file(JobDocument.Media file) {
    ObjectNode shown =
        json.createObjectNode()
            .put("node", file.node())
            .put("field", file.field())
            .put("filename", file.filename());
    file.contentType().ifPresent(type -> shown.put("content_type", type));
    file.url().ifPresent(url -> shown.put("url", url));
    return shown;
  }
}
