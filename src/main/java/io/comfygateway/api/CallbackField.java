package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.job.JobDocument;
import io.comfygateway.problem.Problem;
import io.comfygateway.webhook.CallbackHeaders;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The field {@code callback} of a request, and its short form {@code callback_url}. */
final class CallbackField {
  /** The fields of {@code callback}. */
  static final Set<String> NAMES = Set.of("url", "headers", "format", "events");

  private static final Set<String> EVENTS =
      Set.of("queued", "running", "succeeded", "failed", "cancelled");
  private static final Set<String> FINAL_EVENTS = Set.of("succeeded", "failed", "cancelled");
  private static final String POINTER = "/callback";

  private CallbackField() {}

  /**
   * Reads it from a request.
   *
   * @throws Problem where it is not valid, or both forms are sent
   */
  static Optional<JobDocument.Callback> of(ObjectNode request) {
    FieldReader fields = new FieldReader(request, "");
    Optional<ObjectNode> given = fields.object("callback");
    Optional<String> shorthand = fields.text("callback_url");
    if (given.isPresent() && shorthand.isPresent()) {
      throw fields.fault(
          "callback_url", "callback_url is short for callback.url; send one of the two.");
    }
    if (given.isEmpty()) {
      return shorthand.map(url -> new JobDocument.Callback(url, Map.of(), "json", FINAL_EVENTS));
    }
    return Optional.of(read(new FieldReader(given.get(), POINTER)));
  }

  /** The pointer of the callback's URL in a request. */
  static String urlPointer(ObjectNode request) {
    return request.has("callback") ? "/callback/url" : "/callback_url";
  }

  private static JobDocument.Callback read(FieldReader callback) {
    callback.requireKnown(NAMES);
    String url =
        callback.text("url").orElseThrow(() -> callback.fault("url", "callback.url is missing."));
    String format = callback.text("format").orElse("json");
    if (!Set.of("json", "binary").contains(format)) {
      throw callback.fault("format", "callback.format must be json or binary.");
    }
    return new JobDocument.Callback(url, headers(callback), format, events(callback));
  }

  private static Map<String, String> headers(FieldReader callback) {
    JsonNode given = callback.value("headers");
    if (!FieldReader.isLeftOut(given) && !given.isObject()) {
      throw callback.fault("headers", "callback.headers must be an object of texts.");
    }
    Map<String, String> headers = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> header : given.properties()) {
      if (!header.getValue().isTextual()) {
        throw callback.fault("headers/" + header.getKey(), "The value of a header must be text.");
      }
      headers.put(header.getKey(), header.getValue().asText());
    }
    return CallbackHeaders.check(headers);
  }

  private static Set<String> events(FieldReader callback) {
    JsonNode given = callback.value("events");
    if (FieldReader.isLeftOut(given)) {
      return FINAL_EVENTS;
    }
    Set<String> events = new LinkedHashSet<>();
    given.forEach(event -> events.add(event.asText()));
    if (!given.isArray() || events.isEmpty() || !EVENTS.containsAll(events)) {
      throw callback.fault(
          "events",
          "callback.events must be a list of any of " + EVENTS.stream().sorted().toList() + ".");
    }
    return events;
  }
}
