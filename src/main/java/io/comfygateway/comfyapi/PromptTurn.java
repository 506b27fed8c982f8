package io.comfygateway.comfyapi;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The place of a prompt in its {@link ClientLine}, which alone uses it. */
final class PromptTurn {
  /** The order of the queue: by number, then as the prompts arrived. */
  static final Comparator<PromptTurn> QUEUE =
      Comparator.comparingDouble((PromptTurn turn) -> turn.prompt.number())
          .thenComparing(turn -> turn.prompt.created())
          .thenComparing(turn -> turn.prompt.job());

  final ClientPrompt prompt;

  /** Whether the client knows that the prompt was accepted. */
  boolean isAnswered;

  /** Whether there is a frame or an end to send. */
  boolean speaks;

  /** Whether frames are missing that found no room. */
  boolean isCut;

  /** Whether a socket was sent any of it. */
  boolean isHeard;

  /** Whether its end is being sent. */
  boolean isEnding;

  /** Sends its end. */
  Optional<Runnable> end = Optional.empty();

  private Optional<Instant> idleSince = Optional.empty();

  PromptTurn(ClientPrompt prompt, boolean isAnswered) {
    this.prompt = prompt;
    this.isAnswered = isAnswered;
  }

  boolean isReady() {
    return isAnswered && speaks;
  }

  /** It runs, or holds up nobody. */
  void busy() {
    idleSince = Optional.empty();
  }

  /** It holds up others without running. Returns whether it has done so for this long. */
  boolean isIdle(Instant now, Duration patience) {
    Instant since = idleSince.orElse(now);
    idleSince = Optional.of(since);
    return !now.isBefore(since.plus(patience));
  }

  /** Those with nothing to say that are before the first one that has something. */
  static List<PromptTurn> holdingUp(@Nullable PromptTurn current, Iterable<PromptTurn> line) {
    List<PromptTurn> ahead = new ArrayList<>();
    if (current != null) {
      ahead.add(current);
    }
    for (PromptTurn turn : line) {
      if (!turn.equals(current)) {
        if (turn.isReady()) {
          return ahead;
        }
        ahead.add(turn);
      }
    }
    return List.of();
  }
}
