package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.digest.Sha256;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.SourceReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;

/** Reads the body of a submission: JSON, or a form whose fields are the same. */
final class RequestReader {
  private static final Set<String> FIELDS = SubmissionFields.NAMES;
  private static final Set<String> JSON_FIELDS =
      Set.of("inputs", "prompt", "callback", "s3", "deliver", "metadata", "extra_data");
  private static final Pattern MEDIA = Pattern.compile("^(image|video|audio)/");
  private static final long LARGEST_JSON_FILE = 8_388_608;
  private final StrictJson strict = new StrictJson();
  private final ObjectMapper json;
  private final Optional<SourceReader> media;

  /** Reads JSON and forms. */
  RequestReader(ObjectMapper json) {
    this(json, Optional.empty());
  }

  /** Reads the graph of a picture, video or sound as well. */
  RequestReader(ObjectMapper json, SourceReader media) {
    this(json, Optional.of(media));
  }

  private RequestReader(ObjectMapper json, Optional<SourceReader> media) {
    this.json = json;
    this.media = media;
  }

  /**
   * The fields of the request.
   *
   * @param namesWorkflow whether the URL names a workflow; a form's field {@code prompt} is then an
   *     input, as workflows often have one of this name, and not a graph. Whether its other fields
   *     are inputs is known only with the workflow ({@link SubmissionFields#ofWorkflow})
   */
  ObjectNode read(Exchange exchange, ReceivedForm form, boolean namesWorkflow) {
    checkEncoding(exchange.getMessage().getHeader("Content-Encoding", "", String.class));
    String type =
        exchange
            .getMessage()
            .getHeader(Exchange.CONTENT_TYPE, "", String.class)
            .toLowerCase(Locale.ROOT);
    ObjectNode fields;
    if (type.startsWith("multipart/form-data")
        || type.startsWith("application/x-www-form-urlencoded")) {
      fields = ofForm(form, namesWorkflow);
    } else if (type.isEmpty() || type.startsWith("application/json") || type.contains("+json")) {
      fields = ofJson(bytes(exchange));
    } else if (media.isPresent() && !namesWorkflow && MEDIA.matcher(type).find()) {
      SourceReader reader = media.get();
      fields = rerun(reader.graph(reader.carried(bytes(exchange), ""), ""));
    } else {
      throw new Problem(
          ProblemType.UNSUPPORTED_MEDIA_TYPE,
          "Content-Type is \""
              + type
              + "\"; send application/json, or multipart/form-data where there are files."
              + (MEDIA.matcher(type).find()
                  ? " POST /webhook, without a workflow, runs the graph that a picture carries."
                  : ""));
    }
    if (!namesWorkflow) {
      SubmissionFields.require(fields);
    }
    return fields;
  }

  /**
   * The body of a request that must be JSON.
   *
   * @throws Problem where it is none
   */
  ObjectNode readJson(Exchange exchange) {
    checkEncoding(exchange.getMessage().getHeader("Content-Encoding", "", String.class));
    String type = exchange.getMessage().getHeader(Exchange.CONTENT_TYPE, "", String.class);
    String lower = type.toLowerCase(Locale.ROOT);
    if (!lower.isEmpty() && !lower.startsWith("application/json") && !lower.contains("+json")) {
      throw new Problem(
          ProblemType.UNSUPPORTED_MEDIA_TYPE,
          "Content-Type is \"" + type + "\"; send application/json.");
    }
    return ofJson(bytes(exchange));
  }

  private static void checkEncoding(String encoding) {
    if (!encoding.isBlank() && !"identity".equalsIgnoreCase(encoding.strip())) {
      throw new Problem(
              ProblemType.UNSUPPORTED_MEDIA_TYPE,
              "Content-Encoding is \"" + encoding + "\"; send the body as it is, not compressed.")
          .withHeader("Accept-Encoding", "identity");
    }
  }

  private static byte[] bytes(Exchange exchange) {
    byte[] body = exchange.getMessage().getBody(byte[].class);
    return body == null ? new byte[0] : body;
  }

  private ObjectNode ofJson(byte[] body) {
    if (body.length == 0) {
      return json.createObjectNode();
    }
    JsonNode value = strict.read(body, "The body");
    if (value instanceof ObjectNode object) {
      return object;
    }
    throw new Problem(
        ProblemType.INVALID_JSON,
        "The body must be a JSON object, such as {\"inputs\": {}}" + BodyShape.ofNoObject(value));
  }

  // The same picture again, unless the request says otherwise.
  private ObjectNode rerun(JsonNode graph) {
    ObjectNode fields = json.createObjectNode();
    fields.set("prompt", graph);
    return fields.put("seed", "keep");
  }

