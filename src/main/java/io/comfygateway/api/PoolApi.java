package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.job.JobQueries;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.BackendHealth;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.DrainedServers;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;

/** The ComfyUI servers, as their operator sees them. */
public final class PoolApi {
  private static final int LONGEST_REASON = 200;

  private final JobQueries queries;
  private final Backends backends;
  private final DrainedServers drained;
  private final ObjectMapper json;

  public PoolApi(JobQueries queries, Backends backends, DrainedServers drained, ObjectMapper json) {
    this.drained = drained;
    this.queries = queries;
    this.backends = backends;
    this.json = json;
  }

  /**
   * Takes the server of the path out of service, for the reason in the body if there is one, and
   * answers with all.
   *
   * @throws Problem where there is no such server, or the body is not valid
   */
  public void drain(Exchange exchange) {
    drained.drain(name(exchange), reason(exchange));
    list(exchange);
  }

  /**
   * Puts the server of the path back into service, and answers with all.
   *
   * @throws Problem where there is no such server, or its file says {@code drain: true}
   */
  public void resume(Exchange exchange) {
    String name = name(exchange);
    if (backends.find(name).filter(Backend::drain).isPresent()) {
      throw new Problem(
          ProblemType.INVALID_REQUEST,
          "The server " + name + " has drain: true in its file; change it there.");
    }
    drained.resume(name);
    list(exchange);
  }

  private String reason(Exchange exchange) {
    Optional<ObjectNode> body = ObjectBody.readOnly(exchange, json, "reason");
    if (body.isEmpty()) {
      return "";
    }
    JsonNode reason = body.get().path("reason");
    if (!reason.isMissingNode()
        && (!reason.isTextual() || reason.asText().length() > LONGEST_REASON)) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/reason",
          "reason must be a text of at most " + LONGEST_REASON + " characters.");
    }
    return reason.asText();
  }

  private String name(Exchange exchange) {
    String name = exchange.getMessage().getHeader("server", "", String.class);
    if (backends.find(name).isEmpty()) {
      throw new Problem(
          ProblemType.UNKNOWN_SERVER,
          "There is no server " + StrictJson.shown(name) + "; GET /backends lists them.");
    }
    return name;
  }

  /** 200 with every server; its address and its credentials stay in its file. */
  public void list(Exchange exchange) {
    Map<String, Integer> prompts = queries.promptsByBackend();
    ObjectNode body = json.createObjectNode();
    ArrayNode list = body.putArray("backends");
    for (Backend backend : backends.all()) {
      BackendHealth.State state = backends.health().state(backend.name());
      ObjectNode view = list.addObject().put("name", backend.name()).put("status", state.status());
      if (!state.reason().isEmpty()) {
        view.put("reason", state.reason());
      }
      backends.version(backend.name()).ifPresent(version -> view.put("version", version));
      view.put("drain", backends.isDrained(backend.name()))
          .put("window", backend.window())
          .put("prompts", prompts.getOrDefault(backend.name(), 0));
      backends
          .health()
          .lastAnswer(backend.name())
          .ifPresent(at -> view.put("answered_at", at.toString()));
      backends
          .health()
          .downSince(backend.name())
          .ifPresent(at -> view.put("down_since", at.toString()));
      backends
          .memory(backend.name())
          .ifPresent(
              memory ->
                  view.putObject("video_memory")
                      .put("total_bytes", memory.total())
                      .put("free_bytes", memory.free()));
      ArrayNode labels = view.putArray("labels");
      backend.labels().stream().sorted().forEach(labels::add);
    }
    Responses.json(exchange, 200, body.toString());
  }
}
