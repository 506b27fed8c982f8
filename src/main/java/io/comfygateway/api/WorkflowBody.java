package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.exchange.OnDone;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.SourceReader;
import io.comfygateway.workflow.SourceReader.Carried;
import io.comfygateway.workflow.SourceReader.Pointers;
import io.comfygateway.workflow.WorkflowSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.apache.camel.Exchange;

/**
 * The body of an upload: a graph, or {@code {"graph": …, "sidecar": …}} around it, or a form with
 * the file.
 *
 * @param givenName what the body calls the workflow
 * @param title the file's name as it is
 * @param sidecar the text of a YAML file
 */
record WorkflowBody(
    Optional<String> givenName,
    Optional<String> title,
    Carried carried,
    Optional<String> sidecar,
    Optional<String> note,
    Pointers pointers) {
  private static final String GRAPH = "graph";
  private static final String SIDECAR = "sidecar";
  private static final String NAME = "name";
  private static final String NOTE = "note";
  private static final String FILE = "file";
  private static final Set<String> WRAPPER = Set.of(GRAPH, SIDECAR, NAME, NOTE);
  private static final Set<String> FORM = Set.of(FILE, SIDECAR, NAME, NOTE);
  private static final int LONGEST_NOTE = 1_000;
  private static final long LARGEST_SIDECAR = 1L << 20;
  private static final long LARGE_FILE = 1L << 20;

  // A text of 16 MiB takes four times as much while it is read.
  private static final Semaphore LARGE_FILES = new Semaphore(2);
  private static final StrictJson STRICT = new StrictJson();

  /**
   * Reads it.
   *
   * @param most how many bytes its JSON may have
   * @throws Problem where it is none of these
   * @throws IOException where the file of a form cannot be read
   */
  static WorkflowBody read(Exchange exchange, ReceivedForm form, SourceReader reader, long most)
      throws IOException {
    String type =
        exchange
            .getMessage()
            .getHeader(Exchange.CONTENT_TYPE, "", String.class)
            .toLowerCase(Locale.ROOT);
    if (type.startsWith("multipart/form-data")) {
      form.files().stream()
          .filter(file -> file.bytes() > LARGE_FILE)
          .findFirst()
          .ifPresent(file -> takeTurn(exchange));
      return ofForm(form, reader, most);
    }
    if (!type.isEmpty() && !type.startsWith("application/json") && !type.contains("+json")) {
      throw new Problem(
          ProblemType.UNSUPPORTED_MEDIA_TYPE,
          "Content-Type is \""
              + type
              + "\"; send the JSON of a workflow as application/json (curl: -H 'Content-Type: application/json'), or a file of any kind as the part file of multipart/form-data (curl: -F file=@workflow.json).");
    }
    byte[] body = exchange.getMessage().getBody(byte[].class);
    return ofJson(body == null ? new byte[0] : body, most);
  }

  // Until the request is done, since its workflow stays in memory.
  private static void takeTurn(Exchange exchange) {
    if (!LARGE_FILES.tryAcquire()) {
      throw new Problem(
              ProblemType.BUSY, "Other large workflows are being stored. Try again in a moment.")
          .withHeader("Retry-After", "2");
    }
    OnDone.run(exchange, LARGE_FILES::release);
  }

  /** What the workflow is to be called; for a form without a name, as its file. */
  Optional<String> name() {
    return givenName.or(() -> title);
  }

  private static WorkflowBody ofJson(byte[] body, long most) {
    requireSize(body.length, most, "");
    if (body.length == 0 || !(STRICT.read(body, "The body") instanceof ObjectNode object)) {
      throw new Problem(
          ProblemType.INVALID_JSON,
          "The body must be a JSON object: a graph, or {\"graph\": {…}, \"sidecar\": {…}}.");
    }
    boolean isWrapped =
        object.path(GRAPH).isObject() && !object.path(GRAPH).has("class_type")
            || object.has(SIDECAR) && !object.path(SIDECAR).has("class_type");
    if (!isWrapped) {
      return new WorkflowBody(
          Optional.empty(),
          Optional.empty(),
          new Carried(object, Optional.empty()),
          Optional.empty(),
          Optional.empty(),
          new Pointers("", ""));
    }
    FieldReader fields = new FieldReader(object, "");
    fields.requireKnown(WRAPPER);
    return new WorkflowBody(
        fields.text(NAME),
        Optional.empty(),
        new Carried(
            fields
                .object(GRAPH)
                .orElseThrow(
                    () ->
                        Problem.ofField(
                            ProblemType.INVALID_INPUT,
                            "/graph",
                            "graph is missing: the workflow.")),
            Optional.empty()),
        sidecar(object.path(SIDECAR)),
        fields.text(NOTE).map(WorkflowBody::checkedNote),
        new Pointers("/graph", "/sidecar"));
  }

  // As an object or as the text of a YAML file. JSON is YAML.
  private static Optional<String> sidecar(JsonNode value) {
    if (FieldReader.isLeftOut(value)) {
      return Optional.empty();
    }
    if (value.isTextual() || value.isObject()) {
      return Optional.of(value.isTextual() ? value.asText() : value.toPrettyString())
          .filter(text -> !text.isBlank());
    }
    throw Problem.ofField(
        ProblemType.INVALID_INPUT,
        "/sidecar",
        "sidecar must be an object, or the text of a YAML file.");
  }

  private static WorkflowBody ofForm(ReceivedForm form, SourceReader reader, long most)
      throws IOException {
    requireKnown(form);
    Optional<ReceivedForm.File> file = part(form, FILE);
    Optional<String> asText = Optional.ofNullable(form.fields().get(FILE));
    if (file.isEmpty() && asText.isEmpty()) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/file",
          "The form has no file part named file (curl: -F file=@workflow.json).");
    }
    Optional<ReceivedForm.File> sidecarFile = part(form, SIDECAR);
    Optional<String> sidecar = Optional.ofNullable(form.fields().get(SIDECAR));
    if (sidecarFile.isPresent()) {
      requireSidecarSize(sidecarFile.get().bytes());
      sidecar = Optional.of(yaml(sidecarFile.get()));
    }
    Carried carried;
    if (file.isEmpty()) {
      carried = json(asText.orElseThrow().getBytes(StandardCharsets.UTF_8), most);
    } else if (SourceReader.isMedia(file.get().path())) {
      carried = reader.carried(file.get().path(), "/file");
    } else {
      requireSize(file.get().bytes(), most, "/file");
      carried = json(Files.readAllBytes(file.get().path()), most);
    }
    Optional<String> stem = file.map(ReceivedForm.File::filename).map(WorkflowBody::stem);
    return new WorkflowBody(
        Optional.ofNullable(form.fields().get(NAME)).filter(it -> !it.isBlank()),
        stem.map(it -> it.replaceAll("\\p{Cntrl}", " ").strip()).filter(it -> !it.isEmpty()),
        carried,
        sidecar.filter(text -> !text.isBlank()),
        Optional.ofNullable(form.fields().get(NOTE))
            .filter(it -> !it.isBlank())
            .map(WorkflowBody::checkedNote),
        new Pointers("/file", "/sidecar"));
  }

  private static void requireKnown(ReceivedForm form) {
    for (String field : form.fields().keySet()) {
      requireKnown(field);
    }
    form.files().forEach(file -> requireKnown(file.field()));
  }

  private static void requireKnown(String field) {
    if (!FORM.contains(field)) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          StrictJson.pointer("", field),
          "The form has an unknown part. Known parts: file, name, note, sidecar.");
    }
  }

  private static Optional<ReceivedForm.File> part(ReceivedForm form, String field) {
    return form.files().stream().filter(file -> file.field().equals(field)).findFirst();
  }

  private static Carried json(byte[] file, long most) {
    requireSize(file.length, most, "/file");
    try {
      return new Carried(STRICT.read(file, "The file"), Optional.empty());
    } catch (Problem invalid) {
      throw Problem.ofField(ProblemType.INVALID_WORKFLOW, "/file", invalid.getMessage());
    }
  }

  private static String yaml(ReceivedForm.File file) throws IOException {
    try {
      return WorkflowSource.text(Files.readAllBytes(file.path()));
    } catch (UncheckedIOException e) {
      throw Problem.ofField(
          ProblemType.INVALID_WORKFLOW, "/sidecar", "The sidecar is no text; save it as UTF-8.");
    }
  }

  private static String stem(String filename) {
    String name =
        filename.substring(Math.max(filename.lastIndexOf('/'), filename.lastIndexOf('\\')) + 1);
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }

  static String checkedNote(String note) {
    if (note.length() > LONGEST_NOTE
        || note.chars().anyMatch(c -> c < ' ' && c != '\n' && c != '\r' && c != '\t')) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/note",
          "note has at most %d characters, and no control characters.".formatted(LONGEST_NOTE));
    }
    return note;
  }

  private static void requireSidecarSize(long bytes) {
    if (bytes > LARGEST_SIDECAR) {
      throw Problem.ofField(
          ProblemType.TOO_LARGE,
          "/sidecar",
          "The sidecar has %d bytes; at most %d are taken.".formatted(bytes, LARGEST_SIDECAR));
    }
  }

  private static void requireSize(long bytes, long most, String pointer) {
    if (bytes > most) {
      String detail =
          "The workflow has %d bytes; at most %d are taken (GATEWAY_WORKFLOWS_MAX_BYTES)."
              .formatted(bytes, most);
      throw pointer.isEmpty()
          ? new Problem(ProblemType.TOO_LARGE, detail)
          : Problem.ofField(ProblemType.TOO_LARGE, pointer, detail);
    }
  }
}
