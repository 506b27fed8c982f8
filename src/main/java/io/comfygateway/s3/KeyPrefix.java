package io.comfygateway.s3;

import java.util.Arrays;
import java.util.Optional;

/** The prefix of the keys of a bucket, which is taken as it is. */
final class KeyPrefix {
  // A key has at most 1,024 bytes; the rest is for the job's id, the index and the name. A
  // character has at most 3 bytes for each of its UTF-16 units.
  private static final int LONGEST_PREFIX = 200;

  private KeyPrefix() {}

  /** Why a prefix cannot be taken as it is. */
  static Optional<String> whyNoPrefix(String prefix) {
    if (prefix.length() > LONGEST_PREFIX) {
      return Optional.of("is longer than " + LONGEST_PREFIX + " characters.");
    }
    if (prefix.chars().anyMatch(c -> Character.isISOControl(c) || c == '\\')) {
      return Optional.of("has a control character or a backslash; separate folders with /.");
    }
    // Clients and gateways resolve these in paths in ways of their own.
    boolean resolved =
        Arrays.stream(prefix.split("/", -1))
            .limit(Math.max(1, segments(prefix)))
            .anyMatch(segment -> isResolved(segment) && !prefix.isEmpty());
    return resolved
        ? Optional.of(
            "begins with a slash or has an empty folder, . or .. in it; write it as a/b/.")
        : Optional.empty();
  }

  // Without the empty one behind a slash at the end.
  private static long segments(String prefix) {
    long all = prefix.chars().filter(c -> c == '/').count() + 1;
    return prefix.endsWith("/") ? all - 1 : all;
  }

  private static boolean isResolved(String segment) {
    return segment.isEmpty() || ".".equals(segment) || "..".equals(segment);
  }
}
