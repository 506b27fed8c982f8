package io.comfygateway.http;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * The frames that a client has not read yet, in their order. They take bounded memory: a newer
 * frame replaces an older one of its topic, then all frames with a topic are left out, and a client
 * that is still too slow is given up. Not safe for use by several threads.
 */
final class OutgoingFrames {
  private final Wire wire;
  private final long most;
  private final Deque<OutgoingFrame> waiting = new ArrayDeque<>();
  private long bytes;

  /** What the frames are written to. */
  interface Wire {
    /** Whether it takes no more for now. It then calls {@link OutgoingFrames#drained()} later. */
    boolean isFull();

    void write(OutgoingFrame frame);
  }

  /**
   * @param most how many bytes may wait; a single frame may be larger
   */
  OutgoingFrames(Wire wire, long most) {
    this.wire = wire;
    this.most = most;
  }

  /**
   * Sends a frame, now or after those that wait.
   *
   * @return false if the client is too slow to be kept
   */
  boolean send(OutgoingFrame frame) {
    if (waiting.isEmpty() && !wire.isFull()) {
      wire.write(frame);
      return true;
    }
    if (!frame.topic().isEmpty()) {
      leaveOut(frame.topic());
    }
    waiting.add(frame);
    bytes += frame.size();
    if (bytes > most) {
      leaveOut("");
    }
    return bytes <= most || waiting.size() <= 1;
  }

  /** The wire takes frames again. */
  void drained() {
    while (!waiting.isEmpty() && !wire.isFull()) {
      OutgoingFrame next = waiting.remove();
      bytes -= next.size();
      wire.write(next);
    }
  }

  /** How many frames wait. */
  int waiting() {
    return waiting.size();
  }

  // An empty topic: every frame that has one.
  private void leaveOut(String topic) {
    for (Iterator<OutgoingFrame> all = waiting.iterator(); all.hasNext(); ) {
      OutgoingFrame frame = all.next();
      boolean isMeant = topic.isEmpty() ? !frame.topic().isEmpty() : frame.topic().equals(topic);
      if (isMeant) {
        bytes -= frame.size();
        all.remove();
      }
    }
  }
}
