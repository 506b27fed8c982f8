package io.comfygateway.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * By ComfyUI's own API, at a ComfyUI or at the gateway: told by the WebSocket, or asking for the
 * history every 250 ms.
 */
final class DirectWay implements Way {
  static final long POLL_MS = 250;

  private final String name;
  private final Http comfy;
  private final boolean polling;
  private final Map<String, CompletableFuture<Boolean>> ends = new ConcurrentHashMap<>();
  private final String client = UUID.randomUUID().toString();
  private final WebSocket socket;

  DirectWay(String name, Http comfy, boolean polling) {
    this.name = name;
    this.comfy = comfy;
    this.polling = polling;
    this.socket =
        polling
            ? null
            : comfy
                .webSocket()
                .buildAsync(
                    URI.create(comfy.root().replace("http:", "ws:") + "/ws?clientId=" + client),
                    new Ends())
                .join();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Ticket submit(Row row, long seed) throws IOException, InterruptedException {
    ObjectNode graph =
        (ObjectNode) Http.JSON.readTree(Files.readAllBytes(Path.of("bench/workflows/file.json")));
    ObjectNode inputs = (ObjectNode) graph.path("1").path("inputs");
    inputs.put("seed", seed);
    inputs.put("kilobytes", row.kilobytes());
    inputs.put("step_ms", row.workMs());
    String id = UUID.randomUUID().toString();
    ends.put(id, new CompletableFuture<>());
    comfy.post("/prompt", Map.of("prompt", graph, "prompt_id", id, "client_id", client));
    return new Ticket(id, "");
  }

  @Override
  public long finish(Ticket ticket) throws IOException, InterruptedException {
    String path = "/history/" + ticket.id();
    JsonNode entry;
    if (polling) {
      long end = System.nanoTime() + Http.LIMIT.toNanos();
      for (entry = comfy.get(path).path(ticket.id());
          !entry.has("outputs");
          entry = comfy.get(path).path(ticket.id())) {
        if (System.nanoTime() > end) {
          throw new IOException("prompt " + ticket.id() + " has not ended");
        }
        Thread.sleep(POLL_MS);
      }
    } else {
      await(ends.get(ticket.id()));
      entry = comfy.get(path).path(ticket.id());
    }
    ends.remove(ticket.id());
    for (JsonNode node : entry.path("outputs")) {
      for (JsonNode list : node) {
        JsonNode file = list.path(0);
        if (file.has("filename")) {
          return comfy.read(
              "/view?type="
                  + file.path("type").asText()
                  + "&subfolder="
                  + encoded(file, "subfolder")
                  + "&filename="
                  + encoded(file, "filename"));
        }
      }
    }
    throw new IOException("prompt " + ticket.id() + " has no output: " + entry);
  }

  static void await(CompletableFuture<?> end) throws IOException, InterruptedException {
    try {
      end.get(Http.LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("the job has not ended well", e);
    }
  }

  private static String encoded(JsonNode file, String field) {
    return URLEncoder.encode(file.path(field).asText(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    if (socket != null) {
      socket.abort();
    }
  }

  private final class Ends implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        String frame = text.toString();
        text.setLength(0);
        // The last frame of a prompt: from here on its history can be read.
        if (frame.contains("\"node\": null") || frame.contains("\"node\":null")) {
          ended(frame);
        }
      }
      from.request(1);
      return null;
    }

    private void ended(String frame) {
      try {
        String id = Http.JSON.readTree(frame).path("data").path("prompt_id").asText();
        CompletableFuture<Boolean> end = ends.get(id);
        if (end != null) {
          end.complete(true);
        }
      } catch (IOException e) {
        ends.values().forEach(end -> end.completeExceptionally(e));
      }
    }
  }
}
