package io.comfygateway.access;

import io.comfygateway.egress.AddressRange;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The setting {@code GATEWAY_TRUSTED_PROXIES}: the proxies whose headers say where a request comes
 * from and who sends it. The same headers of others are ignored.
 */
public final class TrustedProxies {
  private static final String FORWARDED_FOR = "X-Forwarded-For";

  private final List<AddressRange> ranges = new ArrayList<>();

  /**
   * Reads the setting.
   *
   * @param setting addresses and CIDR blocks, comma separated; may be blank
   * @throws IllegalArgumentException that names the faulty entry
   */
  public TrustedProxies(String setting) {
    for (String entry : setting.isBlank() ? new String[0] : setting.split(",", -1)) {
      try {
        ranges.add(AddressRange.parse(entry.strip()));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "\"%s\" is not valid: %s".formatted(entry.strip(), e.getMessage()), e);
      }
    }
  }

  /** Whether the address is a trusted proxy's. */
  boolean trusts(InetAddress address) {
    return ranges.stream().anyMatch(range -> range.contains(address));
  }

  /**
   * The address of the client: the other end of the connection or, if that is a trusted proxy, the
   * last address of {@code X-Forwarded-For} that is not one. Addresses before it are not trusted.
   */
  InetAddress clientAddress(RequestInfo request) {
    InetAddress caller = request.peer();
    List<String> hops =
        request.values(FORWARDED_FOR).stream()
            .flatMap(value -> Arrays.stream(value.split(",")))
            .toList();
    for (int i = hops.size() - 1; i >= 0 && trusts(caller); i--) {
      Optional<InetAddress> hop = address(hops.get(i).strip());
      if (hop.isEmpty()) {
        return caller;
      }
      caller = hop.get();
    }
    return caller;
  }

  // Some proxies append the port; an IPv6 address is then in brackets.
  private static Optional<InetAddress> address(String hop) {
    String bare = hop.replaceFirst("^\\[([^\\]]*+)\\](?::\\d++)?+$", "$1");
    if (bare.indexOf(':') == bare.lastIndexOf(':')) {
      bare = bare.replaceFirst(":\\d++$", "");
    }
    try {
      return Optional.of(AddressRange.parse(bare).first());
    } catch (IllegalArgumentException notAnAddress) {
      return Optional.empty();
    }
  }
}
