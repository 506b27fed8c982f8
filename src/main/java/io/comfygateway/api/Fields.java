package io.comfygateway.api;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.job.JobDocument;
import io.comfygateway.output.S3Destination;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.webhook.CallbackHeaders;
import io.comfygateway.workflow.Suggestion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The fields of a submission that are the same for every workflow, each read and checked. */
final class Fields {
  private static final Set<String> EVENTS =
      Set.of("queued", "running", "succeeded", "failed", "cancelled");
  private static final Set<String> CALLBACK = Set.of("url", "headers", "format", "events");
  private static final Set<String> S3 = Set.of("destination", "prefix");
  private static final Set<String> FINAL_EVENTS = Set.of("succeeded", "failed", "cancelled");
  private static final int LARGEST_METADATA = 16 * 1024;
  private static final int LARGEST_EXTRA_DATA = 64 * 1024;
  private static final int MOST_INPUTS = 500;
  private final ObjectNode fields;

  Fields(ObjectNode fields) {
    this.fields = fields;
  }

  int priority() {
    return number("priority", -100, 100, "whole number").orElse(0);
  }

  Optional<Integer> timeout() {
    return number("timeout", 1, 7 * 24 * 3600, "whole number of seconds");
  }

  Optional<Integer> expiresIn() {
    return number("expires_in", 1, 30 * 24 * 3600, "whole number of seconds");
  }

  private Optional<Integer> number(String name, int min, int max, String what) {
    JsonNode value = fields.path(name);
    if (value.isMissingNode() || value.isNull() || isBlank(value)) {
      return Optional.empty();
    }
    String text = value.isTextual() || value.isIntegralNumber() ? value.asText().strip() : "";
    if (text.matches("-?\\d{1,9}")) {
      int number = Integer.parseInt(text);
      if (number >= min && number <= max) {
        return Optional.of(number);
      }
    }
    throw Problem.ofField(
        ProblemType.INVALID_INPUT,
        "/" + name,
        name + " must be a " + what + " from " + min + " to " + max + ".");
  }

  // An input that was left empty where the request was put together; a number is never blank.
  private static boolean isBlank(JsonNode value) {
    return value.isTextual() && value.asText().isBlank();
  }

  /** The fields of {@code callback} and {@code s3} that nobody reads. */
  static List<Fault> unknownInside(ObjectNode fields) {
    List<Fault> faults = new ArrayList<>(unknown(fields.path("callback"), "/callback", CALLBACK));
    faults.addAll(unknown(fields.path("s3"), "/s3", S3));
    return faults;
  }

  private static List<Fault> unknown(JsonNode object, String pointer, Set<String> known) {
    return object.properties().stream()
        .map(Map.Entry::getKey)
        .filter(name -> !known.contains(name))
        .limit(Problem.MOST_FAULTS)
        .map(name -> new Fault(StrictJson.pointer(pointer, name), sentence(name, pointer, known)))
        .toList();
  }

  private static String sentence(String name, String pointer, Set<String> known) {
    String hint = Suggestion.didYouMean(name, known);
    return "%s is not a known field%s Known fields: %s."
        .formatted(
            named(pointer) + "." + StrictJson.shown(name),
            hint.isEmpty() ? "." : hint,
            String.join(", ", new TreeSet<>(known)));
  }

  private static void requireKnown(ObjectNode object, String pointer, Set<String> known) {
    List<Fault> faults = unknown(object, pointer, known);
    if (!faults.isEmpty()) {
      throw Problem.ofFields(ProblemType.INVALID_INPUT, faults);
    }
  }

  private static String named(String pointer) {
    return pointer.substring(1).replace('/', '.');
  }

