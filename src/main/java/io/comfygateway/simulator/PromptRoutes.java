package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/** Submitting, watching and stopping prompts. */
final class PromptRoutes {
  private static final long HELD_LOOK_MS = 10;
  // 0.33 keeps the caller's keys out of the queue and the history.
  private static final List<String> SECRETS = List.of("auth_token_comfy_org", "api_key_comfy_org");

  private final Api api;
  private final PythonJson json;
  private final PromptQueue queue;
  private final Replacements replacements;
  private final PromptValidation validation;
  private final Pace pace;
  private final Faults faults;
  private final Counters counters;
  private final SimulatedVersion version;
  private final InstantSource clock;

  PromptRoutes(
      Api api,
      PythonJson json,
      PromptQueue queue,
      Replacements replacements,
      PromptValidation validation,
      Pace pace,
      Faults faults,
      Counters counters,
      SimulatedVersion version,
      InstantSource clock) {
    this.api = api;
    this.json = json;
    this.queue = queue;
    this.replacements = replacements;
    this.validation = validation;
    this.pace = pace;
    this.faults = faults;
    this.counters = counters;
    this.version = version;
    this.clock = clock;
  }

  void bind() {
    api.get("/prompt", ctx -> api.json(ctx, 200, execInfo(json, queue)));
    api.post("/prompt", this::submit);
    if (version.is033()) {
      api.get("/node_replacements", ctx -> api.json(ctx, 200, replacements.json()));
    }
    api.get("/queue", ctx -> api.json(ctx, 200, queue.snapshot()));
    api.post("/queue", ctx -> remove(ctx, queue::clear, queue::delete));
    api.get("/history", this::history);
    api.get(
        "/history/{prompt_id}",
        ctx -> api.json(ctx, 200, queue.historyOf(ctx.pathParam("prompt_id"))));
    api.post("/history", ctx -> remove(ctx, queue::clearHistory, queue::forget));
    api.post("/interrupt", this::interrupt);
  }

  /** How many prompts are not finished, as {@code GET /prompt} and status messages report it. */
  static ObjectNode execInfo(PythonJson json, PromptQueue queue) {
    ObjectNode info = json.object();
    info.putObject("exec_info").put("queue_remaining", queue.remaining());
    return info;
  }

  private void submit(RoutingContext ctx) {
    if (faults.holdsSubmissions()) {
      ctx.vertx().setTimer(HELD_LOOK_MS, ignored -> submit(ctx));
      return;
    }
    Optional<Integer> rejection = faults.takeRejection();
    if (rejection.isPresent()) {
      ctx.response()
          .setStatusCode(rejection.get())
          .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain")
          .end("The simulator was told to reject this submission.");
      return;
    }
    Optional<JsonNode> parsed = api.body(ctx);
    if (parsed.isEmpty()) {
      return;
    }
    JsonNode body = parsed.get();
    if (!body.isContainerNode()) {
      api.trouble(ctx);
      return;
    }
    if (version.is033() && !PromptId.isValid(body.path("prompt_id"))) {
      refuse(ctx, PromptId.refusal());
      return;
    }
    JsonNode number = number(body);
    JsonNode graph = body.path("prompt");
    if (graph.isMissingNode()) {
      refuse(ctx, PromptValidation.noPrompt());
    } else if (graph.isArray() && graph.isEmpty()) {
      refuse(ctx, PromptValidation.noOutputs());
    } else if (graph instanceof ObjectNode nodes
        && (!version.is033() || replacements.apply(nodes))) {
      PromptVerdict verdict = validation.validate(nodes, targets(body));
      if (verdict instanceof PromptVerdict.Accepted accepted) {
        accept(ctx, body, number, nodes, accepted);
      } else {
        refuse(ctx, (PromptVerdict.Refused) verdict);
      }
    } else {
      api.trouble(ctx);
    }
  }

  private JsonNode number(JsonNode body) {
    if (body.has("number")) {
      return DoubleNode.valueOf(body.get("number").asDouble());
    }
    JsonNode number = queue.nextNumber();
    return body.path("front").asBoolean(false) ? LongNode.valueOf(-number.asLong()) : number;
  }

  private static Optional<Set<String>> targets(JsonNode body) {
    JsonNode targets = body.path("partial_execution_targets");
    if (!targets.isArray()) {
      return Optional.empty();
    }
    Set<String> ids = new HashSet<>();
    targets.forEach(target -> ids.add(target.asText()));
    return Optional.of(ids);
  }

  private void accept(
      RoutingContext ctx,
      JsonNode body,
      JsonNode number,
      ObjectNode graph,
      PromptVerdict.Accepted accepted) {
    ObjectNode extraData =
        body.path("extra_data") instanceof ObjectNode given ? given : json.object();
    if (body.has("client_id")) {
      extraData.set("client_id", body.get("client_id"));
    }
    if (version.is033()) {
      extraData.remove(SECRETS);
      extraData.put("create_time", clock.millis());
    }
    String id =
        body.hasNonNull("prompt_id")
            ? body.get("prompt_id").asText()
            : UUID.randomUUID().toString();
    counters.submitted(id);
    queue.add(new Prompt(number, id, graph, extraData, accepted.outputs()));
    if (faults.takeLostAnswer()) {
      ctx.request().connection().close();
      return;
    }
    ObjectNode answer = json.object().put("prompt_id", id);
    answer.set("number", number);
    answer.set("node_errors", accepted.nodeErrors());
    api.json(ctx, 200, answer);
  }

  private void refuse(RoutingContext ctx, PromptVerdict.Refused refused) {
    ObjectNode answer = json.object();
    answer.set("error", refused.error());
    answer.set("node_errors", refused.nodeErrors());
    api.json(ctx, 400, answer);
  }

  private void history(RoutingContext ctx) {
    String max = ctx.request().getParam("max_items", "");
    String offset = ctx.request().getParam("offset", "-1");
    try {
      OptionalInt limit =
          max.isEmpty() ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(max));
      api.json(ctx, 200, queue.historyPage(limit, Integer.parseInt(offset)));
    } catch (NumberFormatException e) {
      api.trouble(ctx);
    }
  }

  private void remove(RoutingContext ctx, Runnable clear, Consumer<String> delete) {
    Optional<JsonNode> body = api.body(ctx);
    if (body.isEmpty()) {
      return;
    }
    if (body.get().path("clear").asBoolean(false)) {
      clear.run();
    }
    body.get().path("delete").forEach(id -> delete.accept(id.asText()));
    api.empty(ctx, 200);
  }

  private void interrupt(RoutingContext ctx) {
    Optional<String> id =
        api.optionalBody(ctx)
            .map(body -> body.path("prompt_id").asText())
            .filter(text -> !text.isEmpty());
    queue.interrupt(prompt -> id.isEmpty() || prompt.id().equals(id.get()));
    pace.wake();
    api.empty(ctx, 200);
  }
}
