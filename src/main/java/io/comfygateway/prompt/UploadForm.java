package io.comfygateway.prompt;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.hc.client5.http.entity.mime.HttpMultipartMode;
import org.apache.hc.client5.http.entity.mime.MultipartEntityBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;

/**
 * The form of ComfyUI's {@code POST /upload/image}. ComfyUI never overwrites a file: where other
 * bytes have the name, it picks another one and answers it.
 */
final class UploadForm {
  private UploadForm() {}

  /**
   * The form as a request body that is streamed from the disk, with its length, and can be sent
   * again.
   *
   * @param name where the server puts the file
   * @param contentType its media type; one that cannot be read is sent as {@code
   *     application/octet-stream}
   * @param file where its bytes are; the file must not change until the body was sent
   */
  static HttpEntity of(UploadName name, String contentType, Path file) {
    ContentType parsed = ContentType.parseLenient(contentType);
    // The other modes add a Content-Type to each field, which browsers do not send.
    return MultipartEntityBuilder.create()
        .setMode(HttpMultipartMode.LEGACY)
        .setCharset(StandardCharsets.UTF_8)
        .addTextBody("subfolder", name.subfolder())
        .addBinaryBody(
            "image",
            file.toFile(),
            parsed == null ? ContentType.APPLICATION_OCTET_STREAM : parsed,
            name.filename())
        .build();
  }
}
