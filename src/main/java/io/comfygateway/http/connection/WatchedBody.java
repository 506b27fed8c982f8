package io.comfygateway.http.connection;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.core.http.impl.HttpServerRequestWrapper;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextDecorator;
import io.vertx.ext.web.impl.RoutingContextInternal;
import java.util.function.Consumer;

/** A request whose body is observed before and after its reader gets each piece. */
public final class WatchedBody extends RoutingContextDecorator {
  private static final int BAD_REQUEST = 400;
  private final HttpServerRequest request;
  private final Runnable end;
  private final Runnable unreadable;

  /**
   * Makes it.
   *
   * @param before called with each piece of the body
   * @param after called when the piece was read
   * @param end called instead of {@link #next} when the whole body was read
   * @param unreadable called where it cannot be read
   */
  public WatchedBody(
      RoutingContext context,
      Consumer<Buffer> before,
      Runnable after,
      Runnable end,
      Runnable unreadable) {
    super(context.currentRoute(), (RoutingContextInternal) context);
    this.end = end;
    this.unreadable = unreadable;
    this.request =
        new HttpServerRequestWrapper((HttpServerRequestInternal) context.request()) {
          @Override
          public HttpServerRequest handler(Handler<Buffer> reader) {
            return super.handler(
                piece -> {
                  before.accept(piece);
                  reader.handle(piece);
                  after.run();
                });
          }
        };
  }

  /** Drops a body that was read, so that its memory is free before the request ends. */
  public static void release(RoutingContext context) {
    if (context instanceof RoutingContextInternal holder) {
      holder.setBody(null);
    }
  }

  @Override
  public void fail(int status, Throwable why) {
    if (status == BAD_REQUEST) {
      unreadable.run();
    } else {
      super.fail(status, why);
    }
  }

  @Override
  public void next() {
    end.run();
  }

  @Override
  public HttpServerRequest request() {
    return request;
  }
}
