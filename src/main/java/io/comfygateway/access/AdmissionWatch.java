package io.comfygateway.access;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import org.springframework.dao.DataAccessException;

/** Asks now and then whether what admitted a request is still valid. For one thread. */
final class AdmissionWatch implements BooleanSupplier {
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);

  private final BooleanSupplier isValid;
  private final InstantSource clock;
  private Instant looked;
  private boolean found = true;

  /**
   * Makes it, for what is valid now.
   *
   * @param isValid may query the database
   */
  AdmissionWatch(BooleanSupplier isValid, InstantSource clock) {
    this.isValid = isValid;
    this.clock = clock;
    this.looked = clock.instant();
  }

  @Override
  public boolean getAsBoolean() {
    Instant now = clock.instant();
    if (found && !now.isBefore(looked.plus(BETWEEN_LOOKS))) {
      looked = now;
      try {
        found = isValid.getAsBoolean();
      } catch (DataAccessException e) {
        // It stays while the database does not answer, as keys do.
        return true;
      }
    }
    return found;
  }
}
