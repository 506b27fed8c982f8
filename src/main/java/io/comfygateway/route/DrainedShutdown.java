package io.comfygateway.route;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Route;
import org.apache.camel.Service;
import org.apache.camel.ShutdownRoute;
import org.apache.camel.Suspendable;
import org.apache.camel.impl.engine.DefaultShutdownStrategy;
import org.apache.camel.spi.RouteStartupOrder;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.spi.ShutdownPrepared;
import org.apache.camel.support.service.ServiceHelper;
import org.apache.camel.support.task.Tasks;
import org.apache.camel.support.task.budget.Budgets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops a single route at once, since {@link Drain} has already waited for its work. Camel's own
 * strategy would wait, by the second, until the route's queue is empty too, which under load is
 * never, and would then interrupt the work in progress.
 *
 * <p>When the whole context stops, the work in progress and all queues are finished first, as with
 * Camel's own strategy. But Camel waits by the second here too, and for the threads of one queue
 * after those of another, each for the poll timeout. Work that takes longer than the time limit is
 * interrupted by Camel's strategy.
 */
public final class DrainedShutdown extends DefaultShutdownStrategy {
  private static final Logger LOG = LoggerFactory.getLogger(DrainedShutdown.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);

  public DrainedShutdown(CamelContext context) {
    super(context);
  }

  @Override
  protected boolean doShutdown(
      CamelContext context,
      List<RouteStartupOrder> routes,
      long timeout,
      TimeUnit unit,
      boolean suspendOnly,
      boolean abortAfterTimeout,
      boolean forced)
      throws Exception {
    if (!context.isStopping()) {
      for (RouteStartupOrder order : routes) {
        ServiceHelper.stopService(order.getInput());
      }
      return true;
    }
    List<RouteStartupOrder> lastFirst = new ArrayList<>(routes);
    lastFirst.sort(Comparator.comparingInt(RouteStartupOrder::getStartupOrder).reversed());
    if (finish(context, lastFirst, System.nanoTime() + unit.toNanos(timeout))) {
      lastFirst.stream()
          .filter(order -> !isStopped(order))
          .forEach(order -> shutdownNow(order.getRoute().getId(), order.getInput()));
      lastFirst.forEach(order -> prepare(order, false));
      return true;
    }
    LOG.warn(
        "work in progress is interrupted and will be resumed routes={}",
        lastFirst.stream()
            .filter(order -> !isIdle(context, order))
            .map(order -> order.getRoute().getId())
            .toList());
    return super.doShutdown(
        context, routes, 1, TimeUnit.MILLISECONDS, suspendOnly, abortAfterTimeout, forced);
  }

  private boolean finish(CamelContext context, List<RouteStartupOrder> routes, long until)
      throws InterruptedException {
    for (RouteStartupOrder order : routes) {
      if (!isStopped(order) && !isDeferred(order)) {
        close(order.getRoute().getId(), order.getInput());
      }
    }
    routes.forEach(order -> prepare(order, true));
    boolean idle =
        Tasks.foregroundTask()
            .withBudget(
                Budgets.iterationTimeBudget()
                    .withInterval(BETWEEN_LOOKS)
                    .withMaxDuration(left(until))
                    .build())
            .withName("shutdown")
            .build()
            .run(context, () -> routes.stream().allMatch(order -> isIdle(context, order)));
    return idle && endThreads(context, routes, until);
  }

  // A queue is needed until all work is done, which may pass through it.
  private static boolean isDeferred(RouteStartupOrder order) {
    Route route = order.getRoute();
    return route.getShutdownRoute() == ShutdownRoute.Defer
        || order.getInput() instanceof ShutdownAware aware
            && aware.deferShutdown(route.getShutdownRunningTask());
  }

  private void close(String routeId, Consumer consumer) {
    if (consumer instanceof Suspendable) {
      suspendNow(routeId, consumer);
    } else {
      shutdownNow(routeId, consumer);
    }
  }

  // A route that was stopped before has no consumer any more; what is in its queue stays there.
  private static boolean isIdle(CamelContext context, RouteStartupOrder order) {
    return context.getInflightRepository().size(order.getRoute().getId()) == 0
        && (isStopped(order) || getPendingInflightExchanges(order) == 0);
  }

  private static boolean isStopped(RouteStartupOrder order) {
    return order.getInput() == null;
  }

  private static void prepare(RouteStartupOrder order, boolean exceptConsumers) {
    for (Service service : order.getServices()) {
      if (exceptConsumers && service instanceof Consumer) {
        continue;
      }
      for (Service child : ServiceHelper.getChildServices(service, true)) {
        if (child instanceof ShutdownPrepared prepared) {
          prepared.prepareShutdown(false, false);
        }
      }
    }
  }

  private boolean endThreads(CamelContext context, List<RouteStartupOrder> routes, long until)
      throws InterruptedException {
    ExecutorService threads =
        context.getExecutorServiceManager().newCachedThreadPool(this, "ShutdownPrepared");
    try {
      CompletableFuture.allOf(
              routes.stream()
                  .map(RouteStartupOrder::getInput)
                  .filter(ShutdownAware.class::isInstance)
                  .map(ShutdownAware.class::cast)
                  .map(
                      input ->
                          CompletableFuture.runAsync(
                              () -> input.prepareShutdown(false, false), threads))
                  .toArray(CompletableFuture[]::new))
          .get(left(until).toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } finally {
      context.getExecutorServiceManager().shutdownNow(threads);
    }
  }

  private static Duration left(long until) {
    return Duration.ofNanos(Math.max(1, until - System.nanoTime()));
  }
}
