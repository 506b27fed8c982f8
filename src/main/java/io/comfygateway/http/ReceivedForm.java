package io.comfygateway.http;

import io.vertx.ext.web.RoutingContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The form of a multipart or url-encoded request; empty for other requests. The files are deleted
 * once the response is sent.
 *
 * @param fields the text fields, the last of a name counts
 * @param files the file parts
 */
public record ReceivedForm(Map<String, String> fields, List<File> files) {

  /** A file part. */
  public record File(String field, String filename, String contentType, Path path, long bytes) {}

  /** Whether there is neither a field nor a file. */
  public boolean isEmpty() {
    return fields.isEmpty() && files.isEmpty();
  }

  static ReceivedForm of(RoutingContext request) {
    Map<String, String> fields = new LinkedHashMap<>();
    request
        .request()
        .formAttributes()
        .forEach(entry -> fields.put(entry.getKey(), entry.getValue()));
    List<File> files = new ArrayList<>();
    request
        .fileUploads()
        .forEach(
            upload ->
                files.add(
                    new File(
                        upload.name(),
                        upload.fileName(),
                        upload.contentType(),
                        Path.of(upload.uploadedFileName()),
                        upload.size())));
    return new ReceivedForm(fields, files);
  }
}
