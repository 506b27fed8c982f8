package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Describes the server: its node classes, models, features and memory. */
final class InfoRoutes {
  private final Api api;
  private final PythonJson json;
  private final NodeLibrary library;
  private final Map<String, List<String>> models;
  private final Faults faults;
  private final SimulatedVersion version;

  InfoRoutes(
      Api api,
      PythonJson json,
      NodeLibrary library,
      Map<String, List<String>> models,
      Faults faults,
      SimulatedVersion version) {
    this.version = version;
    this.faults = faults;
    this.api = api;
    this.json = json;
    this.library = library;
    this.models = models;
  }

  void bind() {
    ObjectNode systemStats = version.resource(json, "system_stats");
    ObjectNode features = features(json, version);
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
    api.get("/features", ctx -> api.json(ctx, 200, features));
    api.get("/embeddings", ctx -> api.json(ctx, 200, embeddings()));
    api.get("/models", ctx -> api.json(ctx, 200, list(folders())));
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
  static ObjectNode features(PythonJson json, SimulatedVersion version) {
    return version.resource(json, "features");
  }

  // The folders of 0.33 that the simulator has no files for are there and empty.
  private Set<String> folders() {
    Set<String> folders = new LinkedHashSet<>();
    if (version.is033()) {
      json.resource("model_folders-0.33.json")
          .get("folders")
          .forEach(folder -> folders.add(folder.asText()));
    }
    folders.addAll(models.keySet());
    return folders;
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
    String folder = ctx.pathParam("folder");
    if (folders().contains(folder)) {
      api.json(ctx, 200, list(models.getOrDefault(folder, List.of())));
    } else {
      api.empty(ctx, 404);
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
