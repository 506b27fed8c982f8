package io.comfygateway.sink;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.egress.ServerTrust;
import io.comfygateway.tls.Pem;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

/**
 * The authorities that destinations name in {@code ca}, for the servers in their {@code url}.
 * Destinations on one server have one list of them.
 */
public final class DestinationTrust implements ServerTrust {
  private static final int HTTPS = 443;

  private final Destinations destinations;
  private final Map<String, SSLContext> contexts = new ConcurrentHashMap<>();

  public DestinationTrust(Destinations destinations) {
    this.destinations = destinations;
  }

  @Override
  public Optional<SSLContext> of(String host, int port) {
    String authorities =
        destinations.all().stream()
            .map(Destination::settings)
            .filter(settings -> settings.path("ca").isTextual() && isAt(settings, host, port))
            .map(settings -> settings.path("ca").asText())
            .distinct()
            .sorted()
            .collect(Collectors.joining("\n"));
    return authorities.isEmpty()
        ? Optional.empty()
        : Optional.of(contexts.computeIfAbsent(authorities, DestinationTrust::context));
  }

  private static boolean isAt(ObjectNode settings, String host, int port) {
    try {
      URI url = URI.create(settings.path("url").asText().replace("{key}", "key"));
      return host.equalsIgnoreCase(url.getHost())
          && port == (url.getPort() < 0 ? HTTPS : url.getPort());
    } catch (IllegalArgumentException notUrl) {
      return false;
    }
  }

  private static SSLContext context(String authorities) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, Pem.trustManagers(authorities), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("TLS cannot be set up", e);
    }
  }
}
