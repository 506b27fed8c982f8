package io.comfygateway.route;

import java.time.Duration;
import java.util.Set;

/**
 * How the routes of changed files are exchanged.
 *
 * @param longestDrain how long work that is under way is waited for
 * @param beans the names of the beans that routes may use
 */
public record RouteManner(
    Requests requests, TemplateRoutes templates, Duration longestDrain, Set<String> beans) {}
