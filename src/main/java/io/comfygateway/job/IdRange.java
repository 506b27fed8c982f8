package io.comfygateway.job;

import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The ids that begin alike, such as those of {@code 0d5a6b2e}.
 *
 * @param first the lowest
 * @param last the highest
 */
public record IdRange(UUID first, UUID last) {
  private static final int DIGITS = 32;
  private static final Pattern BEGINNING = Pattern.compile("[0-9a-fA-F-]{4,36}");
  private static final IdRange ALL = of("").orElseThrow();

  /** Every id. */
  public static IdRange all() {
    return ALL;
  }

  /** The ids that begin with a text of 4 to 36 characters; empty if no id does. */
  public static Optional<IdRange> beginningWith(String text) {
    return BEGINNING.matcher(text).matches() ? of(text) : Optional.empty();
  }

  private static Optional<IdRange> of(String text) {
    String digits = text.replace("-", "");
    if (digits.length() > DIGITS) {
      return Optional.empty();
    }
    IdRange range = new IdRange(filled(digits, "0"), filled(digits, "f"));
    // The dashes have their places, too.
    boolean isBeginning = range.first().toString().startsWith(text.toLowerCase(Locale.ROOT));
    return Optional.of(range).filter(it -> isBeginning);
  }

  private static UUID filled(String digits, String with) {
    String all = digits + with.repeat(DIGITS - digits.length());
    return UUID.fromString(
        "%s-%s-%s-%s-%s"
            .formatted(
                all.substring(0, 8),
                all.substring(8, 12),
                all.substring(12, 16),
                all.substring(16, 20),
                all.substring(20)));
  }
}
