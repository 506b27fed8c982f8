package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What the methods of {@link ComfySimulator} do, over HTTP for other processes. The paths and
 * fields are listed in {@code docs/simulator.md}.
 */
final class ControlRoutes {
  private static final Set<String> FAULTS =
      Set.of(
          "fail_prompts",
          "fail_kind",
          "lose_answers",
          "reject_submissions",
          "reject_status",
          "cut_views",
          "view_delay_ms",
          "view_html",
          "refuse_websockets",
          "hold_submissions",
          "fail_object_info",
          "step_ms");

  private final Vertx vertx;
  private final Api api;
  private final PythonJson json;
  private final ComfySimulator simulator;

  ControlRoutes(Vertx vertx, Api api, PythonJson json, ComfySimulator simulator) {
    this.vertx = vertx;
    this.api = api;
    this.json = json;
    this.simulator = simulator;
  }

  void bind() {
    api.control(
        HttpMethod.GET,
        "/simulator/stats",
        ctx -> api.json(ctx, 200, json.tree(simulator.stats())));
    post("stats/reset", body -> simulator.resetStats());
    post("faults/clear", body -> simulator.faults().clear());
    post("hold", body -> simulator.hold());
    post("release", this::release);
    post("drop-websockets", body -> simulator.dropWebSockets());
    post("sweep-outputs", body -> simulator.sweepOutputs());
    api.control(HttpMethod.POST, "/simulator/faults", this::faults);
    api.control(HttpMethod.POST, "/simulator/restart", this::restart);
  }

  private interface Action {
    void run(JsonNode body);
  }

  private void post(String name, Action action) {
    api.control(
        HttpMethod.POST,
        "/simulator/" + name,
        ctx -> {
          action.run(api.optionalBody(ctx).orElseGet(json::object));
          api.json(ctx, 200, json.object());
        });
  }

  private void release(JsonNode body) {
    if (body.has("prompts")) {
      simulator.release(body.get("prompts").asInt());
    } else {
      simulator.release();
    }
  }

  private void faults(RoutingContext ctx) {
    JsonNode body = api.optionalBody(ctx).orElseGet(json::object);
    Optional<String> wrong = wrong(body);
    if (wrong.isPresent()) {
      api.json(ctx, 400, json.object().put("error", wrong.get()));
      return;
    }
    Faults faults = simulator.faults();
    if (body.has("fail_prompts")) {
      String kind = body.path("fail_kind").asText("error").toUpperCase(Locale.ROOT);
      faults.failNextPrompts(body.get("fail_prompts").asInt(), Faults.Kind.valueOf(kind));
    }
    if (body.has("lose_answers")) {
      faults.loseNextAnswers(body.get("lose_answers").asInt());
    }
    if (body.has("reject_submissions")) {
      int status = body.path("reject_status").asInt(502);
      faults.rejectNextSubmissions(body.get("reject_submissions").asInt(), status);
    }
    if (body.has("cut_views")) {
      faults.cutNextViews(body.get("cut_views").asInt());
    }
    if (body.has("view_delay_ms")) {
      faults.delayViews(Duration.ofMillis(body.get("view_delay_ms").asLong()));
    }
    if (body.has("view_html")) {
      faults.answerViewsWithHtml(body.get("view_html").asBoolean());
    }
    if (body.has("refuse_websockets")) {
      faults.refuseWebSockets(body.get("refuse_websockets").asBoolean());
    }
    if (body.has("hold_submissions")) {
      faults.holdSubmissions(body.get("hold_submissions").asBoolean());
    }
    if (body.has("fail_object_info")) {
      faults.failObjectInfo(body.get("fail_object_info").asBoolean());
    }
    if (body.has("step_ms")) {
      faults.stepTime(Duration.ofMillis(body.get("step_ms").asLong()));
    }
    api.json(ctx, 200, json.object());
  }

  private static Optional<String> wrong(JsonNode body) {
    if (!body.isObject()) {
      return Optional.of("The body must be a JSON object.");
    }
    for (String name : (Iterable<String>) body::fieldNames) {
      JsonNode value = body.get(name);
      if (!FAULTS.contains(name)) {
        return Optional.of("There is no fault " + name + "; there are " + FAULTS + ".");
      }
      boolean good =
          switch (name) {
            case "fail_kind" -> Set.of("error", "out_of_memory", "device").contains(value.asText());
            case "refuse_websockets", "hold_submissions", "fail_object_info", "view_html" ->
                value.isBoolean();
            case "reject_status" ->
                value.canConvertToInt() && value.asInt() >= 400 && value.asInt() <= 599;
            default -> value.isIntegralNumber() && value.canConvertToInt() && value.asInt() >= 0;
          };
      if (!good) {
        return Optional.of(name + " may not be " + value + ".");
      }
    }
    return Optional.empty();
  }

  // The answer goes out first: the restart closes the connection that it is sent over.
  private void restart(RoutingContext ctx) {
    JsonNode body = api.optionalBody(ctx).orElseGet(json::object);
    Duration down = Duration.ofMillis(Math.max(0, body.path("down_ms").asLong(0)));
    ctx.addEndHandler(ignored -> vertx.executeBlocking(() -> restarted(down), false));
    api.json(ctx, 202, json.object());
  }

  private Duration restarted(Duration down) {
    simulator.restart(down);
    return down;
  }
}
