package io.comfygateway.http;

import io.vertx.core.buffer.Buffer;

/**
 * A frame that is sent to the client of a WebSocket.
 *
 * <p>Frames with one {@code topic} replace each other: of those that a slow client has not read,
 * only the newest is kept, and under pressure none. A frame with an empty topic is sent in any
 * case.
 */
public sealed interface OutgoingFrame {
  /** What it is about; empty if it must not be left out. */
  String topic();

  /** Its size in bytes, or an upper estimate of it. */
  int size();

  /** A text frame. */
  record Text(String text, String topic) implements OutgoingFrame {
    // Characters beyond ASCII take up to three bytes; ComfyUI escapes them, so there are few.
    @Override
    public int size() {
      return text.length();
    }
  }

  /** A binary frame. */
  record Binary(Buffer bytes, String topic) implements OutgoingFrame {
    @Override
    public int size() {
      return bytes.length();
    }
  }
}
