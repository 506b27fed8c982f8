package io.comfygateway.http;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * The frames that a client has not read yet, in their order: those that wait, and those that were
 * written and are still to be sent. They take bounded memory: a newer frame replaces an older one
 * of its topic, then all frames with a topic are left out, and a client that is still too slow is
 * given up. So is one whose frame finds no room beside those for other clients. Not safe for use by
 * several threads.
 */
final class OutgoingFrames {
  private final Wire wire;
  private final long most;
  private final MemoryBudget all;
  private final Deque<OutgoingFrame> waiting = new ArrayDeque<>();
  private long bytes;
  private int discarded;

  /** What the frames are written to. */
  interface Wire {
    /** Whether it takes no more for now. It then calls {@link OutgoingFrames#drained()} later. */
    boolean isFull();

    /**
     * Writes a frame.
     *
     * @param sent called once it takes no more memory, on the same thread
     */
    void write(OutgoingFrame frame, Runnable sent);
  }

  /**
   * @param most how many bytes may be unread; a single frame may be larger
   * @param all what the frames of all clients together may take
   */
  OutgoingFrames(Wire wire, long most, MemoryBudget all) {
    this.wire = wire;
    this.most = most;
    this.all = all;
  }

  /**
   * Sends a frame, now or after those that wait.
   *
   * @return false if the client is too slow to be kept
   */
  boolean send(OutgoingFrame frame) {
    if (!frame.topic().isEmpty()) {
      leaveOut(frame.topic());
    }
    if (bytes > 0 && bytes + frame.size() > most || !all.take(frame.size())) {
      leaveOut("");
      if (!frame.topic().isEmpty()) {
        return true;
      }
      if (bytes + frame.size() > most && !waiting.isEmpty() || !all.take(frame.size())) {
        return false;
      }
    }
    bytes += frame.size();
    if (waiting.isEmpty() && !wire.isFull()) {
      write(frame);
    } else {
      waiting.add(frame);
    }
    return true;
  }

  /** The wire takes frames again. */
  void drained() {
    while (!waiting.isEmpty() && !wire.isFull()) {
      write(waiting.remove());
    }
  }

  private void write(OutgoingFrame frame) {
    int before = discarded;
    wire.write(
        frame,
        () -> {
          if (discarded == before) {
            leave(frame);
          }
        });
  }

  /** Nobody reads the frames any more. */
  void discard() {
    waiting.clear();
    all.leave(bytes);
    bytes = 0;
    discarded++;
  }

  private void leave(OutgoingFrame frame) {
    bytes -= frame.size();
    all.leave(frame.size());
  }

  /** How many frames wait. */
  int waiting() {
    return waiting.size();
  }

  // An empty topic: every frame that has one.
  private void leaveOut(String topic) {
    for (Iterator<OutgoingFrame> each = waiting.iterator(); each.hasNext(); ) {
      OutgoingFrame frame = each.next();
      boolean isMeant = topic.isEmpty() ? !frame.topic().isEmpty() : frame.topic().equals(topic);
      if (isMeant) {
        leave(frame);
        each.remove();
      }
    }
  }
}
