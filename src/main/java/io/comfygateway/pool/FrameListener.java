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

  /** Two that get the same frames. */
  static FrameListener both(FrameListener one, FrameListener other) {
    return backend -> {
      Frames first = one.connected(backend);
      Frames second = other.connected(backend);
      return new Frames() {
        @Override
        public void text(String frame) {
          first.text(frame);
          second.text(frame);
        }

        @Override
        public void binary(Buffer frame) {
          first.binary(frame);
          second.binary(frame);
        }
      };
    };
  }

  /** A connection to a server was made. */
  Frames connected(String backend);
}