  ObjectNode metadata(ObjectMapper json) {
    ObjectNode metadata = object("metadata").orElseGet(json::createObjectNode);
    if (bytes(metadata) > LARGEST_METADATA) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/metadata",
          "metadata is larger than 16 KiB; keep an id in it and the rest with you.");
    }
    return metadata;
  }

  Optional<ObjectNode> extraData() {
    Optional<ObjectNode> extraData = object("extra_data");
    if (extraData.map(Fields::bytes).orElse(0) > LARGEST_EXTRA_DATA) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/extra_data",
          "extra_data is larger than 64 KiB; it is for keys that ComfyUI's nodes ask for.");
    }
    return extraData;
  }

  /** The values for the workflow's inputs, however they are called. */
  JsonNode inputs() {
    JsonNode inputs = fields.path("inputs");
    if (inputs.size() > MOST_INPUTS) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/inputs",
          "inputs has %d values; at most %d are taken.".formatted(inputs.size(), MOST_INPUTS));
    }
    return inputs;
  }

  /**
   * Refuses inputs that are too long.
   *
   * @param media the pointers of those that stand for a file, which has limits of its own
   * @param longest characters (UTF-16)
   */
  void requireShort(Set<String> media, int longest) {
    List<Fault> faults = new ArrayList<>();
    for (Map.Entry<String, JsonNode> input : fields.path("inputs").properties()) {
      String pointer = JsonPointer.compile("/inputs").appendProperty(input.getKey()).toString();
      int length = input.getValue().isTextual() ? input.getValue().asText().length() : 0;
      if (length > longest && !media.contains(pointer)) {
        faults.add(
            new Fault(
                pointer,
                "%s has %d characters; at most %d are taken."
                    .formatted(input.getKey(), length, longest)));
      }
    }
    if (!faults.isEmpty()) {
      throw Problem.ofFields(ProblemType.INVALID_INPUT, faults);
    }
  }

  private static int bytes(ObjectNode object) {
    return object.toString().getBytes(StandardCharsets.UTF_8).length;
  }

  private Optional<ObjectNode> object(String name) {
    JsonNode value = fields.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (value instanceof ObjectNode object) {
      return Optional.of(object);
    }
    throw Problem.ofField(ProblemType.INVALID_INPUT, "/" + name, name + " must be an object.");
  }

  Optional<JobDocument.Callback> callback() {
    Optional<ObjectNode> given = object("callback");
    Optional<String> shorthand = text(fields, "callback_url", "/callback_url");
    if (given.isPresent() && shorthand.isPresent()) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/callback_url",
          "callback_url is short for callback.url; send one of the two.");
    }
    if (given.isEmpty()) {
      return shorthand.map(url -> new JobDocument.Callback(url, Map.of(), "json", FINAL_EVENTS));
    }
    ObjectNode callback = given.get();
    requireKnown(callback, "/callback", CALLBACK);
    String url =
        text(callback, "url", "/callback/url")
            .orElseThrow(
                () ->
                    Problem.ofField(
                        ProblemType.INVALID_INPUT, "/callback/url", "callback.url is missing."));
    String format = text(callback, "format", "/callback/format").orElse("json");
    if (!Set.of("json", "binary").contains(format)) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT, "/callback/format", "callback.format must be json or binary.");
    }
    return Optional.of(new JobDocument.Callback(url, headers(callback), format, events(callback)));
  }

  private static Map<String, String> headers(ObjectNode callback) {
    JsonNode given = callback.path("headers");
    Map<String, String> headers = new LinkedHashMap<>();
    if (!given.isMissingNode() && !given.isNull() && !given.isObject()) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/callback/headers",
          "callback.headers must be an object of texts.");
    }
    given
        .properties()
        .forEach(
            header -> {
              if (!header.getValue().isTextual()) {
                throw Problem.ofField(
                    ProblemType.INVALID_INPUT,
                    "/callback/headers/" + header.getKey(),
                    "The value of a header must be text.");
              }
              headers.put(header.getKey(), header.getValue().asText());
            });
    return CallbackHeaders.check(headers);
  }

  private static Set<String> events(ObjectNode callback) {
    JsonNode given = callback.path("events");
    if (given.isMissingNode() || given.isNull()) {
      return FINAL_EVENTS;
    }
    Set<String> events = new LinkedHashSet<>();
    given.forEach(event -> events.add(event.asText()));
    if (!given.isArray() || events.isEmpty() || !EVENTS.containsAll(events)) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/callback/events",
          "callback.events must be a list of any of " + EVENTS.stream().sorted().toList() + ".");
    }
    return events;
  }

  Optional<JobDocument.S3Copy> s3() {
    return object("s3")
        .map(
            s3 -> {
              requireKnown(s3, "/s3", S3);
              return new JobDocument.S3Copy(
                  text(s3, "destination", "/s3/destination").orElse("default"), prefix(s3));
            });
  }

  // It becomes the beginning of the keys letter by letter.
  private static String prefix(ObjectNode s3) {
    JsonNode given = s3.path("prefix");
    if (given.isMissingNode() || given.isNull()) {
      return "";
    }
    if (!given.isTextual()) {
      throw Problem.ofField(ProblemType.INVALID_INPUT, "/s3/prefix", "s3.prefix must be text.");
    }
    String prefix = given.asText();
    Expressions.unevaluated("s3.prefix", prefix)
        .or(() -> S3Destination.whyNoPrefix(prefix).map(why -> "s3.prefix " + why))
        .ifPresent(
            why -> {
              throw Problem.ofField(ProblemType.INVALID_INPUT, "/s3/prefix", why);
            });
    return prefix;
  }

  private static Optional<String> text(ObjectNode object, String name, String pointer) {
    JsonNode value = object.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isTextual()) {
      throw Problem.ofField(ProblemType.INVALID_INPUT, pointer, named(pointer) + " must be text.");
    }
    String text = value.asText().strip();
    // Who has sent it empty waits for something that would never come.
    Optional<String> why =
        text.isEmpty()
            ? Optional.of(named(pointer) + " is empty. Leave it out, or send a value.")
            : Expressions.unevaluated(named(pointer), text);
    if (why.isPresent()) {
      throw Problem.ofField(ProblemType.INVALID_INPUT, pointer, why.get());
    }
    return Optional.of(text);
  }
}
