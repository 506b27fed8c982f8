package io.comfygateway.egress;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which addresses belong to the public internet. What IANA's special-purpose registries (RFC 6890)
 * do not call globally reachable does not, and neither do the addresses at which clouds answer
 * their own machines.
 */
final class PublicAddresses {
  private static final int V4_BYTES = 4;

  private static final List<AddressRange> NOT_PUBLIC_V4 =
      ranges(
          "0.0.0.0/8", // this network, and the unspecified address
          "10.0.0.0/8", // private
          "100.64.0.0/10", // shared by carriers' NAT (RFC 6598); Alibaba's metadata
          "127.0.0.0/8", // loopback
          "168.63.129.16", // Azure's host
          "169.254.0.0/16", // link-local; the metadata of most clouds
          "172.16.0.0/12", // private
          "192.0.0.0/24", // protocol assignments; Oracle's metadata
          "192.0.2.0/24", // documentation
          "192.88.99.0/24", // 6to4 relays, deprecated
          "192.168.0.0/16", // private
          "198.18.0.0/15", // benchmarks
          "198.51.100.0/24", // documentation
          "203.0.113.0/24", // documentation
          "224.0.0.0/4", // multicast
          "240.0.0.0/4"); // reserved, and broadcast

  // Everything outside of it is local, multicast, reserved, or translated to IPv4.
  private static final AddressRange GLOBAL_V6 = AddressRange.parse("2000::/3");

  private static final List<AddressRange> NOT_PUBLIC_V6 =
      ranges(
          "2001::/23", // protocol assignments; Teredo, which carries IPv4
          "2001:db8::/32", // documentation
          "2002::/16", // 6to4, which carries IPv4; deprecated
          "3fff::/20"); // documentation

  // NAT64 (RFC 6052) and IPv4-translated (RFC 2765): the IPv4 address is in the last four bytes.
  private static final List<AddressRange> CARRY_V4 = ranges("64:ff9b::/96", "::ffff:0:0:0/96");

  private PublicAddresses() {}

  /** Whether the address, or the IPv4 address that it carries, is of the public internet. */
  static boolean contains(InetAddress address) {
    InetAddress real = unwrap(address);
    if (real instanceof Inet4Address) {
      return isOutside(NOT_PUBLIC_V4, real);
    }
    return GLOBAL_V6.contains(real) && isOutside(NOT_PUBLIC_V6, real) && !isIsatap(real);
  }

  /** The IPv4 address that packets to an IPv6 address end up at, or the address itself. */
  static InetAddress unwrap(InetAddress address) {
    if (isOutside(CARRY_V4, address)) {
      return address;
    }
    byte[] bytes = address.getAddress();
    try {
      return InetAddress.getByAddress(
          Arrays.copyOfRange(bytes, bytes.length - V4_BYTES, bytes.length));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("Four bytes are an IPv4 address", e);
    }
  }

  // An interface id of 0000:5efe or 0200:5efe and an IPv4 address (RFC 5214, section 6.1).
  private static boolean isIsatap(InetAddress address) {
    byte[] bytes = address.getAddress();
    return (bytes[8] & 0xfd) == 0 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == (byte) 0xfe;
  }

  private static boolean isOutside(List<AddressRange> ranges, InetAddress address) {
    return ranges.stream().noneMatch(range -> range.contains(address));
  }

  private static List<AddressRange> ranges(String... cidrs) {
    return Stream.of(cidrs).map(AddressRange::parse).toList();
  }
}
