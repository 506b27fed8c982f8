package io.comfygateway.route;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.component.seda.SedaEndpoint;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.rest.RestDefinition;

/**
 * Exchanges what files define in the running context: brings the old routes to rest, takes them
 * out, and adds the new ones; if these do not start, the old ones are restored.
 */
final class RouteExchange {
  private final ModelCamelContext context;
  private final Drain drain;
  private final Requests requests;
  private final TemplateRoutes templates;
  private final RouteTexts texts;
  private final Map<String, Loaded> loaded = new HashMap<>();

  /** What a file has added to the context; Camel generates the ids that the file leaves out. */
  private record Loaded(
      List<RouteDefinition> routes,
      List<RestDefinition> rests,
      List<RouteConfigurationDefinition> configurations,
      List<String> templates) {
    static final Loaded NOTHING = new Loaded(List.of(), List.of(), List.of(), List.of());
  }

  RouteExchange(
      ModelCamelContext context,
      Drain drain,
      Requests requests,
      TemplateRoutes templates,
      RouteTexts texts) {
    this.context = context;
    this.drain = drain;
    this.requests = requests;
    this.templates = templates;
    this.texts = texts;
  }

  /**
   * Takes files out, and puts files in.
   *
   * @throws Exception if they do not start; the removed routes are restored
   */
  void exchange(List<RouteFile> before, List<RouteFile> after) throws Exception {
    List<Route> old = before.stream().flatMap(file -> routes(file).stream()).toList();
    Map<String, BlockingQueue<Exchange>> queues = queues(old);
    boolean paused = drain.close(old);
    try {
      try {
        replace(before, after);
      } catch (Exception | LinkageError e) {
        putBack(after, before, e);
        throw e;
      }
    } finally {
      handOver(queues);
      if (paused) {
        requests.resume();
      }
    }
  }

  /** Whether a file's routes have something in work at the moment. */
  boolean isAtWork(RouteFile file) {
    return routes(file).stream()
        .anyMatch(route -> context.getInflightRepository().size(route.getRouteId()) > 0);
  }

  /**
   * Adds a file that replaces no other and had no trial; if it does not start, nothing of it
   * remains.
   *
   * @throws Exception if it does not start, or if it defines other routes than its text shows
   */
  void add(RouteFile file) throws Exception {
    try {
      load(file);
      if (!routeIds(file).equals(file.content().routes())) {
        throw new IllegalStateException("its routes are not those that its text shows");
      }
    } catch (Exception | LinkageError e) {
      putBack(List.of(file), List.of(), e);
      throw e;
    }
  }

  private Set<String> routeIds(RouteFile file) {
    return RouteTrial.explicitIds(
        loaded.getOrDefault(file.name(), Loaded.NOTHING).routes().stream()
            .filter(route -> !Boolean.TRUE.equals(route.isTemplate()))
            .toList());
  }

  private void replace(List<RouteFile> before, List<RouteFile> after) throws Exception {
    for (RouteFile file : before) {
      unload(file);
    }
    for (RouteFile file : after) {
      load(file);
    }
  }

  private void putBack(List<RouteFile> failed, List<RouteFile> before, Throwable why) {
    try {
      replace(failed, before);
    } catch (Exception | LinkageError e) {
      why.addSuppressed(e);
    }
  }

  private void load(RouteFile file) throws Exception {
    List<RouteDefinition> routes = List.copyOf(context.getRouteDefinitions());
    List<RestDefinition> rests = List.copyOf(context.getRestDefinitions());
    List<RouteConfigurationDefinition> configurations =
        List.copyOf(context.getRouteConfigurationDefinitions());
    try {
      RouteLoader.update(context, file.name(), file.text(), texts);
      for (String template : file.content().templates()) {
        templates.add(context, template);
      }
    } finally {
      loaded.put(
          file.name(),
          new Loaded(
              without(context.getRouteDefinitions(), routes),
              without(context.getRestDefinitions(), rests),
              without(context.getRouteConfigurationDefinitions(), configurations),
              List.copyOf(file.content().templates())));
    }
  }

  private static <T> List<T> without(List<T> all, List<T> some) {
    return all.stream().filter(one -> some.stream().noneMatch(other -> other == one)).toList();
  }

  private void unload(RouteFile file) throws Exception {
    Loaded what = loaded.getOrDefault(file.name(), Loaded.NOTHING);
    for (RouteDefinition route : what.routes()) {
      context.removeRouteDefinition(route);
    }
    context.getRestDefinitions().removeAll(what.rests());
    for (String template : what.templates()) {
      context.removeRouteTemplates(template);
    }
    for (RouteConfigurationDefinition configuration : what.configurations()) {
      context.removeRouteConfiguration(configuration);
    }
    loaded.remove(file.name());
  }

  private List<Route> routes(RouteFile file) {
    return loaded.getOrDefault(file.name(), Loaded.NOTHING).routes().stream()
        .map(route -> context.getRoute(route.getRouteId()))
        .filter(route -> route != null)
        .toList();
  }

  private static Map<String, BlockingQueue<Exchange>> queues(List<Route> routes) {
    Map<String, BlockingQueue<Exchange>> queues = new LinkedHashMap<>();
    for (Route route : routes) {
      if (route.getEndpoint() instanceof SedaEndpoint seda) {
        queues.put(seda.getEndpointBaseUri(), seda.getQueue());
      }
    }
    return queues;
  }

  // Camel drops a queue with the last route that refers to it.
  private void handOver(Map<String, BlockingQueue<Exchange>> queues) {
    for (Route route : context.getRoutes()) {
      if (route.getEndpoint() instanceof SedaEndpoint seda) {
        BlockingQueue<Exchange> old = queues.get(seda.getEndpointBaseUri());
        if (old != null && old != seda.getQueue()) {
          List<Exchange> left = new ArrayList<>();
          old.drainTo(left);
          left.forEach(seda.getQueue()::offer);
        }
      }
    }
  }
}
