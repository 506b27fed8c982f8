package io.comfygateway.app;

import org.apache.camel.impl.engine.DefaultInflightRepository;

/**
 * The number of exchanges in each route. When a route is replaced while its work is in progress,
 * Camel counts from zero again and reaches -1 when that work ends; then neither a reload nor a stop
 * finds the route idle. This one keeps the count.
 */
final class WorkCount extends DefaultInflightRepository {
  @Override
  public void removeRoute(String routeId) {
    if (size(routeId) == 0) {
      super.removeRoute(routeId);
    }
  }
}
