package io.comfygateway.http;

import io.comfygateway.problem.Problem;
import io.vertx.ext.web.RoutingContext;

/**
 * A response that has no end yet: a route admits the request and sets one of these, and the
 * response is then written without the route, its exchange or a thread.
 */
public interface ResponseStream {
  /** The exchange property that a route sets to stream its response. */
  String PROPERTY = "stream";

  /** The content type of server-sent events (HTML, section 9.2). */
  String CONTENT_TYPE = "text/event-stream";

  /**
   * Begins the response; called once, on its event loop. It must not block.
   *
   * @throws Problem to answer with instead; nothing was written then
   */
  void open(RoutingContext request);
}
