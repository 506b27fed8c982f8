package io.comfygateway.route;

import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.RouteConfigurationsBuilder;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.dsl.yaml.YamlRoutesBuilderLoader;
import org.apache.camel.dsl.yaml.common.exception.YamlDeserializationException;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.ResourceHelper;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Puts what a file defines into a context. Camel's own loader parses each file twice; this one
 * takes the text as it was read before.
 */
final class RouteLoader extends YamlRoutesBuilderLoader {
  private static final String BEANS = "beans";

  private final RouteText text;
  private final Resource resource;

  private RouteLoader(CamelContext context, String name, String text, RouteTexts texts) {
    setCamelContext(context);
    this.resource = ResourceHelper.fromString("mem:" + name, text);
    this.text = texts.of(text);
  }

  /**
   * Adds a file to a context.
   *
   * @throws Exception if it cannot be built
   */
  static void add(CamelContext context, String name, String text, RouteTexts texts)
      throws Exception {
    RoutesBuilder builder = new RouteLoader(context, name, text, texts).builder();
    // Its configurations apply to its own routes too.
    if (builder instanceof RouteConfigurationsBuilder configurations) {
      context.addRoutesConfigurations(configurations);
    }
    context.addRoutes(builder);
    context.addTemplatedRoutes(builder);
  }

  /**
   * Adds a file to a context, where it replaces routes and configurations of the same ids.
   *
   * @throws Exception if it cannot be built, or its routes do not start
   */
  static Set<String> update(CamelContext context, String name, String text, RouteTexts texts)
      throws Exception {
    RoutesBuilder builder = new RouteLoader(context, name, text, texts).builder();
    if (builder instanceof RouteConfigurationsBuilder configurations) {
      configurations.updateRouteConfigurationsToCamelContext(context);
    }
    return builder.updateRoutesToCamelContext(context);
  }

  private RoutesBuilder builder() throws Exception {
    if (text.keys().stream().anyMatch(key -> key.text().equals(BEANS))) {
      preParseRoute(resource);
    }
    return loadRoutesBuilder(resource);
  }

  @Override
  public RouteBuilder doLoadRouteBuilder(Resource file) {
    LoadSettings settings = LoadSettings.builder().setLabel(file.getLocation()).build();
    return text.root()
        .map(root -> builder(newYamlDeserializationContext(settings, file), root))
        .orElseThrow(
            () ->
                new YamlDeserializationException(
                    "Unable to parse resource: " + file.getLocation()));
  }
}
