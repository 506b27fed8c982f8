package io.comfygateway.egress;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads IP addresses that are written the one proper way, and never asks a name server. What C
 * libraries take as well (octal, hexadecimal, short and single-number forms, zone ids) is no
 * address here.
 */
final class IpLiteral {
  private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
  private static final Pattern V4 = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}");
  private static final Pattern V6_CHARACTERS = Pattern.compile("(?=.*:)[0-9a-fA-F:.]{2,45}");
  private static final Pattern NUMBER = Pattern.compile("[0-9]+|0[xX][0-9a-fA-F]*");

  private IpLiteral() {}

  /**
   * @param text without brackets
   */
  static Optional<InetAddress> parse(String text) {
    try {
      if (V4.matcher(text).matches()) {
        return Optional.of(InetAddress.getByName(text));
      }
      if (V6_CHARACTERS.matcher(text).matches() && isStrictTail(text)) {
        // The brackets keep Java from taking anything but an address.
        return Optional.of(InetAddress.getByName("[" + text + "]"));
      }
      return Optional.empty();
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  /**
   * Whether a host name ends in a number, and so is an IPv4 address to some program or other (the
   * WHATWG URL standard's "ends in a number" check).
   */
  static boolean looksLikeV4(String host) {
    String bare = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    return NUMBER.matcher(bare.substring(bare.lastIndexOf('.') + 1)).matches();
  }

  private static boolean isStrictTail(String v6) {
    return v6.indexOf('.') < 0 || V4.matcher(v6.substring(v6.lastIndexOf(':') + 1)).matches();
  }
}
