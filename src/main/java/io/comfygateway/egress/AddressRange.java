package io.comfygateway.egress;

import java.math.BigInteger;
import java.net.InetAddress;

/**
 * A block of IP addresses in CIDR notation (RFC 4632, RFC 4291), or one address.
 *
 * @param first the block's first address
 * @param prefix how many leading bits all its addresses share
 */
public record AddressRange(InetAddress first, int prefix) {
  public AddressRange {
    if (prefix < 0 || prefix > bits(first)) {
      throw new IllegalArgumentException("a prefix is from 0 to " + bits(first));
    }
    if (number(first).getLowestSetBit() != -1
        && number(first).getLowestSetBit() < bits(first) - prefix) {
      throw new IllegalArgumentException(
          "the address has bits set beyond its prefix of " + prefix + " bits");
    }
  }

  /**
   * Reads a block or an address.
   *
   * @param text such as {@code 10.0.0.0/8}, {@code fd00::/8} or {@code 192.0.2.7}
   * @throws IllegalArgumentException that says what is wrong
   */
  public static AddressRange parse(String text) {
    int slash = text.indexOf('/');
    InetAddress first =
        IpLiteral.parse(slash < 0 ? text : text.substring(0, slash))
            .orElseThrow(() -> new IllegalArgumentException("it is not an IP address"));
    if (slash < 0) {
      return new AddressRange(first, bits(first));
    }
    String prefix = text.substring(slash + 1);
    if (!prefix.matches("[0-9]{1,3}")) {
      throw new IllegalArgumentException("after the slash stands a number of bits");
    }
    return new AddressRange(first, Integer.parseInt(prefix));
  }

  /** Whether the address is of the block; one of the other IP version never is. */
  public boolean contains(InetAddress address) {
    int rest = bits(first) - prefix;
    return bits(address) == bits(first)
        && number(address).shiftRight(rest).equals(number(first).shiftRight(rest));
  }

  /** In CIDR notation; a single address without its prefix. */
  @Override
  public String toString() {
    String address = first.getHostAddress();
    return prefix == bits(first) ? address : address + "/" + prefix;
  }

  private static int bits(InetAddress address) {
    return address.getAddress().length * Byte.SIZE;
  }

  private static BigInteger number(InetAddress address) {
    return new BigInteger(1, address.getAddress());
  }
}
