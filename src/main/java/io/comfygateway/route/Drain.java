package io.comfygateway.route;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.camel.Route;
import org.apache.camel.component.direct.DirectEndpoint;
import org.apache.camel.component.scheduler.SchedulerEndpoint;
import org.apache.camel.component.seda.SedaEndpoint;
import org.apache.camel.component.timer.TimerEndpoint;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SendDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.apache.camel.support.service.ServiceHelper;
import org.apache.camel.support.task.Tasks;
import org.apache.camel.support.task.budget.Budgets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings routes to rest: they take nothing new, and what they have in work is done. Who calls one
 * of them meanwhile waits at its endpoint, and what is sent to one of their queues stays in it.
 */
final class Drain {
  private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);
  private static final Duration SURE = Duration.ofMillis(50);
  private final ModelCamelContext context;
  private final Requests requests;
  private final Duration limit;

  /**
   * Makes a drain.
   *
   * @param limit how long work that is under way is waited for; what takes longer is interrupted,
   *     and taken up again from the store
   */
  Drain(ModelCamelContext context, Requests requests, Duration limit) {
    this.context = context;
    this.requests = requests;
    this.limit = limit;
  }

  /**
   * Brings routes to rest.
   *
   * @return whether requests are paused from here on, since they may lead to one of them
   */
  boolean close(List<Route> routes) {
    long until = System.nanoTime() + limit.toNanos();
    List<Route> direct =
        new ArrayList<>(
            routes.stream()
                .filter(route -> route.getEndpoint() instanceof DirectEndpoint)
                .toList());
    List<Route> others = routes.stream().filter(route -> !direct.contains(route)).toList();
    close(others, until);
    boolean paused = routes.stream().anyMatch(this::isReachedFromOutside);
    if (paused && !requests.pause(Duration.ofNanos(Math.max(1, until - System.nanoTime())))) {
      LOG.warn("requests are still being handled, their routes are exchanged all the same");
    }
    // From the callers to the called: a route that is called by one at work must be there.
    while (!direct.isEmpty()) {
      Set<String> called = called(direct);
      List<Route> next = direct.stream().filter(route -> !called.contains(name(route))).toList();
      List<Route> round = next.isEmpty() ? List.copyOf(direct) : next;
      close(round, until);
      direct.removeAll(round);
    }
    return paused;
  }

  private void close(List<Route> routes, long until) {
    if (routes.isEmpty()) {
      return;
    }
    Duration atLeast = Duration.ZERO;
    for (Route route : routes) {
      ServiceHelper.suspendService(route.getConsumer());
      // A consumer that waits at its queue may take one more message from it.
      if (route.getEndpoint() instanceof SedaEndpoint seda) {
        Duration wait = Duration.ofMillis(seda.getPollTimeout()).plus(SURE);
        atLeast = wait.compareTo(atLeast) > 0 ? wait : atLeast;
      }
    }
    List<String> names = routes.stream().map(Route::getRouteId).toList();
    LOG.debug("suspended routes={} wait_ms={}", names, atLeast.toMillis());
    Duration left = Duration.ofNanos(Math.max(0, until - System.nanoTime())).plus(atLeast);
    boolean idle =
        Tasks.foregroundTask()
            .withBudget(
                Budgets.iterationTimeBudget()
                    .withInitialDelay(atLeast)
                    .withInterval(BETWEEN_LOOKS)
                    .withMaxDuration(left.plus(SURE))
                    .build())
            .withName("drain")
            .build()
            .run(context, () -> routes.stream().allMatch(this::isIdle));
    LOG.debug("rests={} routes={}", idle, names);
    if (!idle) {
      LOG.warn(
          "work is interrupted and will be taken up again, it took longer than {} s routes={}",
          limit.toSeconds(),
          routes.stream().filter(route -> !isIdle(route)).map(Route::getRouteId).toList());
    }
  }

  private boolean isIdle(Route route) {
    return context.getInflightRepository().size(route.getRouteId()) == 0;
  }

  // What a route calls is not interrupted by the wait of a request; a route that none calls is
  // called by the contract, or listens by itself.
  private boolean isReachedFromOutside(Route route) {
    if (route.getEndpoint() instanceof DirectEndpoint) {
      return !called(context.getRoutes()).contains(name(route));
    }
    return !(route.getEndpoint() instanceof SedaEndpoint
        || route.getEndpoint() instanceof SchedulerEndpoint
        || route.getEndpoint() instanceof TimerEndpoint);
  }

  private Set<String> called(List<Route> routes) {
    Set<String> names = new HashSet<>();
    for (Route route : routes) {
      if (route.getRoute() instanceof RouteDefinition definition) {
        ProcessorDefinitionHelper.filterTypeInOutputs(definition.getOutputs(), SendDefinition.class)
            .forEach(to -> names.add(name(to.getEndpointUri())));
        ProcessorDefinitionHelper.filterTypeInOutputs(
                definition.getOutputs(), ToDynamicDefinition.class)
            .forEach(to -> names.add(name(to.getUri())));
      }
    }
    return names;
  }

  private static String name(Route route) {
    return name(route.getEndpoint().getEndpointUri());
  }

  private static String name(String uri) {
    return String.valueOf(uri).replace("://", ":").replaceAll("\\?.*", "");
  }
}
