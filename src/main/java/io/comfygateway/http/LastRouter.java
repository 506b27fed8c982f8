package io.comfygateway.http;

import io.vertx.core.Handler;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;

/** The server's router for routes that come after all others, whenever these are added. */
final class LastRouter extends VertxPlatformHttpRouter {
  private static final int BEFORE_NOT_FOUND = Integer.MAX_VALUE - 1;
  private final VertxPlatformHttpRouter router;

  private LastRouter(VertxPlatformHttpRouter router, String name) {
    super(router.getServer(), router.vertx(), router, name);
    this.router = router;
  }

  /** Binds one for a router, and returns its name. */
  static String bind(CamelContext context, String router) {
    String name = router + "-last";
    if (lookup(context, name) == null) {
      // The router of a server on any free port is named before the port is known.
      VertxPlatformHttpRouter known = lookup(context, router);
      VertxPlatformHttpRouter real =
          known == null ? lookup(context, PLATFORM_HTTP_ROUTER_NAME_ZERO) : known;
      context.getRegistry().bind(name, new LastRouter(real, name));
    }
    return name;
  }

  @Override
  public Route route(String path) {
    return router.route(path).order(BEFORE_NOT_FOUND);
  }

  @Override
  public Handler<RoutingContext> bodyHandler() {
    return router.bodyHandler();
  }
}
