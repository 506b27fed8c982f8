package io.comfygateway.comfyapi;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The prompts of one client id in the order in which their client hears of them. However many
 * servers run them, it hears of one at a time, from the first frame to the last, as from a ComfyUI
 * with one worker: some clients take the success or the pictures of any prompt for those of their
 * own.
 *
 * <p>The current prompt is the one whose first frame was sent and whose end was not. The next is
 * the first in the order of the queue, also if a later one has begun before it; the frames of the
 * others are held back. A prompt that holds up others and does not run is passed over after a
 * while, and has its turn when it has something to say.
 */
final class ClientLine {
  private static final Logger LOG = LoggerFactory.getLogger(ClientLine.class);

  private final Client client;
  private final HeldFrames held;
  private final Map<UUID, PromptTurn> turns = new HashMap<>();
  private final NavigableSet<PromptTurn> line = new TreeSet<>(PromptTurn.QUEUE);
  private @Nullable PromptTurn current;
  private boolean isEnding;

  /** Where the frames go. */
  interface Client {
    /** Whether it has a socket open. */
    boolean isThere();

    /**
     * Sends a frame without waiting.
     *
     * @return whether a socket was open
     */
    boolean send(ClientFrame frame);
  }

  ClientLine(Client client, HeldFrames held) {
    this.client = client;
    this.held = held;
  }

  /**
   * A prompt is in the queue.
   *
   * @param isAnswered whether the client knows that it was accepted; else nothing is sent before
   *     {@link #answered}
   */
  synchronized void join(ClientPrompt prompt, boolean isAnswered) {
    if (!turns.containsKey(prompt.job())) {
      PromptTurn turn = new PromptTurn(prompt, isAnswered);
      turns.put(prompt.job(), turn);
      line.add(turn);
    }
  }

  synchronized boolean isEmpty() {
    return turns.isEmpty();
  }

  synchronized boolean isAnswered(UUID job) {
    PromptTurn turn = turns.get(job);
    return turn != null && turn.isAnswered;
  }

  /** Whether this is the prompt that the client hears of. */
  synchronized boolean isCurrent(UUID job) {
    return current != null && current.prompt.job().equals(job);
  }

  /**
   * Sends a frame of a prompt, or holds it back.
   *
   * @return false if there was no room for it. Nothing is held of the prompt then; what is missing
   *     is to be sent when it has its turn
   */
  synchronized boolean tell(UUID job, ClientFrame frame) {
    PromptTurn turn = turns.get(job);
    if (turn == null) {
      return true;
    }
    speaks(turn);
    choose();
    if (turn.equals(current)) {
      send(turn, frame);
      return true;
    }
    boolean isOptional = !frame.topic().isEmpty();
    if (!turn.isCut) {
      if (isOptional && !client.isThere() || held.add(job, frame)) {
        return true;
      }
      cut(turn, frame);
    }
    return isOptional || !frame.isText();
  }

  // The end names the outputs again, but pictures come once.
  private void cut(PromptTurn turn, ClientFrame frame) {
    LOG.warn(
        "a client misses messages of a prompt whose turn has not come, since they found no room"
            + " (GATEWAY_SOCKETS_MAX_HELD_BYTES, GATEWAY_SOCKETS_MAX_HELD_BYTES_IN_ALL) job={} caller={}",
        turn.prompt.job(),
        turn.prompt.owner());
    if (frame.isText()) {
      turn.isCut = true;
      held.take(turn.prompt.job());
    }
  }

  private void speaks(PromptTurn turn) {
    turn.speaks = true;
    // One that was passed over has its place again.
    line.add(turn);
  }

  private void send(PromptTurn turn, ClientFrame frame) {
    turn.isHeard |= client.send(frame);
  }

  private void choose() {
    if (current == null && !line.isEmpty() && line.first().isReady()) {
      PromptTurn next = line.first();
      current = next;
      held.take(next.prompt.job()).forEach(frame -> send(next, frame));
    }
  }

