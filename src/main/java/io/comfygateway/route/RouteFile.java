package io.comfygateway.route;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.support.PatternHelper;

/**
 * A route file.
 *
 * @param name its path below the routes folder, such as {@code custom/mail.camel.yaml}
 * @param text what it says
 * @param content what it defines
 */
record RouteFile(String name, String text, Content content) {

  /**
   * What a file defines.
   *
   * @param routes the ids that its routes were given in it
   * @param templates the ids of its route templates
   * @param configurations the ids of its route configurations, which apply to the routes of every
   *     file; an empty one is of a configuration for all routes
   * @param needed the ids of the route configurations that its routes name
   */
  record Content(
      Set<String> routes, Set<String> templates, List<String> configurations, Set<String> needed) {

    /** What the text of a file defines, as far as it can be seen without building it. */
    static Content of(RouteText text) {
      Set<String> routes = new LinkedHashSet<>();
      Set<String> needed = new LinkedHashSet<>();
      for (RouteText.Part route : text.parts("route")) {
        route
            .value("routeConfigurationId")
            .ifPresent(
                ids ->
                    Arrays.stream(ids.text().split(",")).map(String::strip).forEach(needed::add));
        // The route inside a template stands under the id of the template.
        Optional<String> id = route.value("id").map(RouteText.Value::text);
        if (id.filter(route.owner()::equals).isPresent() && !routes.add(id.get())) {
          throw duplicate(id.get());
        }
      }
      // Camel makes one route of a contract.
      for (RouteText.Part contract : text.parts("openApi")) {
        contract.value("routeId").ifPresent(id -> routes.add(id.text()));
      }
      Set<String> templates = new LinkedHashSet<>();
      for (RouteText.Part template : text.parts("routeTemplate")) {
        template.value("id").ifPresent(id -> templates.add(id.text()));
      }
      List<String> configurations =
          text.parts("routeConfiguration").stream()
              .map(it -> it.value("id").map(RouteText.Value::text).orElse(""))
              .toList();
      return new Content(routes, templates, configurations, needed);
    }

    static IllegalArgumentException duplicate(String id) {
      return new IllegalArgumentException(
          "the route id " + id + " is used twice in this file; choose another");
    }

    boolean configures() {
      return !configurations.isEmpty();
    }

    /**
     * Refuses routes that name a configuration which does not exist. Camel ignores the name: the
     * routes would fail without error handling.
     *
     * @param others files with the route configurations that the routes are under
     */
    void requireConfigurations(List<RouteFile> others) {
      List<String> known = new ArrayList<>(configurations);
      others.forEach(other -> known.addAll(other.content().configurations()));
      for (String id : needed) {
        if (known.stream().noneMatch(one -> PatternHelper.matchPattern(one, id))) {
          throw new IllegalArgumentException(
              "there is no route configuration \"" + id + "\"; there are " + known);
        }
      }
    }
  }
}
