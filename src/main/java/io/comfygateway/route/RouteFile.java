package io.comfygateway.route;

import java.util.List;
import java.util.Set;

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

    boolean configures() {
      return !configurations.isEmpty();
    }
  }
}
