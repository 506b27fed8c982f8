package io.comfygateway.http;

import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Callable;

/**
 * A response body that is read from elsewhere while it is sent. One piece is in memory at a time,
 * and the next one is read when the connection has taken it.
 *
 * @param source opens the stream, which has exactly the given length or fails
 * @param length how long it is, in bytes
 */
public record StreamBody(Callable<InputStream> source, long length) {
  private static final int PIECE = 64 * 1024;

  /** Opens the stream. Nothing of the response is sent yet, so a failure can be its answer. */
  Future<InputStream> open(WorkerExecutor workers) {
    return workers.executeBlocking(source, false);
  }

  /** Sends the stream and closes it. */
  Future<Void> send(InputStream in, HttpServerResponse response, WorkerExecutor workers) {
    response.putHeader("Content-Length", Long.toString(length));
    return BodyPieces.send(
        response,
        workers,
        new BodyPieces.Source() {
          @Override
          public Buffer next() throws IOException {
            return read(in);
          }

          @Override
          public void close() throws IOException {
            in.close();
          }
        });
  }

  private static Buffer read(InputStream in) throws IOException {
    byte[] bytes = new byte[PIECE];
    int read = in.read(bytes);
    return read <= 0 ? Buffer.buffer() : Buffer.buffer().appendBytes(bytes, 0, read);
  }
}
