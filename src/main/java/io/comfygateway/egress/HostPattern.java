package io.comfygateway.egress;

import java.util.Locale;
import java.util.regex.Pattern;

/** Host names: their syntax, and the spelling under which they are compared. */
final class HostPattern {
  private static final int MAX_NAME = 253;

  // RFC 1123, section 2.1, and the underscore, which Compose puts into the names of containers.
  private static final String LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
  private static final Pattern NAME = Pattern.compile(LABEL + "(?:\\." + LABEL + ")*+");

  private HostPattern() {}

  /** In small letters and without the dot that ends a full name. */
  static String normalise(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  /** Whether a normalised host is a name that cannot be taken for an address. */
  static boolean isName(String host) {
    return host.length() <= MAX_NAME
        && NAME.matcher(host).matches()
        && !IpLiteral.looksLikeV4(host);
  }

  /** Whether a normalised host is one that means this machine (RFC 6761, section 6.3). */
  static boolean isLocalhost(String host) {
    return host.equals("localhost")
        || host.endsWith(".localhost")
        || host.equals("localhost.localdomain")
        || host.equals("ip6-localhost")
        || host.equals("ip6-loopback");
  }
}
