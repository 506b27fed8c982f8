package io.comfygateway.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** A client that follows a stream of server-sent events, as the HTML standard reads them. */
final class EventClient implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpResponse<InputStream> response;
  private final List<Event> events = new CopyOnWriteArrayList<>();
  private final List<String> comments = new CopyOnWriteArrayList<>();
  private final Thread reader = new Thread(this::read, "event-client");
  private volatile String lastId = "";
  private volatile boolean ended;

  /** An event: its name, the last id when it came, and its data. */
  record Event(String name, String id, JsonNode data) {
    String job() {
      return data.path("job").asText();
    }

    String status() {
      return data.path("status").asText();
    }

    /** Its name, and its status if it has one. */
    String word() {
      return status().isEmpty() ? name : name + " " + status();
    }
  }

  private EventClient(HttpResponse<InputStream> response) {
    this.response = response;
    reader.setDaemon(true);
    reader.start();
  }

  /** Opens a stream. Returns when its headers have come. */
  static EventClient open(HttpRequest.Builder request) {
    try {
      return new EventClient(
          HttpClient.newHttpClient()
              .send(request.GET().build(), HttpResponse.BodyHandlers.ofInputStream()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      String name = "message";
      List<String> data = new ArrayList<>();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.isEmpty()) {
          if (!data.isEmpty()) {
            events.add(new Event(name, lastId, JSON.readTree(String.join("\n", data))));
          }
          name = "message";
          data.clear();
        } else if (line.startsWith(":")) {
          comments.add(line.substring(1).strip());
        } else if (line.startsWith("event: ")) {
          name = line.substring("event: ".length());
        } else if (line.startsWith("id: ")) {
          lastId = line.substring("id: ".length());
        } else if (line.startsWith("data: ")) {
          data.add(line.substring("data: ".length()));
        }
      }
    } catch (IOException closed) {
      // The stream has ended, or the test closed it.
    }
    ended = true;
  }

  int status() {
    return response.statusCode();
  }

  String header(String name) {
    return response.headers().firstValue(name).orElse("");
  }

  String lastId() {
    return lastId;
  }

  List<Event> events() {
    return events;
  }

  /** The events of one job. */
  List<Event> of(String job) {
    return events.stream().filter(event -> event.job().equals(job)).toList();
  }

  List<String> comments() {
    return comments;
  }

  /** Waits for an event. */
  Event await(Predicate<Event> wanted) {
    return Awaitility.await()
        .until(() -> events.stream().filter(wanted).findFirst(), java.util.Optional::isPresent)
        .orElseThrow();
  }

  /** Waits until the gateway has ended the stream. */
  void awaitEnd() {
    Awaitility.await().until(() -> ended);
  }

  boolean hasEnded() {
    return ended;
  }

  @Override
  public void close() {
    try {
      response.body().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
