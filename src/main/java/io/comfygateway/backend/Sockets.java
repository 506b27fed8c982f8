package io.comfygateway.backend;

import java.net.URI;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The routes that hold the WebSockets, one of the template {@code progress} for each backend. */
public final class Sockets {
  private static final Logger LOG = LoggerFactory.getLogger(Sockets.class);
  private final Set<String> connecting = ConcurrentHashMap.newKeySet();
  private final Set<String> refused = ConcurrentHashMap.newKeySet();
  private final CamelContext context;
  private final Backends backends;
  private final String clientId;

  public Sockets(CamelContext context, Backends backends, String clientId) {
    this.context = context;
    this.backends = backends;
    this.clientId = clientId;
  }

  /**
   * Adds a template's route for each backend; those of backends that answer are connected by the
   * next probe.
   */
  public Set<String> add(CamelContext target, String template) throws Exception {
    Set<String> ids = new HashSet<>();
    for (Backend backend : backends.all()) {
      String id = template + "-" + backend.name();
      TemplatedRouteBuilder.builder(target, template)
          .routeId(id)
          .parameter("address", address(backend.url()))
          .add();
      ids.add(id);
    }
    return ids;
  }

  /**
   * Connects a backend's WebSocket, where it is not. A failure is only noted: the poll does not
   * need it, and the next probe tries again.
   */
  public void connect(@ExchangeProperty("backend") Backend backend) {
    String id = "progress-" + backend.name();
    if (context.getRoute(id) == null
        || context.getRouteController().getRouteStatus(id).isStarted()
        || !connecting.add(id)) {
      return;
    }
    try {
      context.getRouteController().startRoute(id);
      LOG.info("socket connected backend={}", backend.name());
      refused.remove(id);
    } catch (Exception e) {
      if (refused.add(id)) {
        LOG.warn(
            "socket cannot be connected, polling alone backend={} reason={}",
            backend.name(),
            e.getMessage());
      }
    } finally {
      connecting.remove(id);
    }
  }

  private String address(URI url) {
    int port = url.getPort() >= 0 ? url.getPort() : "https".equals(url.getScheme()) ? 443 : 80;
    String scheme = "https".equals(url.getScheme()) ? "wss://" : "ws://";
    String path = url.getPath() == null ? "" : url.getPath();
    return scheme + url.getHost() + ":" + port + path + "/ws?clientId=" + clientId;
  }
}
