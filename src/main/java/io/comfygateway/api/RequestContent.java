package io.comfygateway.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.MediaInput;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;

/**
 * The request of an exchange, which is its body, and its graph, which is the property {@code
 * graph}. Any step of a route may have changed them: what has not been checked yet is read and
 * checked like what a caller sends. Steps write JSON as they like: as text, bytes, a stream, a map
 * or what jq makes.
 */
public final class RequestContent {
  /** The exchange property with the graph in API format. */
  static final String GRAPH = "graph";

  /** The exchange property with the name of the workflow; absent where the request has a graph. */
  static final String WORKFLOW = "workflow";

  private static final int LARGEST = 33_554_432;

  private final StrictJson strict = new StrictJson();
  private final GraphPolicy policy;
  private final Graph.Limits limits;
  private final ObjectMapper json;

  public RequestContent(GraphPolicy policy, Graph.Limits limits, ObjectMapper json) {
    this.policy = policy;
    this.limits = limits;
    this.json = json;
  }

  /**
   * The request.
   *
   * @throws Problem where a step has made of it what no caller may send
   */
  ObjectNode request(Exchange exchange) {
    Submission submission = Submission.of(exchange);
    Object body = exchange.getMessage().getBody();
    if (body == submission.request) {
      return submission.request;
    }
    ObjectNode changed = object(exchange);
    ObjectNode fields = changed;
    if (submission.workflow.isPresent()) {
      fields = SubmissionFields.ofWorkflow(changed, submission.workflow.get());
    } else if (submission.graph != null) {
      SubmissionFields.require(changed);
    }
    setRequest(exchange, fields);
    return fields;
  }

  /**
   * A body that a step has changed.
   *
   * @throws Problem where it is no JSON object
   */
  ObjectNode object(Exchange exchange) {
    if (read(exchange, exchange.getMessage().getBody(), "The body") instanceof ObjectNode object) {
      return object;
    }
    throw new Problem(
        ProblemType.INVALID_JSON,
        "The body must be the request as a JSON object, such as {\"inputs\": {}}.");
  }

  /** Replaces the request by one that is checked. */
  void setRequest(Exchange exchange, ObjectNode request) {
    Submission.of(exchange).request = request;
    exchange.getMessage().setBody(request);
  }

  private Graph.Limits limitsOf(Exchange exchange) {
    return ClientSubmission.isOne(exchange) ? limits.withLongTexts() : limits;
  }

  /**
   * The graph.
   *
   * @throws Problem where a step has made of it what no caller may send
   */
  Graph graph(Exchange exchange) {
    Submission submission = Submission.of(exchange);
    Object value = exchange.getProperty(GRAPH);
    if (value == submission.graph && value != null) {
      return submission.graph;
    }
    Graph changed =
        value instanceof Graph graph
            ? graph
            : Graph.parse(
                read(exchange, value, "The graph"), submission.place(), limitsOf(exchange));
    policy.requireAllowed(changed, submission.place());
    for (MediaInput file : submission.media) {
      if (changed.node(file.nodeId()).isEmpty()) {
        throw new Problem(
            ProblemType.INVALID_WORKFLOW,
            "A step removed node %s from the graph, whose input %s takes a file of the request."
                .formatted(file.nodeId(), file.field()));
      }
    }
    submission.shared = Optional.empty();
    setGraph(exchange, changed);
    return changed;
  }

  /** Replaces the graph by one that is checked. */
  void setGraph(Exchange exchange, Graph graph) {
    Submission.of(exchange).graph = graph;
    exchange.setProperty(GRAPH, graph);
  }

  private JsonNode read(Exchange exchange, Object value, String what) {
    byte[] bytes = bytes(exchange, value, what);
    if (bytes.length > LARGEST) {
      throw new Problem(
          ProblemType.INVALID_JSON,
          "%s is larger than %,d bytes of JSON.".formatted(what, LARGEST));
    }
    return strict.read(bytes, what);
  }

  private byte[] bytes(Exchange exchange, Object value, String what) {
    try {
      if (value instanceof String text) {
        return text.getBytes(StandardCharsets.UTF_8);
      }
      if (value instanceof JsonNode || value instanceof Map || value instanceof Collection) {
        return json.writeValueAsBytes(value);
      }
      InputStream stream =
          value == null
              ? null
              : exchange
                  .getContext()
                  .getTypeConverter()
                  .tryConvertTo(InputStream.class, exchange, value);
      if (stream == null) {
        throw new Problem(
            ProblemType.INVALID_JSON, what + " is empty, or of a type that is not JSON.");
      }
      try (stream) {
        return stream.readNBytes(LARGEST + 1);
      }
    } catch (JsonProcessingException e) {
      throw new Problem(ProblemType.INVALID_JSON, what + " cannot be written as JSON.");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
