package io.comfygateway.route;

import org.apache.camel.Exchange;
import org.apache.camel.model.Model;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ModelLifecycleStrategySupport;
import org.apache.camel.model.OnExceptionDefinition;
import org.apache.camel.model.ProcessDefinition;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;
import org.apache.camel.model.errorhandler.RefErrorHandlerDefinition;

/**
 * Gives each route in {@code routes/custom} that says nothing of errors the route configuration
 * {@code own-routes}: a failure is logged in one line and goes no further. A route that begins with
 * {@code direct:} runs within the route that calls it, so that one's error handling applies. Routes
 * that call each other in a loop fail.
 */
final class OwnRoutes extends ModelLifecycleStrategySupport {
  /** The route configuration of these routes, in {@code errors.camel.yaml}. */
  private static final String CONFIGURATION = "own-routes";

  // What a step "log" writes to; logback.xml has the level of "routes".
  private static final String LOGGER_OF_STEPS = "routes.${routeId}";

  private static final String PLACE = "mem:custom/";

  private final Model model;
  private final CallLoops loops = new CallLoops();

  private OwnRoutes(Model model) {
    this.model = model;
  }

  /** Makes a context treat the routes that it will get so. */
  static void prepare(ModelCamelContext context) {
    context.addModelLifecycleStrategy(new OwnRoutes(context));
    context.setSourceLocationEnabled(true);
    context.getGlobalOptions().put(Exchange.LOG_EIP_NAME, LOGGER_OF_STEPS);
  }

  // The route was prepared already: a configuration that it only names now would not be applied.
  @Override
  public void onAddRouteDefinition(RouteDefinition route) {
    if (route.getResource() == null || !route.getResource().getLocation().startsWith(PLACE)) {
      return;
    }
    route.routePolicy(loops);
    route.getOutputs().add(0, new ProcessDefinition(CallLoops::require));
    // So that a failure can be logged with its step.
    if (route.getMessageHistory() == null) {
      route.setMessageHistory("true");
    }
    if (handlesErrors(route)) {
      return;
    }
    RouteConfigurationDefinition configuration =
        model.getRouteConfigurationDefinition(CONFIGURATION);
    if (String.valueOf(route.getInput().getEndpointUri()).startsWith("direct:")) {
      route.setErrorHandlerFactory(new NoErrorHandlerDefinition());
    } else if (configuration != null) {
      route.getOutputs().addAll(0, configuration.getOnExceptions());
    }
  }

  private static boolean handlesErrors(RouteDefinition route) {
    return route.getRouteConfigurationId() != null
        || route.getErrorHandler() != null
        || !(route.getErrorHandlerFactory() instanceof RefErrorHandlerDefinition)
        || route.getOutputs().stream().anyMatch(OnExceptionDefinition.class::isInstance);
  }
}
