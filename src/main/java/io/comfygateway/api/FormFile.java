package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.workflow.FileSource;
import java.util.Optional;

/**
 * A file of a form as the request shows it, so that a step can see it and pass it on: {@code
 * {"$part": "photo", "filename": "cat.png", "content_type": "image/png", "bytes": 1234}}. Only
 * {@code $part} counts, and only where the form has such a part.
 */
final class FormFile {
  private static final String PART = "$part";

  private FormFile() {}

  static ObjectNode json(ReceivedForm.File file) {
    ObjectNode shown = JsonNodeFactory.instance.objectNode().put(PART, file.field());
    shown.put("filename", file.filename());
    shown.put("content_type", file.contentType());
    shown.put("bytes", file.bytes());
    return shown;
  }

  /** The part of the form that a value of the request names. */
  static Optional<FileSource.Part> in(JsonNode value, ReceivedForm form) {
    String name = value.path(PART).asText("");
    return form.files().stream()
        .filter(file -> file.field().equals(name))
        .findFirst()
        .map(file -> new FileSource.Part(name));
  }
}
