package io.comfygateway.access;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import org.springframework.dao.DataAccessException;

/** Asks the database now and then whether a session is still there. For one thread. */
final class SessionWatch implements BooleanSupplier {
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);

  private final BooleanSupplier isThere;
  private final InstantSource clock;
  private Instant looked;
  private boolean found = true;

  /**
   * Makes it, for a session that is there now.
   *
   * @param isThere queries the database
   */
  SessionWatch(BooleanSupplier isThere, InstantSource clock) {
    this.isThere = isThere;
    this.clock = clock;
    this.looked = clock.instant();
  }

  @Override
  public boolean getAsBoolean() {
    Instant now = clock.instant();
    if (found && !now.isBefore(looked.plus(BETWEEN_LOOKS))) {
      looked = now;
      try {
        found = isThere.getAsBoolean();
      } catch (DataAccessException e) {
        // It stays while the database does not answer, as keys do.
        return true;
      }
    }
    return found;
  }
}
