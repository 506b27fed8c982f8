package io.comfygateway.egress;

import java.net.InetAddress;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a URL leads to. It is read from the text of the authority, so that no lenient reading of a
 * host slips through.
 *
 * @param host normalised, an IPv6 address without brackets
 * @param port from 1 to 65535, the scheme's own where the URL has none
 * @param address where the host is an address
 */
record Target(String host, int port, Optional<InetAddress> address) {
  private static final int MAX_PORT = 65_535;
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;
  private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");

  /**
   * @throws IllegalArgumentException that says what is wrong with the URL
   */
  static Target of(URI url) {
    boolean secure = "https".equalsIgnoreCase(url.getScheme());
    if (!secure && !"http".equalsIgnoreCase(url.getScheme())) {
      throw new IllegalArgumentException("it must start with http:// or https://");
    }
    String authority = url.getRawAuthority();
    if (authority == null) {
      throw new IllegalArgumentException("it has no host");
    }
    if (authority.indexOf('@') >= 0) {
      throw new IllegalArgumentException(
          "it must not carry a user name or password; send an Authorization header instead");
    }
    if (url.getRawFragment() != null) {
      throw new IllegalArgumentException("it must not have a fragment (#)");
    }
    Target target = ofAuthority(authority, secure ? HTTPS_PORT : HTTP_PORT);
    // Such a name java.net.URI reads as no host; the HTTP client takes it from the authority.
    if (url.getHost() == null && target.host().indexOf('_') < 0) {
      throw invalidName();
    }
    return target;
  }

  private static Target ofAuthority(String authority, int defaultPort) {
    boolean bracketed = authority.startsWith("[");
    int hostEnd = bracketed ? authority.indexOf(']') + 1 : authority.indexOf(':');
    if (hostEnd < 0 || (bracketed && hostEnd == 0)) {
      hostEnd = authority.length();
    }
    String host = authority.substring(0, hostEnd);
    int port = port(authority.substring(hostEnd), defaultPort);
    return bracketed ? ofV6(host, port) : ofNameOrV4(host, port);
  }

  private static int port(String afterHost, int defaultPort) {
    if (afterHost.isEmpty()) {
      return defaultPort;
    }
    String digits = afterHost.substring(1);
    if (!afterHost.startsWith(":")
        || !PORT.matcher(digits).matches()
        || Integer.parseInt(digits) > MAX_PORT) {
      throw new IllegalArgumentException("its port must be a number from 1 to " + MAX_PORT);
    }
    return Integer.parseInt(digits);
  }

  private static Target ofV6(String bracketed, int port) {
    String text = bracketed.substring(1, Math.max(1, bracketed.length() - 1));
    InetAddress address =
        Optional.of(text)
            .filter(v6 -> v6.indexOf(':') >= 0)
            .flatMap(IpLiteral::parse)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "its host must be an IPv6 address without a zone, in brackets"));
    return new Target(HostPattern.normalise(text), port, Optional.of(address));
  }

  private static Target ofNameOrV4(String host, int port) {
    if (IpLiteral.looksLikeV4(host)) {
      InetAddress address =
          IpLiteral.parse(host)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "an IPv4 address must be written as four decimal numbers"));
      return new Target(host, port, Optional.of(address));
    }
    String name = HostPattern.normalise(host);
    if (!HostPattern.isName(name)) {
      throw invalidName();
    }
    return new Target(name, port, Optional.empty());
  }

  private static IllegalArgumentException invalidName() {
    return new IllegalArgumentException(
        "its host is not a valid name of letters, digits, dashes, underscores and dots; write an international"
            + " one in its xn-- form");
  }
}
