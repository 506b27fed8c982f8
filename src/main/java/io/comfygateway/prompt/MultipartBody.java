package io.comfygateway.prompt;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A {@code multipart/form-data} body (RFC 7578) of some fields and one file, which is streamed from
 * the disk and never held in memory.
 */
public final class MultipartBody {
  private final String boundary;
  private final byte[] head;
  private final Path file;
  private final byte[] tail;

  /**
   * The one file of the form.
   *
   * @param field the name of its field, {@code image} for ComfyUI
   * @param filename the name that the server is told
   * @param contentType its media type
   * @param path where its bytes are; the file must not change until the body was sent
   */
  public record FilePart(String field, String filename, String contentType, Path path) {}

  public MultipartBody(Map<String, String> fields, FilePart file) {
    this(fields, file, "gateway-" + UUID.randomUUID());
  }

  MultipartBody(Map<String, String> fields, FilePart file, String boundary) {
    StringBuilder start = new StringBuilder();
    fields.forEach(
        (name, value) -> start.append(part(boundary, name)).append("\r\n\r\n" + value + "\r\n"));
    start.append(part(boundary, file.field()));
    start.append("; filename=\"").append(quoted(file.filename())).append("\"\r\nContent-Type: ");
    start.append(file.contentType().replaceAll("[\\r\\n]", "")).append("\r\n\r\n");
    this.boundary = boundary;
    this.head = start.toString().getBytes(StandardCharsets.UTF_8);
    this.file = file.path();
    this.tail = ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The form of ComfyUI's {@code POST /upload/image}, which never overwrites: a name that is taken
   * by other bytes is changed, and the answer says to what.
   */
  public static MultipartBody ofUpload(UploadName name, String contentType, Path file) {
    return new MultipartBody(
        Map.of("subfolder", name.subfolder()),
        new FilePart("image", name.filename(), contentType, file));
  }

  /** The value of the request's {@code Content-Type}. */
  public String contentType() {
    return "multipart/form-data; boundary=" + boundary;
  }

  /** The size of the body in bytes. */
  public long length() throws IOException {
    return head.length + Files.size(file) + tail.length;
  }

  /** The body from its start, each time it is called, so that a request can be sent again. */
  public InputStream open() throws IOException {
    return new SequenceInputStream(
        Collections.enumeration(
            List.of(
                new ByteArrayInputStream(head),
                Files.newInputStream(file),
                new ByteArrayInputStream(tail))));
  }

  private static String part(String boundary, String field) {
    return "--%s\r\nContent-Disposition: form-data; name=\"%s\"".formatted(boundary, quoted(field));
  }

  // As browsers escape it (HTML standard, multipart/form-data encoding), and aiohttp reads it.
  private static String quoted(String text) {
    return text.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A");
  }
}
