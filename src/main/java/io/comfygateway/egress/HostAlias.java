package io.comfygateway.egress;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpRequestInterceptor;
import org.apache.hc.core5.net.URIAuthority;

/**
 * Host names that {@link URI} does not know as such, as those with an underscore that Compose
 * makes. Camel sends nothing to a URL without a host, so it is given another name for it, which is
 * turned back where a name is looked up, and in what is sent.
 */
public final class HostAlias {
  private static final String PREFIX = "alias-";
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]{1,253}");

  private HostAlias() {}

  /** The URL as Camel takes it. */
  public static String of(String text) {
    URI url = URI.create(text);
    if (url.getHost() != null || url.getRawAuthority() == null) {
      return text;
    }
    String authority = url.getRawAuthority();
    int colon = authority.lastIndexOf(':');
    String host = colon < 0 ? authority : authority.substring(0, colon);
    if (!HOST.matcher(host).matches()) {
      throw new IllegalArgumentException("the URL has no host");
    }
    String alias =
        PREFIX + HexFormat.of().formatHex(host.getBytes(StandardCharsets.US_ASCII)) + ".host";
    int at = text.indexOf("//") + 2;
    return text.substring(0, at) + alias + text.substring(at + host.length());
  }

  /** The host that an alias stands for; any other host is itself. */
  public static String real(String host) {
    if (!host.startsWith(PREFIX) || !host.endsWith(".host")) {
      return host;
    }
    try {
      byte[] bytes =
          HexFormat.of().parseHex(host, PREFIX.length(), host.length() - ".host".length());
      String real = new String(bytes, StandardCharsets.US_ASCII);
      return HOST.matcher(real).matches() ? real : host;
    } catch (IllegalArgumentException notAnAlias) {
      return host;
    }
  }

  /** Names the real host in the request. */
  public static HttpRequestInterceptor interceptor() {
    return (request, entity, context) -> {
      URIAuthority to = request.getAuthority();
      if (to != null && !real(to.getHostName()).equals(to.getHostName())) {
        URIAuthority real = new URIAuthority(real(to.getHostName()), to.getPort());
        request.setAuthority(real);
        request.setHeader(HttpHeaders.HOST, real.toString());
      }
    };
  }

  /** Looks the real host up. */
  public static DnsResolver resolver(DnsResolver names) {
    return new DnsResolver() {
      @Override
      public InetAddress[] resolve(String host) throws UnknownHostException {
        return names.resolve(real(host));
      }

      @Override
      public String resolveCanonicalHostname(String host) throws UnknownHostException {
        return names.resolveCanonicalHostname(real(host));
      }
    };
  }

  /** Verifies certificates for the real host. */
  public static TlsSocketStrategy tls(TlsSocketStrategy strategy) {
    return (socket, host, port, attachment, context) ->
        strategy.upgrade(socket, real(host), port, attachment, context);
  }
}
