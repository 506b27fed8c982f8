package io.comfygateway.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;

/**
 * A response body whose next part is passed to the connection when the one before was sent: what
 * waits to be sent is copied and encrypted, so a client that reads nothing would keep all of it in
 * memory.
 */
final class LongBody {
  /** The longest part, in bytes. */
  static final int PART = 16_384;

  private final Buffer bytes;
  private final HttpServerResponse response;
  private final Promise<Void> sent = Promise.promise();
  private int next;

  private LongBody(Buffer bytes, HttpServerResponse response) {
    this.bytes = bytes;
    this.response = response;
  }

  /** Sends it; the future completes when it was sent, or cannot be. */
  static Future<Void> send(Buffer bytes, HttpServerResponse response) {
    LongBody body = new LongBody(bytes, response);
    body.goOnOrFail();
    return body.sent.future();
  }

  private void goOnOrFail() {
    try {
      goOn();
    } catch (IllegalStateException ended) {
      sent.tryFail(ended);
    }
  }

  private void goOn() {
    while (bytes.length() - next > PART) {
      Future<Void> taken = response.write(bytes.slice(next, next + PART));
      next += PART;
      if (!taken.succeeded()) {
        taken.onFailure(sent::tryFail).onSuccess(done -> goOnOrFail());
        return;
      }
    }
    response.end(bytes.slice(next, bytes.length())).onComplete(sent);
  }
}
