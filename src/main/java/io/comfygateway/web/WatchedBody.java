package io.comfygateway.web;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.core.http.impl.HttpServerRequestWrapper;
import io.vertx.ext.web.impl.RoutingContextDecorator;
import io.vertx.ext.web.impl.RoutingContextInternal;

/** A request with somebody who looks at its body while another reads it. */
final class WatchedBody extends RoutingContextDecorator {
  private final HttpServerRequest request;

  /**
   * @param look called after each piece of the body was read
   */
  WatchedBody(RoutingContextInternal context, Runnable look) {
    super(context.currentRoute(), context);
    this.request =
        new HttpServerRequestWrapper((HttpServerRequestInternal) context.request()) {
          @Override
          public HttpServerRequest handler(Handler<Buffer> reader) {
            return super.handler(
                piece -> {
                  reader.handle(piece);
                  look.run();
                });
          }
        };
  }

  @Override
  public HttpServerRequest request() {
    return request;
  }
}
