package io.comfygateway.route;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.OptionalIdentifiedDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteTemplateDefinition;

/**
 * Builds the routes of a file in a Camel context of their own, without starting them: what cannot
 * be built there (a typing error, an unknown component, a missing bean) never comes near the routes
 * that run.
 */
final class RouteTrial {
  private final Supplier<DefaultCamelContext> contexts;
  private final RouteTexts texts;

  /**
   * Makes a trial.
   *
   * @param contexts gives a new context that knows the beans and the properties of the real one,
   *     and listens nowhere
   */
  RouteTrial(Supplier<DefaultCamelContext> contexts, RouteTexts texts) {
    this.contexts = contexts;
    this.texts = texts;
  }

  /**
   * Builds a file's routes.
   *
   * @param others files with the route configurations that the file's routes are under
   * @return what the file defines
   * @throws Exception if they cannot be built
   */
  RouteFile.Content of(String name, String text, List<RouteFile> others) throws Exception {
    return of(name, text, others, Extent.USUAL);
  }

  /**
   * How much of a file is built.
   *
   * @param without the ids of routes that are left out
   * @param templates makes the routes of the file's templates
   */
  record Extent(Set<String> without, TemplateRoutes templates) {
    // What a template gives is seen when its routes are added to those that run.
    static final Extent USUAL = new Extent(Set.of(), (context, template) -> {});
  }

  /**
   * Builds some of a file's routes.
   *
   * @throws Exception if they cannot be built
   */
  RouteFile.Content of(String name, String text, List<RouteFile> others, Extent extent)
      throws Exception {
    if (text.lines().allMatch(line -> line.isBlank() || line.strip().startsWith("#"))) {
      throw new IllegalArgumentException("the file is empty; delete it to remove its routes");
    }
    try (DefaultCamelContext context = contexts.get()) {
      context.setAutoStartup(false);
      for (RouteFile other : others) {
        RouteLoader.add(context, other.name(), other.text(), texts);
      }
      int othersRoutes = context.getRouteDefinitions().size();
      int othersConfigurations = context.getRouteConfigurationDefinitions().size();
      RouteLoader.add(context, name, text, texts);
      List<RouteDefinition> routes = rest(context.getRouteDefinitions(), othersRoutes);
      RouteFile.Content content =
          new RouteFile.Content(
              explicitIds(routes),
              explicitIds(context.getRouteTemplateDefinitions()),
              rest(context.getRouteConfigurationDefinitions(), othersConfigurations).stream()
                  .map(definition -> Optional.ofNullable(definition.getId()).orElse(""))
                  .toList(),
              needed(routes, context.getRouteTemplateDefinitions()));
      checkDuplicates(routes);
      content.requireConfigurations(others);
      for (String template : content.templates()) {
        extent.templates().add(context, template);
      }
      for (RouteDefinition route : List.copyOf(context.getRouteDefinitions())) {
        // A route without an id of its own has none yet.
        if (route.getRouteId() != null && extent.without().contains(route.getRouteId())) {
          context.removeRouteDefinition(route);
        }
      }
      checkSteps(context, routes);
      context.start();
      return content;
    }
  }

  /**
   * Builds files under route configurations that change.
   *
   * @throws Exception where one could not be built any more; the message names it
   */
  void requireBuilt(List<RouteFile> files, List<RouteFile> configurations) throws Exception {
    for (RouteFile file : files) {
      List<RouteFile> others =
          configurations.stream().filter(other -> !other.name().equals(file.name())).toList();
      try {
        of(file.name(), file.text(), others);
      } catch (Exception e) {
        throw new IllegalArgumentException(
            "the routes of "
                + file.name()
                + " could not be built any more: "
                + RouteFault.of(file.name(), file.text(), e).get(0).detail());
      }
    }
  }

  private static void checkSteps(DefaultCamelContext context, List<RouteDefinition> routes)
      throws FaultyStepsException {
    Map<String, List<StepCheck.StepFault>> faults = new LinkedHashMap<>();
    for (RouteDefinition route : context.getRouteDefinitions()) {
      // What a template makes has its parameters, and is judged as a whole.
      if (routes.contains(route) && route.getTemplateParameters() == null) {
        List<StepCheck.StepFault> found = new StepCheck(context).faults(route);
        if (!found.isEmpty()) {
          faults.put(String.valueOf(route.getRouteId()), found);
        }
      }
    }
    if (!faults.isEmpty()) {
      throw new FaultyStepsException(faults);
    }
  }

  private static <T> List<T> rest(List<T> all, int from) {
    return List.copyOf(all.subList(from, all.size()));
  }

  static Set<String> explicitIds(List<? extends OptionalIdentifiedDefinition<?>> definitions) {
    Set<String> ids = new LinkedHashSet<>();
    for (OptionalIdentifiedDefinition<?> definition : definitions) {
      if (definition.hasCustomIdAssigned()) {
        ids.add(definition.getId());
      }
    }
    return ids;
  }

  private static void checkDuplicates(List<RouteDefinition> routes) {
    List<String> ids =
        routes.stream()
            .filter(RouteDefinition::hasCustomIdAssigned)
            .map(RouteDefinition::getId)
            .toList();
    ids.stream()
        .filter(id -> ids.indexOf(id) != ids.lastIndexOf(id))
        .findFirst()
        .ifPresent(
            id -> {
              throw RouteFile.Content.duplicate(id);
            });
  }

  private static Set<String> needed(
      List<RouteDefinition> routes, List<RouteTemplateDefinition> templates) {
    List<RouteDefinition> all = new ArrayList<>(routes);
    templates.forEach(template -> all.add(template.getRoute()));
    Set<String> ids = new LinkedHashSet<>();
    for (RouteDefinition route : all) {
      Optional.ofNullable(route.getRouteConfigurationId())
          .ifPresent(given -> Arrays.stream(given.split(",")).map(String::strip).forEach(ids::add));
    }
    return ids;
  }
}
