package io.comfygateway.route;

import java.util.Set;

/**
 * A route file as it runs.
 *
 * @param name its path below the routes folder, such as {@code custom/mail.camel.yaml}
 * @param text what it says
 * @param content what it defines
 */
record RouteFile(String name, String text, Content content) {

  /**
   * What a file defines.
   *
   * @param routes the ids of its routes
   * @param templates the ids of its route templates
   * @param configurations the ids of its route configurations, which apply to the routes of every
   *     file
   */
  record Content(Set<String> routes, Set<String> templates, Set<String> configurations) {
    static final Content NOTHING = new Content(Set.of(), Set.of(), Set.of());
  }
}
