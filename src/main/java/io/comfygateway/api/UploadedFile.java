package io.comfygateway.api;

import io.comfygateway.http.GatewayHttpConsumer;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.media.ContentTypes;
import io.comfygateway.media.SafeName;
import io.comfygateway.output.ContentDisposition;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.camel.Exchange;

/**
 * The one file that a request brings: its body, or the only file part of its form.
 *
 * @param filename a safe name with an extension if its first bytes or its sender give one
 * @param bytes opens it
 */
record UploadedFile(String filename, Source bytes) {
  private static final int HEAD = 512;
  private static final String FILE = "file";
  private static final String FILENAME = "filename";
  private static final String NAMELESS = "upload";

  /** Opens a file. */
  interface Source {
    /** The bytes; the caller closes them. */
    InputStream open() throws IOException;
  }

  /**
   * Finds it. The query's {@code filename} comes before the name that form or header give.
   *
   * @throws Problem if there is no file, more than one, or a field beside it
   */
  static UploadedFile of(Exchange exchange) throws IOException {
    Optional<String> wanted =
        Optional.ofNullable(exchange.getMessage().getHeader(FILENAME, String.class))
            .filter(name -> !name.isBlank());
    ReceivedForm form = exchange.getProperty(GatewayHttpConsumer.FORM, ReceivedForm.class);
    String type =
        exchange
            .getMessage()
            .getHeader(Exchange.CONTENT_TYPE, "", String.class)
            .toLowerCase(Locale.ROOT);
    if (type.startsWith("multipart/form-data")) {
      return ofForm(form, wanted);
    }
    if (type.startsWith("application/x-www-form-urlencoded") || type.startsWith("multipart/")) {
      throw new Problem(
          ProblemType.UNSUPPORTED_MEDIA_TYPE,
          "Content-Type is \"%s\"; send the file with its own type, such as image/png (curl: -H 'Content-Type: image/png'), or as the part of a multipart/form-data form (curl: -F file=@photo.png)."
              .formatted(type));
    }
    byte[] body = exchange.getMessage().getBody(byte[].class);
    if (body == null || body.length == 0) {
      throw new Problem(
          ProblemType.INVALID_REQUEST,
          "The body is empty; send the file as the body, or as the part of a multipart/form-data form.");
    }
    Optional<String> given =
        wanted.or(
            () ->
                ContentDisposition.filename(
                    exchange.getMessage().getHeader("Content-Disposition", "", String.class)));
    return named(given, () -> new ByteArrayInputStream(body));
  }

  private static UploadedFile ofForm(ReceivedForm form, Optional<String> wanted)
      throws IOException {
    requireKnown(form);
    if (form.files().size() != 1) {
      throw new Problem(
          ProblemType.INVALID_REQUEST,
          "The form has %d file parts; send exactly one file in each request."
              .formatted(form.files().size()));
    }
    ReceivedForm.File part = form.files().get(0);
    Optional<String> given =
        wanted.or(() -> Optional.ofNullable(part.filename()).filter(name -> !name.isBlank()));
    return named(given, () -> Files.newInputStream(part.path()));
  }

  private static void requireKnown(ReceivedForm form) {
    List<Problem.Fault> faults =
        form.fields().keySet().stream()
            .limit(Problem.MOST_FAULTS)
            .map(name -> new Problem.Fault(StrictJson.pointer("", name), sentence(name)))
            .toList();
    if (!faults.isEmpty()) {
      throw Problem.ofFields(ProblemType.INVALID_INPUT, faults);
    }
  }

  private static String sentence(String name) {
    return FILE.equals(name)
        ? "file must be a file part (curl: -F file=@photo.png, with @)."
        : FILENAME.equals(name)
            ? "filename is not a field of the form: send it in the query, ?filename=photo.png."
            : StrictJson.shown(name)
                + " is not a known field. The form has one part, file, and no other.";
  }

  private static UploadedFile named(Optional<String> given, Source bytes) throws IOException {
    if (given.isPresent()) {
      return new UploadedFile(SafeName.of(given.get()), bytes);
    }
    try (InputStream in = bytes.open()) {
      String name =
          ContentTypes.ofBytes(in.readNBytes(HEAD))
              .map(type -> ContentTypes.named(NAMELESS, type))
              .orElse(NAMELESS);
      return new UploadedFile(name, bytes);
    }
  }

  /** Opens the file; the caller closes it. */
  InputStream open() throws IOException {
    return bytes.open();
  }
}