  private ObjectNode ofForm(ReceivedForm form, boolean namesWorkflow) {
    BodyShape.requireForm(form);
    ObjectNode fields = json.createObjectNode();
    ObjectNode inputs = json.createObjectNode();
    form.fields()
        .forEach(
            (name, value) -> {
              if (value.isBlank()) {
                // What a form sends for a field that was not filled in.
                return;
              }
              if (namesWorkflow && "prompt".equals(name)) {
                inputs.put(name, value);
              } else if (JSON_FIELDS.contains(name)) {
                fields.set(name, parsed(name, value));
              } else if (FIELDS.contains(name)) {
                fields.put(name, value);
              } else {
                inputs.put(name, value);
              }
            });
    for (ReceivedForm.File file : form.files()) {
      boolean isInput = namesWorkflow && "prompt".equals(file.field());
      if (JSON_FIELDS.contains(file.field()) && !isInput) {
        if (fields.has(file.field())) {
          throw Problem.ofField(
              ProblemType.INVALID_INPUT,
              "/" + file.field(),
              "The form has several parts " + file.field() + "; send one.");
        }
        Optional<JsonNode> carried = carried(file);
        if (carried.isPresent() && !fields.has("seed")) {
          fields.put("seed", "keep");
        }
        fields.set(file.field(), carried.isPresent() ? carried.get() : parsed(file));
        continue;
      }
      if (inputs.has(file.field())) {
        throw Problem.ofField(
            ProblemType.INVALID_INPUT,
            "/inputs/" + file.field(),
            "The form has several parts " + file.field() + "; send one.");
      }
      inputs.set(file.field(), FormFile.json(file));
    }
    if (fields.path("inputs") instanceof ObjectNode given) {
      inputs.setAll(given);
    }
    if (!inputs.isEmpty() || !fields.has("inputs")) {
      fields.set("inputs", inputs);
    }
    return fields;
  }

  /** The graph of a picture, video or sound that was sent for the field {@code prompt}. */
  private Optional<JsonNode> carried(ReceivedForm.File file) {
    try {
      if (media.isEmpty() || !"prompt".equals(file.field()) || !SourceReader.isMedia(file.path())) {
        return Optional.empty();
      }
      SourceReader reader = media.get();
      return Optional.of(reader.graph(reader.carried(file.path(), "/prompt"), "/prompt"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A field of JSON that was sent as a file, as curl does with {@code -F prompt=@graph.json}. */
  private JsonNode parsed(ReceivedForm.File file) {
    String name = file.field();
    String instead =
        " Send %s as text (curl: -F '%s=<file.json', with < for @); a picture or another file has the name of its input."
            .formatted(name, name);
    if (file.bytes() > LARGEST_JSON_FILE) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/" + name,
          "The file %s has %,d bytes; at most %,d are read as JSON."
                  .formatted(name, file.bytes(), LARGEST_JSON_FILE)
              + instead);
    }
    try {
      return strict.read(Files.readAllBytes(file.path()), "The file " + name);
    } catch (Problem invalid) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/" + name,
          invalid.getMessage() + (invalid.getMessage().endsWith(".") ? "" : ".") + instead);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonNode parsed(String name, String value) {
    try {
      return strict.read(value.getBytes(StandardCharsets.UTF_8), "The form field " + name);
    } catch (Problem invalid) {
      throw Problem.ofField(ProblemType.INVALID_INPUT, "/" + name, invalid.getMessage());
    }
  }

  /** The SHA-256 that two requests share exactly when they ask for the same. */
  String hash(Exchange exchange, String workflow, ReceivedForm form) {
    MessageDigest digest = Sha256.newDigest();
    update(digest, workflow);
    update(digest, exchange.getMessage().getHeader(Exchange.HTTP_QUERY, "", String.class));
    digest.update(bytesOrNothing(exchange, form));
    // A form's boundary differs from request to request, so its parts are hashed.
    new TreeMap<>(form.fields()).forEach((name, value) -> update(digest, name + "=" + value));
    updateFiles(digest, form);
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Adds the names and bytes of the files of a form, in the order of their fields. */
  static void updateFiles(MessageDigest digest, ReceivedForm form) {
    Map<String, ReceivedForm.File> files = new TreeMap<>();
    form.files().forEach(file -> files.put(file.field(), file));
    files.forEach(
        (name, file) -> {
          update(digest, name + "/" + file.filename());
          updateFile(digest, file);
        });
  }

  private static byte[] bytesOrNothing(Exchange exchange, ReceivedForm form) {
    return form.fields().isEmpty() && form.files().isEmpty() ? bytes(exchange) : new byte[0];
  }

  private static void update(MessageDigest digest, String text) {
    digest.update((text.length() + ":" + text).getBytes(StandardCharsets.UTF_8));
  }

  private static void updateFile(MessageDigest digest, ReceivedForm.File file) {
    try (InputStream in = Files.newInputStream(file.path())) {
      byte[] buffer = new byte[64 * 1024];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
