package io.comfygateway.egress;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hc.client5.http.DnsResolver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resolves a host once and hands out addresses only if all of them are permitted. The HTTP client
 * connects to just these, so that a name server which answers differently the next time (DNS
 * rebinding) gains nothing. Addresses written in the URL, and those of redirects, pass through here
 * as well.
 */
public final class GuardedDnsResolver implements DnsResolver {
  private static final Logger LOG = LoggerFactory.getLogger(GuardedDnsResolver.class);
  private static final int UNKNOWN_PORT = -1;

  private final UrlGuard guard;
  private final DnsResolver names;

  /**
   * @param names asks the name servers
   */
  public GuardedDnsResolver(UrlGuard guard, DnsResolver names) {
    this.guard = guard;
    this.names = names;
  }

  /**
   * @throws TargetRefusedException where any of the host's addresses is not permitted
   * @throws UnknownHostException where it has none
   */
  @Override
  public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
    return Stream.of(permitted(host, port))
        .map(address -> new InetSocketAddress(address, port))
        .toList();
  }

  /** The same where the port is not known, which the HTTP client of today does not ask for. */
  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    return permitted(host, UNKNOWN_PORT);
  }

  @Override
  public String resolveCanonicalHostname(String host) throws UnknownHostException {
    return names.resolveCanonicalHostname(host);
  }

  private InetAddress[] permitted(String alias, int port) throws UnknownHostException {
    String host = HostAlias.real(alias);
    InetAddress[] addresses = names.resolve(host);
    if (addresses == null || addresses.length == 0) {
      throw new UnknownHostException(host);
    }
    for (InetAddress address : addresses) {
      if (!guard.permits(host, address, port)) {
        LOG.warn("target refused host={} address={} port={}", host, address.getHostAddress(), port);
        throw new TargetRefusedException(host);
      }
    }
    return addresses;
  }
}
