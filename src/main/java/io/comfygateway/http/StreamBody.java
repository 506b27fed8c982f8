package io.comfygateway.http;

import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A response body that is read from elsewhere while it is sent. One piece is in memory at a time,
 * and the next one is read when the connection has taken it.
 *
 * @param source opens the stream, which has exactly the given length or fails
 * @param length how long it is, in bytes
 */
public record StreamBody(Callable<InputStream> source, long length) {
  private static final Logger LOG = LoggerFactory.getLogger(StreamBody.class);
  private static final int PIECE = 64 * 1024;

  /** Opens the stream. Nothing of the response is sent yet, so a failure can be its answer. */
  Future<InputStream> open(WorkerExecutor workers) {
    return workers.executeBlocking(source, false);
  }

  /** Sends the stream and closes it. */
  Future<Void> send(InputStream in, HttpServerResponse response, WorkerExecutor workers) {
    response.putHeader("Content-Length", Long.toString(length));
    return next(in, response, workers)
        .onComplete(sent -> workers.executeBlocking(() -> close(in), false))
        .onFailure(
            failed -> {
              if (!response.ended() && !response.closed()) {
                LOG.warn("response broken off reason={}", failed.toString());
                response.reset();
              }
            });
  }

  private static Future<Void> next(
      InputStream in, HttpServerResponse response, WorkerExecutor workers) {
    return workers
        .executeBlocking(() -> read(in), false)
        .compose(
            piece ->
                piece.length() == 0
                    ? response.end()
                    : response.write(piece).compose(taken -> next(in, response, workers)));
  }

  private static Buffer read(InputStream in) throws IOException {
    byte[] bytes = new byte[PIECE];
    int read = in.read(bytes);
    return read <= 0 ? Buffer.buffer() : Buffer.buffer().appendBytes(bytes, 0, read);
  }

  private static Buffer close(InputStream in) throws IOException {
    in.close();
    return Buffer.buffer();
  }
}
