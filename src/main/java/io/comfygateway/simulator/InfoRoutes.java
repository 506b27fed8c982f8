package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;

/** Describes the server: its node classes, models, features and memory. */
final class InfoRoutes {
  private final Api api;
  private final PythonJson json;
  private final NodeLibrary library;
  private final Map<String, List<String>> models;
  private final Faults faults;

  InfoRoutes(
      Api api,
      PythonJson json,
      NodeLibrary library,
      Map<String, List<String>> models,
      Faults faults) {
    this.faults = faults;
    this.api = api;
    this.json = json;
    this.library = library;
    this.models = models;
  }

  void bind() {
    ObjectNode systemStats = json.resource("system_stats.json");
    api.get(
        "/object_info",
        ctx -> {
          if (faults.failsObjectInfo()) {
            api.trouble(ctx);
          } else {
            api.json(ctx, 200, library.describe());
          }
        });
    api.get("/object_info/{class}", this::objectInfo);
    api.get("/system_stats", ctx -> api.json(ctx, 200, systemStats));
    api.get("/features", ctx -> api.json(ctx, 200, features(json)));
    api.get("/embeddings", ctx -> api.json(ctx, 200, embeddings()));
    api.get("/models", ctx -> api.json(ctx, 200, list(models.keySet())));
    api.get("/models/{folder}", this::modelsOf);
    // ComfyUI serves its web page here, which some clients request to see whether it is up.
    api.control(
        HttpMethod.GET,
        "/",
        ctx ->
            ctx.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/html")
                .end("<!doctype html><title>Simulated ComfyUI</title>"));
    api.post("/free", ctx -> api.empty(ctx, 200));
  }

  /** The answer to {@code GET /features}, and to a socket that sends its own features. */
  static ObjectNode features(PythonJson json) {
    return json.object()
        .put("supports_preview_metadata", true)
        .put("max_upload_size", Api.MAX_UPLOAD);
  }

  private void objectInfo(RoutingContext ctx) {
    String name = ctx.pathParam("class");
    ObjectNode answer = json.object();
    JsonNode description = library.describe().path(name);
    if (!description.isMissingNode()) {
      answer.set(name, description);
    }
    api.json(ctx, 200, answer);
  }

  private void modelsOf(RoutingContext ctx) {
    List<String> files = models.get(ctx.pathParam("folder"));
    if (files == null) {
      api.empty(ctx, 404);
    } else {
      api.json(ctx, 200, list(files));
    }
  }

  // Embeddings go by their names without the ending.
  private ArrayNode embeddings() {
    return list(
        models.getOrDefault("embeddings", List.of()).stream()
            .map(file -> file.contains(".") ? file.substring(0, file.lastIndexOf('.')) : file)
            .toList());
  }

  private static ArrayNode list(Iterable<String> names) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    names.forEach(list::add);
    return list;
  }
}
