package io.comfygateway.pool;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.apache.camel.CamelContext;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Route;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.model.ModelCamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The routes that hold the WebSockets, one of the template {@code progress} for each backend. */
public final class BackendSockets {
  private static final Logger LOG = LoggerFactory.getLogger(BackendSockets.class);
  private static final String TEMPLATE = "progress";
  private static final String OF = "-of-";

  private final Map<String, Backend> connected = new ConcurrentHashMap<>();
  private final Set<String> connecting = ConcurrentHashMap.newKeySet();
  private final Set<String> refused = ConcurrentHashMap.newKeySet();

  // No other route starts during a handshake, so one that timed out is not repeated soon.
  private final Map<String, Long> silentSince = new ConcurrentHashMap<>();
  private final CamelContext context;
  private final Backends backends;
  private final Duration afterSilence;

  /**
   * Makes it, without any routes yet.
   *
   * @param afterSilence how long after a handshake that was not answered the next one is tried
   */
  public BackendSockets(CamelContext context, Backends backends, Duration afterSilence) {
    this.context = context;
    this.backends = backends;
    this.afterSilence = afterSilence;
  }

  /**
   * Adds a template's route for each backend. The next probe that a backend answers connects it.
   */
  public Set<String> add(CamelContext target, String template) throws Exception {
    Set<String> ids = new HashSet<>();
    for (Backend backend : backends.all()) {
      ids.add(add(target, template, backend));
    }
    return ids;
  }

  private static String id(String template, Backend backend) {
    return template + OF + backend.name();
  }

  private String add(CamelContext target, String template, Backend backend) throws Exception {
    String id = id(template, backend);
    remove(target, id);
    TemplatedRouteBuilder.builder(target, template)
        .routeId(id)
        .parameter("backend", backend.name())
        .add();
    return id;
  }

  private void remove(CamelContext target, String id) throws Exception {
    if (target.getRoute(id) != null) {
      target.getRouteController().stopRoute(id);
      target.removeRoute(id);
    }
    connected.remove(id);
    silentSince.remove(id);
  }

  /**
   * Follows the pool: new backends get a route, removed ones lose theirs, and changed ones are
   * reconnected by the next probe.
   */
  public void follow() throws Exception {
    if (((ModelCamelContext) context).getRouteTemplateDefinition(TEMPLATE) == null) {
      return;
    }
    Set<String> ids = new HashSet<>();
    for (Backend backend : backends.all()) {
      String id = id(TEMPLATE, backend);
      ids.add(id);
      Backend before = connected.get(id);
      if (context.getRoute(id) == null) {
        add(context, TEMPLATE, backend);
      } else if (before != null && !before.equals(backend)) {
        context.getRouteController().stopRoute(id);
        connected.remove(id);
      }
    }
    List<String> gone =
        context.getRoutes().stream()
            .map(Route::getRouteId)
            .filter(id -> id.startsWith(TEMPLATE + OF) && !ids.contains(id))
            .toList();
    for (String id : gone) {
      remove(context, id);
    }
  }

  private boolean isSilent(String id) {
    Long since = silentSince.get(id);
    return since != null && System.nanoTime() - since < afterSilence.toNanos();
  }

  /**
   * Connects a backend's WebSocket unless it is connected. A failure is only logged: polling works
   * without it, and the next probe tries again.
   */
  public void connect(@ExchangeProperty("backend") Backend backend) {
    String id = id(TEMPLATE, backend);
    if (context.getRoute(id) == null
        || context.getRouteController().getRouteStatus(id).isStarted()
        || isSilent(id)
        || !connecting.add(id)) {
      return;
    }
    try {
      context.getRouteController().startRoute(id);
      connected.put(id, backend);
      LOG.info("socket connected backend={}", backend.name());
      refused.remove(id);
      silentSince.remove(id);
    } catch (Exception e) {
      if (e instanceof TimeoutException || e.getCause() instanceof TimeoutException) {
        silentSince.put(id, System.nanoTime());
      }
      if (refused.add(id)) {
        LOG.warn(
            "socket cannot be connected, polling only backend={} reason={}",
            backend.name(),
            e.getMessage());
      }
    } finally {
      connecting.remove(id);
    }
  }
}
