package io.comfygateway.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/**
 * Another service in front of the same ComfyUI, as a file says how it is used: {@code name}, {@code
 * url}, {@code headers}, {@code submit} (path, body), {@code id} (where the answer names the job),
 * {@code poll} (path, done, failed; without it the answer to the submission is the end), {@code
 * output} (where the last answer has the output's URL or path) and {@code encoding} ({@code base64}
 * where it has the output itself). Places are JSON pointers; {@code {seed}}, {@code {kilobytes}},
 * {@code {step_ms}} and {@code {id}} are filled in.
 */
final class PeerWay implements Way {
  private final JsonNode adapter;
  private final Http peer;

  /**
   * @throws IOException where the file cannot be read
   */
  PeerWay(Path file) throws IOException {
    this.adapter = Http.JSON.readTree(Files.readAllBytes(file));
    Map<String, String> headers = new HashMap<>();
    for (Map.Entry<String, JsonNode> header : adapter.path("headers").properties()) {
      headers.put(header.getKey(), header.getValue().asText());
    }
    this.peer = new Http(adapter.path("url").asText(), headers);
  }

  @Override
  public String name() {
    return adapter.path("name").asText();
  }

  @Override
  public boolean acceptsFirst() {
    return adapter.has("poll");
  }

  @Override
  public Ticket submit(Row row, long seed) throws IOException, InterruptedException {
    String body =
        adapter
            .at("/submit/body")
            .toString()
            .replace("\"{seed}\"", Long.toString(seed))
            .replace("\"{kilobytes}\"", Integer.toString(row.kilobytes()))
            .replace("\"{step_ms}\"", Integer.toString(row.workMs()));
    JsonNode answer = peer.post(adapter.at("/submit/path").asText(), Http.JSON.readTree(body));
    return new Ticket(
        answer.at(adapter.path("id").asText()).asText(), acceptsFirst() ? "" : output(answer));
  }

  @Override
  public long finish(Ticket ticket) throws IOException, InterruptedException {
    String output = acceptsFirst() ? output(polled(ticket)) : ticket.output();
    return adapter.path("encoding").asText().equals("base64")
        ? Base64.getDecoder().decode(output).length
        : peer.read(output);
  }

  private JsonNode polled(Ticket ticket) throws IOException, InterruptedException {
    String path = adapter.at("/poll/path").asText().replace("{id}", ticket.id());
    JsonNode done = adapter.at("/poll/done");
    JsonNode failed = adapter.at("/poll/failed");
    long end = System.nanoTime() + Http.LIMIT.toNanos();
    JsonNode answer = peer.get(path);
    while (!holds(done, answer)) {
      if (holds(failed, answer) || System.nanoTime() > end) {
        throw new IOException("job " + ticket.id() + " has not ended well: " + answer);
      }
      Thread.sleep(DirectWay.POLL_MS);
      answer = peer.get(path);
    }
    return answer;
  }

  private String output(JsonNode answer) {
    return answer.at(adapter.path("output").asText()).asText();
  }

  private static boolean holds(JsonNode condition, JsonNode answer) {
    return !condition.isMissingNode()
        && answer.at(condition.path("at").asText()).equals(condition.path("is"));
  }
}
