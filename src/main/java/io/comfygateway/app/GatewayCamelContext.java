package io.comfygateway.app;

import io.comfygateway.route.ServiceResolver;
import org.apache.camel.LoggingLevel;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.ClassResolver;
import org.apache.camel.spi.InflightRepository;

/**
 * Camel's context with the counts of {@link WorkCount}, which starts faster: Camel removes every
 * route before it adds it, and for each of these removals collects the endpoints of all routes
 * there are, which took a quarter of a gateway's start.
 */
final class GatewayCamelContext extends DefaultCamelContext {
  GatewayCamelContext() {
    super(false);
  }

  @Override
  protected ClassResolver createClassResolver() {
    return new ServiceResolver(this);
  }

  @Override
  protected InflightRepository createInflightRepository() {
    return new WorkCount();
  }

  @Override
  protected boolean removeRoute(String routeId, LoggingLevel loggingLevel) throws Exception {
    return getRouteServices().containsKey(routeId) && super.removeRoute(routeId, loggingLevel);
  }
}
