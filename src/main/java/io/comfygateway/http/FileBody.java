package io.comfygateway.http;

import io.vertx.core.Future;
import io.vertx.core.http.HttpServerResponse;
import java.nio.file.Path;

/**
 * A response body that is a part of a file, sent by the operating system straight from the file.
 *
 * @param file the file
 * @param offset where the part begins, in bytes
 * @param length how long it is, in bytes
 */
public record FileBody(Path file, long offset, long length) {

  Future<Void> send(HttpServerResponse response) {
    response.putHeader("Content-Length", Long.toString(length));
    return length == 0 ? response.end() : response.sendFile(file.toString(), offset, length);
  }
}
