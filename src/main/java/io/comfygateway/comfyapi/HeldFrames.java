package io.comfygateway.comfyapi;

import io.comfygateway.http.MemoryBudget;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The frames of a client's prompts whose turn has not come. They take bounded memory: of the
 * progress of a node the newest is kept, and where room is needed, the oldest previews are dropped.
 * Not safe for use by several threads.
 */
final class HeldFrames {
  /** What a frame takes beside its content, in bytes. */
  private static final int BESIDE = 256;

  private final long most;
  private final MemoryBudget all;
  private final Map<UUID, Frames> prompts = new HashMap<>();
  private final Deque<Held> previews = new ArrayDeque<>();
  private long bytes;

  /** A frame of a prompt; a newer one may replace it. */
  private static final class Held {
    private final Frames beside;
    private ClientFrame frame;
    private boolean isGone;

    private Held(Frames beside, ClientFrame frame) {
      this.beside = beside;
      this.frame = frame;
    }
  }

  /** Those of one prompt. */
  private static final class Frames {
    private final List<Held> inOrder = new ArrayList<>();
    // Since the last frame that must not be left out.
    private final Map<String, Held> progress = new HashMap<>();
  }

  /**
   * @param most how many bytes the frames may take
   * @param all what the frames of all clients together may take
   */
  HeldFrames(long most, MemoryBudget all) {
    this.most = most;
    this.all = all;
  }

  /**
   * Holds a frame back. Progress and previews that find no room are dropped.
   *
   * @return false if there is no room for a frame that must not be left out
   */
  boolean add(UUID job, ClientFrame frame) {
    Frames frames = prompts.computeIfAbsent(job, any -> new Frames());
    boolean isPreview = frame.topic().startsWith(PromptStream.PREVIEW);
    Held older = frames.progress.get(frame.topic());
    if (older != null && !older.isGone) {
      // Where it was: some clients fail at a picture before the first progress.
      if (room(frame)) {
        give(older.frame);
        older.frame = frame;
      }
      return true;
    }
    if (!room(frame)) {
      return !frame.topic().isEmpty();
    }
    Held held = new Held(frames, frame);
    frames.inOrder.add(held);
    if (isPreview) {
      previews.add(held);
    } else if (frame.topic().isEmpty()) {
      frames.progress.clear();
    } else {
      frames.progress.put(frame.topic(), held);
    }
    return true;
  }

  private boolean room(ClientFrame frame) {
    long size = size(frame);
    while (bytes + size > most || !all.take(size)) {
      Held oldest = previews.poll();
      if (oldest == null) {
        return false;
      }
      if (!oldest.isGone) {
        drop(oldest);
        oldest.beside.inOrder.remove(oldest);
      }
    }
    bytes += size;
    return true;
  }

  /** The frames of a prompt in their order, which are held no longer. */
  List<ClientFrame> take(UUID job) {
    Frames frames = prompts.remove(job);
    if (frames == null) {
      return List.of();
    }
    frames.inOrder.forEach(this::drop);
    previews.removeIf(preview -> preview.isGone);
    return frames.inOrder.stream().map(held -> held.frame).toList();
  }

  private void drop(Held held) {
    held.isGone = true;
    give(held.frame);
  }

  private void give(ClientFrame frame) {
    bytes -= size(frame);
    all.leave(size(frame));
  }

  private static long size(ClientFrame frame) {
    return frame.size() + (long) BESIDE;
  }
}
