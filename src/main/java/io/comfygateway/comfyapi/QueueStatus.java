package io.comfygateway.comfyapi;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntConsumer;

/**
 * Tells the WebSockets of a caller how many of its prompts have not ended, as far as they know: one
 * that has ended counts until its end was sent. The count is 0 only when the history has all of
 * them, and a later frame never has an older count. Its methods query the database.
 */
final class QueueStatus {
  private static final int LOCKS = 64;

  private final ClientPrompts prompts;
  private final ClientSessions sessions;
  private final Function<String, List<UUID>> untold;
  private final Map<String, Integer> told = new ConcurrentHashMap<>();
  private final Object[] locks = new Object[LOCKS];

  /**
   * @param untold the prompts of a caller that have begun, and whose end its clients have not been
   *     sent
   */
  QueueStatus(ClientPrompts prompts, ClientSessions sessions, Function<String, List<UUID>> untold) {
    this.prompts = prompts;
    this.sessions = sessions;
    this.untold = untold;
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new Object();
    }
  }

  /** Calls {@code send} with the count while no other thread sends the caller a count. */
  void with(String owner, IntConsumer send) {
    synchronized (locks[Math.floorMod(owner.hashCode(), LOCKS)]) {
      int remaining = prompts.countUntold(owner, untold.apply(owner));
      told.put(owner, remaining);
      send.accept(remaining);
    }
  }

  /** Sends the count to all sockets of a caller. */
  void send(String owner) {
    with(owner, remaining -> sessions.sendToOwner(owner, ClientFrame.status(remaining, null)));
  }

  /**
   * Sends the count again while prompts have not ended: some clients give up after a few seconds
   * without a frame. Sends 0 too, if that has not been sent.
   */
  void repeat(String owner) {
    Integer before = told.getOrDefault(owner, 0);
    with(
        owner,
        remaining -> {
          if (remaining > 0 || before != 0) {
            sessions.sendToOwner(owner, ClientFrame.status(remaining, null));
          }
        });
  }

  /** Forgets a caller that has no socket open. */
  void forget(String owner) {
    told.remove(owner);
  }
}
