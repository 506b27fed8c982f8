package io.comfygateway.route;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.OptionalIdentifiedDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/**
 * Builds the routes of a file in a Camel context of their own, without starting them: what cannot
 * be built there (a typing error, an unknown component, a missing bean) never comes near the routes
 * that run.
 */
public final class RouteTrial {
  private final Supplier<DefaultCamelContext> contexts;

  /**
   * Makes a trial.
   *
   * @param contexts gives a new context that knows the beans and the properties of the real one,
   *     and listens nowhere
   */
  public RouteTrial(Supplier<DefaultCamelContext> contexts) {
    this.contexts = contexts;
  }

  /**
   * Builds a file's routes.
   *
   * @param others route configurations that the file's routes are under
   * @return what the file defines
   */
  RouteFile.Content of(String name, String text, List<Resource> others) throws Exception {
    try (DefaultCamelContext context = contexts.get()) {
      context.setAutoStartup(false);
      for (Resource other : others) {
        PluginHelper.getRoutesLoader(context).loadRoutes(other);
      }
      Set<String> before = ids(context.getRouteConfigurationDefinitions());
      PluginHelper.getRoutesLoader(context).loadRoutes(resource(name, text));
      Set<String> configurations = ids(context.getRouteConfigurationDefinitions());
      configurations.removeAll(before);
      context.start();
      return new RouteFile.Content(
          ids(context.getRouteDefinitions()),
          ids(context.getRouteTemplateDefinitions()),
          configurations);
    }
  }

  static Resource resource(String name, String text) {
    return ResourceHelper.fromString("mem:" + name, text);
  }

  private static Set<String> ids(List<? extends OptionalIdentifiedDefinition<?>> definitions) {
    Set<String> ids = new LinkedHashSet<>();
    for (OptionalIdentifiedDefinition<?> definition : definitions) {
      if (definition.getId() != null) {
        ids.add(definition.getId());
      }
    }
    return ids;
  }
}
