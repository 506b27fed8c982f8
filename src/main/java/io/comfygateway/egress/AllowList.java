package io.comfygateway.egress;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The setting {@code GATEWAY_CALLBACK_ALLOW}: where callbacks may go although it is not the public
 * internet. Entries, comma separated, each with an optional {@code :port}:
 *
 * <ul>
 *   <li>{@code n8n}, a host by its name, whatever it resolves to
 *   <li>{@code *.example.com}, every name below, but not {@code example.com} itself
 *   <li>{@code 10.1.2.3}, {@code 10.0.0.0/8}, {@code fd00::/8}, {@code [fd00::1]:5678}, addresses,
 *       whatever name led to them
 * </ul>
 */
final class AllowList {
  private static final Pattern BRACKETED =
      Pattern.compile("\\[(?<address>[^\\]]*:[^\\]]*)](?<prefix>(?:/[0-9]+)?)(?::(?<port>.*))?");
  private static final Pattern WITH_PORT = Pattern.compile("(?<host>[^:]*)(?::(?<port>.*))?");

  private record HostEntry(String host, OptionalInt port) {}

  private record RangeEntry(AddressRange range, OptionalInt port) {}

  private final List<HostEntry> hosts = new ArrayList<>();
  private final List<RangeEntry> ranges = new ArrayList<>();

  /**
   * @throws IllegalArgumentException that names the faulty entry
   */
  AllowList(String setting) {
    if (setting.isBlank()) {
      return;
    }
    for (String entry : setting.split(",", -1)) {
      try {
        add(entry.strip());
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "GATEWAY_CALLBACK_ALLOW: \"%s\" is not valid: %s"
                .formatted(entry.strip(), e.getMessage()),
            e);
      }
    }
  }

  /** Whether the normalised host may be called at the port, whatever its addresses are. */
  boolean allowsHost(String host, int port) {
    return hosts.stream()
        .anyMatch(entry -> matches(entry.port(), port) && matches(entry.host(), host));
  }

  /** Whether the address may be called at the port, whatever its name is. */
  boolean allowsAddress(InetAddress address, int port) {
    return ranges.stream()
        .anyMatch(entry -> matches(entry.port(), port) && entry.range().contains(address));
  }

  private void add(String entry) {
    if (entry.startsWith("[")) {
      Matcher matcher = match(BRACKETED, entry);
      addRange(matcher.group("address") + matcher.group("prefix"), port(matcher));
    } else if (entry.indexOf(':') != entry.lastIndexOf(':')) {
      addRange(entry, OptionalInt.empty());
    } else {
      Matcher matcher = match(WITH_PORT, entry);
      addHostOrRange(matcher.group("host"), port(matcher));
    }
  }

  private void addHostOrRange(String text, OptionalInt port) {
    String name = HostPattern.normalise(text);
    if (HostPattern.isName(name.startsWith("*.") ? name.substring(2) : name)) {
      hosts.add(new HostEntry(name, port));
    } else {
      addRange(text, port);
    }
  }

  private void addRange(String text, OptionalInt port) {
    ranges.add(new RangeEntry(AddressRange.parse(text), port));
  }

  private static Matcher match(Pattern form, String entry) {
    Matcher matcher = form.matcher(entry);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "an IPv6 address in brackets is followed by nothing, a /prefix or a :port");
    }
    return matcher;
  }

  private static OptionalInt port(Matcher matcher) {
    String text = matcher.group("port");
    if (text == null) {
      return OptionalInt.empty();
    }
    if (!text.matches("[1-9][0-9]{0,4}") || Integer.parseInt(text) > 65_535) {
      throw new IllegalArgumentException("a port is a number from 1 to 65535");
    }
    return OptionalInt.of(Integer.parseInt(text));
  }

  private static boolean matches(OptionalInt allowed, int port) {
    return allowed.isEmpty() || allowed.getAsInt() == port;
  }

  private static boolean matches(String allowed, String host) {
    return allowed.startsWith("*.") ? host.endsWith(allowed.substring(1)) : host.equals(allowed);
  }
}
