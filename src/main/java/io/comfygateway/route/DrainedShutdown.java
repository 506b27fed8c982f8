package io.comfygateway.route;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.engine.DefaultShutdownStrategy;
import org.apache.camel.spi.RouteStartupOrder;
import org.apache.camel.support.service.ServiceHelper;

/**
 * Stops a single route at once, since {@link Drain} has seen to what it had in work. Camel's own
 * strategy would wait, by the second, until the route's queue is empty too, which under load is
 * never, and would then interrupt whatever is under way. When the whole context stops, it is
 * Camel's own.
 */
public final class DrainedShutdown extends DefaultShutdownStrategy {

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
    if (context.isStopping()) {
      return super.doShutdown(
          context, routes, timeout, unit, suspendOnly, abortAfterTimeout, forced);
    }
    for (RouteStartupOrder order : routes) {
      ServiceHelper.stopService(order.getInput());
    }
    return true;
  }
}
