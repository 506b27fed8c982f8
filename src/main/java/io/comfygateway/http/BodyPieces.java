package io.comfygateway.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a response body piece by piece: one piece is in memory at a time, and the next one is made,
 * on a thread of the workers, when the connection has taken it.
 */
final class BodyPieces {
  private static final Logger LOG = LoggerFactory.getLogger(BodyPieces.class);
  private final HttpServerResponse response;
  private final WorkerExecutor workers;
  private final Source source;
  private final Promise<Void> sent = Promise.promise();

  /** What a body is made of. Its methods are called on a thread that may block. */
  interface Source {
    /** The next piece; an empty one at the end. */
    Buffer next() throws Exception;

    /** Closes what is open, at the end or after a failure. */
    void close() throws IOException;
  }

  private BodyPieces(HttpServerResponse response, WorkerExecutor workers, Source source) {
    this.response = response;
    this.workers = workers;
    this.source = source;
  }

  /**
   * Sends all pieces and closes the source. A failure resets the response.
   *
   * @return complete when the body was taken, or cannot be
   */
  static Future<Void> send(HttpServerResponse response, WorkerExecutor workers, Source source) {
    BodyPieces pieces = new BodyPieces(response, workers, source);
    pieces.next();
    return pieces
        .sent
        .future()
        .onComplete(done -> workers.executeBlocking(pieces::close, false))
        .onFailure(pieces::reset);
  }

  // Futures that were composed one in another would complete as deep as there are pieces.
  private void next() {
    workers
        .executeBlocking(source::next, false)
        .onFailure(sent::fail)
        .onSuccess(
            piece -> {
              if (piece.length() == 0) {
                response.end().onComplete(sent);
              } else {
                response.write(piece).onFailure(sent::fail).onSuccess(taken -> next());
              }
            });
  }

  private Buffer close() throws IOException {
    source.close();
    return Buffer.buffer();
  }

  private void reset(Throwable failed) {
    if (!response.ended() && !response.closed()) {
      LOG.warn("response broken off reason={}", failed.toString());
      response.reset();
    }
  }
}