  /** The client has the answer to its request for this prompt. May send ends. */
  void answered(UUID job) {
    synchronized (this) {
      PromptTurn turn = turns.get(job);
      if (turn == null || turn.isAnswered) {
        return;
      }
      turn.isAnswered = true;
    }
    advance();
  }

  /**
   * A prompt has ended. Calls {@code send} once, now or when its turn has come; it is to send the
   * last frames. If it fails, the prompt keeps its turn, and this is to be called again.
   */
  void ended(UUID job, Runnable send) {
    synchronized (this) {
      PromptTurn turn = turns.get(job);
      if (turn == null) {
        return;
      }
      turn.end = Optional.of(send);
      speaks(turn);
    }
    advance();
  }

  /** A prompt is gone, and gives up its turn. May send ends of others. */
  void leave(UUID job) {
    synchronized (this) {
      PromptTurn turn = turns.remove(job);
      if (turn == null) {
        return;
      }
      forget(turn);
    }
    advance();
  }

  private void forget(PromptTurn turn) {
    held.take(turn.prompt.job());
    turns.remove(turn.prompt.job());
    line.remove(turn);
    if (turn.equals(current)) {
      current = null;
    }
  }

  /** Gives turns to those that wait, and sends ends that are due. */
  void advance() {
    for (var due = due(); due.isPresent(); due = due()) {
      end(due.get());
    }
  }

  // The thread that sends an end also sends those that are due after it.
  private synchronized Optional<PromptTurn> due() {
    if (isEnding) {
      return Optional.empty();
    }
    choose();
    if (current == null || current.end.isEmpty()) {
      return Optional.empty();
    }
    isEnding = true;
    current.isEnding = true;
    return Optional.of(current);
  }

  private void end(PromptTurn turn) {
    Runnable send;
    synchronized (this) {
      send = turn.end.orElseThrow();
      turn.end = Optional.empty();
    }
    boolean isSent = false;
    try {
      send.run();
      isSent = true;
    } finally {
      synchronized (this) {
        isEnding = false;
        turn.isEnding = false;
        if (isSent) {
          forget(turn);
        }
      }
    }
  }

  /** The prompts whose end the client has not been sent, as far as they have begun. */
  synchronized List<UUID> untold() {
    return turns.values().stream()
        .filter(turn -> turn.speaks && !turn.isEnding)
        .map(turn -> turn.prompt.job())
        .toList();
  }

  /**
   * A client is about to connect. What was sent while no socket was open gives nobody a turn. To be
   * followed by {@link #advance} when the socket takes frames.
   */
  synchronized void connects() {
    if (current != null && !current.isHeard && !isEnding && !current.equals(line.first())) {
      current = null;
    }
  }

  /** Whether a prompt that could be the next, or goes on, holds up another. */
  synchronized boolean isHeldUp() {
    List<PromptTurn> ahead = ahead();
    if (ahead.isEmpty()) {
      turns.values().forEach(PromptTurn::busy);
    }
    return !ahead.isEmpty();
  }

  private List<PromptTurn> ahead() {
    return isEnding ? List.of() : PromptTurn.holdingUp(current, line);
  }

  /**
   * Passes over prompts that have held up others for long and do not run. May send ends.
   *
   * @param runs whether a server runs a job
   * @param patience how long a prompt that does not run may hold up others
   */
  void passOver(Predicate<UUID> runs, Instant now, Duration patience) {
    synchronized (this) {
      boolean mayPass = true;
      for (PromptTurn turn : ahead()) {
        if (!turn.isAnswered || runs.test(turn.prompt.job())) {
          turn.busy();
          mayPass = false;
        } else {
          mayPass &= turn.isIdle(now, patience);
          if (mayPass) {
            pass(turn);
          }
        }
      }
    }
    advance();
  }

  private void pass(PromptTurn turn) {
    LOG.info(
        "later prompts of the client go first: this one does not run job={} caller={}",
        turn.prompt.job(),
        turn.prompt.owner());
    line.remove(turn);
    turn.speaks = false;
    turn.busy();
    if (turn.equals(current)) {
      current = null;
    }
  }
}
