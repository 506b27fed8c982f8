package io.comfygateway.http;

import io.comfygateway.config.JsonLimits;
import io.vertx.core.buffer.Buffer;

/**
 * About how many bytes a body takes once it is read as JSON. A body of many small values takes up
 * to fifty times its own size, and one of long texts hardly more than it has.
 */
final class JsonWeight {
  /** What a name, a value or a bracket takes, as measured with Jackson's trees. */
  private static final int OF_TOKEN = 100;

  private long tokens;

  /** Adds a piece of the body. */
  void add(Buffer piece) {
    int length = piece.length();
    for (int i = 0; i < length; i++) {
      byte letter = piece.getByte(i);
      // Each of these stands before a value, or after a name.
      if (letter == ',' || letter == ':' || letter == '[' || letter == '{') {
        tokens++;
      }
    }
  }

  /** In bytes; the parser reads no further than its limit. */
  long bytes() {
    return Math.min(tokens, JsonLimits.MOST_TOKENS) * OF_TOKEN;
  }
}
