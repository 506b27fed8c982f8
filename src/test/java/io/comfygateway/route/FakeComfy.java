package io.comfygateway.route;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** As much of a ComfyUI as an exchange of routes needs: it takes prompts, runs them, and counts. */
final class FakeComfy implements AutoCloseable {
  // One transparent pixel.
  private static final Buffer PNG =
      Buffer.buffer(
          Base64.getDecoder()
              .decode(
                  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="));
  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;
  private final long workMillis;
  private final Map<String, AtomicInteger> submissions = new ConcurrentHashMap<>();
  private final List<JsonObject> queue = new ArrayList<>();
  private final Set<String> done = ConcurrentHashMap.newKeySet();
  private final List<ServerWebSocket> sockets = new CopyOnWriteArrayList<>();
  private boolean held;

  private FakeComfy(long workMillis) {
    this.workMillis = workMillis;
    this.server =
        vertx
            .createHttpServer()
            .webSocketHandler(this::connected)
            .requestHandler(this::handle)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  /** Starts one whose prompts take so long. */
  static FakeComfy start(long workMillis) {
    return new FakeComfy(workMillis);
  }

  String url() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  Map<String, AtomicInteger> submissions() {
    return submissions;
  }

  int sockets() {
    return sockets.size();
  }

  /** Lets no prompt end until {@link #release()}. */
  void hold() {
    vertx.runOnContext(now -> held = true);
  }

  void release() {
    vertx.runOnContext(
        now -> {
          held = false;
          runNext();
        });
  }

  private void connected(ServerWebSocket socket) {
    sockets.add(socket);
    socket.closeHandler(gone -> sockets.remove(socket));
  }

  private void handle(HttpServerRequest request) {
    String path = request.path();
    if ("POST".equals(request.method().name())) {
      request.body().onSuccess(body -> post(request, path, body));
    } else if (path.startsWith("/history/")) {
      request.response().end(history(path.substring("/history/".length())).encode());
    } else if ("/queue".equals(path)) {
      request.response().end(queue().encode());
    } else if ("/view".equals(path)) {
      request.response().putHeader("Content-Type", "image/png").end(PNG.copy());
    } else {
      request.response().end("{}");
    }
  }

  private void post(HttpServerRequest request, String path, Buffer body) {
    if ("/prompt".equals(path)) {
      JsonObject prompt = body.toJsonObject();
      String id = prompt.getString("prompt_id");
      submissions.computeIfAbsent(id, key -> new AtomicInteger()).incrementAndGet();
      queue.add(prompt);
      if (queue.size() == 1) {
        runNext();
      }
      request
          .response()
          .end(
              new JsonObject()
                  .put("prompt_id", id)
                  .put("number", 1)
                  .put("node_errors", new JsonObject())
                  .encode());
    } else {
      request.response().end();
    }
  }

  private void runNext() {
    if (!queue.isEmpty() && !held) {
      JsonObject prompt = queue.get(0);
      say("execution_start", prompt, new JsonObject());
      vertx.setTimer(Math.max(1, workMillis), later -> end(prompt));
    }
  }

  private void end(JsonObject prompt) {
    if (queue.remove(prompt)) {
      done.add(prompt.getString("prompt_id"));
      say("executing", prompt, new JsonObject().putNull("node"));
      runNext();
    }
  }

  private void say(String type, JsonObject prompt, JsonObject data) {
    data.put("prompt_id", prompt.getString("prompt_id"));
    String frame = new JsonObject().put("type", type).put("data", data).encode();
    sockets.forEach(socket -> socket.writeTextMessage(frame));
  }

  private JsonObject history(String id) {
    JsonObject all = new JsonObject();
    if (done.contains(id)) {
      JsonObject image =
          new JsonObject().put("filename", id + ".png").put("subfolder", "").put("type", "output");
      JsonObject node = new JsonObject().put("images", new JsonArray().add(image));
      all.put(
          id,
          new JsonObject()
              .put("outputs", new JsonObject().put("9", node))
              .put(
                  "status",
                  new JsonObject()
                      .put("status_str", "success")
                      .put("completed", true)
                      .put("messages", new JsonArray())));
    }
    return all;
  }

  private JsonObject queue() {
    JsonArray running = new JsonArray();
    JsonArray pending = new JsonArray();
    for (int i = 0; i < queue.size(); i++) {
      JsonArray entry = new JsonArray().add(i).add(queue.get(i).getString("prompt_id"));
      (i == 0 && !held ? running : pending).add(entry);
    }
    return new JsonObject().put("queue_running", running).put("queue_pending", pending);
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
