package io.comfygateway.route;

import io.comfygateway.config.FileFault;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.route.RouteText.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.model.ModelLifecycleStrategySupport;
import org.apache.camel.model.OnExceptionDefinition;
import org.apache.camel.model.RouteDefinition;

/**
 * Routes that are turned off by {@code autoStartup: false}. Of an operation of the contract it is
 * the answer 404 that is served, since a request would wait for a route that never begins.
 */
final class OffRoutes extends ModelLifecycleStrategySupport {
  private static final String OFF = "false";

  private final Map<String, RouteText> texts;
  private final Set<String> operations = new TreeSet<>();

  OffRoutes(Map<String, RouteText> texts) {
    this.texts = texts;
    Contract.shipped()
        .operations()
        .forEach(operation -> operations.add("direct:" + operation.id()));
  }

  /** A warning for each. */
  List<FileFault> warnings() {
    List<FileFault> warnings = new ArrayList<>();
    texts.forEach(
        (file, text) -> {
          Set<String> templates = new TreeSet<>();
          text.parts("routeTemplate").forEach(part -> templates.add(part.owner()));
          for (Part route : text.parts("route")) {
            route
                .value("autoStartup")
                .filter(value -> value.text().equals(OFF) && !templates.contains(route.owner()))
                .ifPresent(
                    value ->
                        warnings.add(
                            new FileFault(
                                file,
                                value.line(),
                                "route.autoStartup",
                                "The route \"" + route.owner() + "\" is turned off",
                                "remove the line to turn it on")));
          }
        });
    return warnings;
  }

  @Override
  public void onAddRouteDefinition(RouteDefinition route) {
    if (OFF.equals(route.getAutoStartup())
        && operations.contains(String.valueOf(route.getInput().getEndpointUri()))) {
      route.setAutoStartup(null);
      route.getOutputs().removeIf(step -> !(step instanceof OnExceptionDefinition));
      route.process(
          exchange -> {
            throw new Problem(
                ProblemType.NOT_FOUND, "This operation is turned off on this gateway.");
          });
    }
  }
}
