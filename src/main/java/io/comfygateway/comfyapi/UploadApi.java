package io.comfygateway.comfyapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.comfygateway.access.Caller;
import io.comfygateway.files.LocalFile;
import io.comfygateway.http.GatewayHttpConsumer;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.media.UnfitFileException;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.upload.CallerFile;
import io.comfygateway.upload.FileReference;
import io.comfygateway.upload.UploadStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** The steps of {@code /upload/image} and {@code /upload/mask}. */
public final class UploadApi {
  private static final String IMAGE = "image";
  private static final Set<String> TYPES =
      Set.of(FileReference.INPUT, FileReference.OUTPUT, FileReference.TEMP);
  private static final Set<String> YES = Set.of("true", "1");
  private static final int LONGEST_NAME = 200;

  private final UploadStore store;
  private final CallerFiles files;
  private final PictureVariants pictures;
  private final ObjectMapper json;

  public UploadApi(
      UploadStore store, CallerFiles files, PictureVariants pictures, ObjectMapper json) {
    this.store = store;
    this.files = files;
    this.pictures = pictures;
    this.json = json;
  }

  /**
   * Stores the file of a form for its caller.
   *
   * @throws Problem if the form has no such file, or it is not accepted
   */
  public void image(
      Exchange exchange,
      @ExchangeProperty("caller") Caller caller,
      @ExchangeProperty(GatewayHttpConsumer.FORM) ReceivedForm form)
      throws IOException {
    ReceivedForm.File part = part(form);
    try (InputStream bytes = Files.newInputStream(part.path())) {
      answer(exchange, stored(caller, form, part, bytes));
    }
  }

  /**
   * Stores the picture that {@code original_ref} names, with the alpha channel of the form's file.
   *
   * @throws Problem if the caller has no such picture, or they do not fit together
   */
  public void mask(
      Exchange exchange,
      @ExchangeProperty("caller") Caller caller,
      @ExchangeProperty(GatewayHttpConsumer.FORM) ReceivedForm form)
      throws IOException {
    ReceivedForm.File part = part(form);
    CallerFile original =
        original(form)
            .flatMap(reference -> files.find(caller.name(), reference))
            .orElseThrow(
                () ->
                    new Problem(
                        ProblemType.INVALID_REQUEST, "original_ref names no file of this key."));
    try (LocalFile masked =
            pictures
                .masked(original, part.path())
                .orElseThrow(
                    () ->
                        new Problem(
                            ProblemType.INVALID_REQUEST,
                            "The mask and the picture must be PNG or JPEG files of the same size, with at most %d pixels."
                                .formatted(pictures.mostPixels())));
        InputStream bytes = Files.newInputStream(masked.path())) {
      answer(exchange, stored(caller, form, part, bytes));
    }
  }

  private FileReference stored(
      Caller caller, ReceivedForm form, ReceivedForm.File part, InputStream bytes)
      throws IOException {
    try {
      return store.add(caller.name(), wanted(form, part), overwrites(form), bytes);
    } catch (UnfitFileException unfit) {
      throw new Problem(ProblemType.INVALID_REQUEST, "The file " + unfit.getMessage() + ".");
    }
  }

  private static ReceivedForm.File part(ReceivedForm form) {
    return form.files().stream()
        .filter(file -> file.field().equals(IMAGE))
        .filter(file -> file.filename() != null && !file.filename().isBlank())
        .findFirst()
        .orElseThrow(() -> new Problem(ProblemType.INVALID_REQUEST, "The form has no file image."));
  }

  private static FileReference wanted(ReceivedForm form, ReceivedForm.File part) {
    Map<String, String> fields = form.fields();
    String type = fields.getOrDefault("type", FileReference.INPUT).toLowerCase(Locale.ROOT);
    if (!TYPES.contains(type)) {
      throw new Problem(ProblemType.INVALID_REQUEST, "type must be input, temp or output.");
    }
    return FileReference.of(part.filename(), fields.getOrDefault("subfolder", ""), type)
        .filter(name -> name.filename().length() <= LONGEST_NAME)
        .filter(name -> name.subfolder().length() <= LONGEST_NAME)
        .filter(name -> !name.isAnnotated())
        .orElseThrow(
            () ->
                new Problem(
                    ProblemType.INVALID_REQUEST,
                    "The name or the subfolder is too long, points outside the input folder, or ends like [output]."));
  }

  private static boolean overwrites(ReceivedForm form) {
    return YES.contains(form.fields().getOrDefault("overwrite", ""));
  }

  private Optional<FileReference> original(ReceivedForm form) {
    JsonNode reference = parsed(form.fields().getOrDefault("original_ref", ""));
    String filename = reference.path("filename").asText();
    Optional<FileReference> annotated =
        filename.endsWith("]") ? FileReference.of(filename) : Optional.empty();
    return annotated.isPresent()
        ? annotated
        : FileReference.of(
            filename,
            reference.path("subfolder").asText(),
            reference.path("type").asText(FileReference.OUTPUT));
  }

  private JsonNode parsed(String text) {
    try {
      return text.isEmpty() ? MissingNode.getInstance() : json.readTree(text);
    } catch (IOException notJson) {
      return MissingNode.getInstance();
    }
  }

  private static void answer(Exchange exchange, FileReference stored) {
    ClientResponses.json(
        exchange,
        JsonNodeFactory.instance
            .objectNode()
            .put("name", stored.filename())
            .put("subfolder", stored.subfolder())
            .put("type", stored.type()));
  }
}
