package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.job.JobQueries;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.BackendHealth;
import io.comfygateway.pool.Backends;
import java.util.Map;
import org.apache.camel.Exchange;

/** The ComfyUI servers, as their operator sees them. */
public final class PoolApi {
  private final JobQueries queries;
  private final Backends backends;
  private final ObjectMapper json;

  public PoolApi(JobQueries queries, Backends backends, ObjectMapper json) {
    this.queries = queries;
    this.backends = backends;
    this.json = json;
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
      view.put("drain", backend.drain())
          .put("window", backend.window())
          .put("prompts", prompts.getOrDefault(backend.name(), 0));
      ArrayNode labels = view.putArray("labels");
      backend.labels().stream().sorted().forEach(labels::add);
    }
    Responses.json(exchange, 200, body.toString());
  }
}
