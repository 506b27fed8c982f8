package io.comfygateway.pool;

import io.vertx.core.buffer.Buffer;

/**
 * Gets the frames of the servers' WebSockets, in their order. It is called on an event loop, so it
 * must not wait.
 */
public interface FrameListener {
  /** Gets the frames of one connection. */
  interface Frames {
    void text(String frame);

    void binary(Buffer frame);
  }

  /** A connection to a server was made. */
  Frames connected(String backend);
}
