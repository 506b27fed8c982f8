package io.comfygateway.web;

import io.comfygateway.access.Arrival;
import io.comfygateway.job.Job;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves HTTP requests by routes. Unlike the consumer that it extends,
 *
 * <ul>
 *   <li>it lets a route wait (for a job, say) without a thread: the response is written when the
 *       route is done;
 *   <li>it sends files from disk without reading them into memory ({@link FileBody});
 *   <li>it never sends a request's headers back, which a Camel message carries along;
 *   <li>it answers every error without a body as problem details, and never with a stack trace;
 *   <li>it has requests wait while its route is exchanged for a newer one ({@link Door}).
 * </ul>
 */
final class GatewayHttpConsumer extends VertxPlatformHttpConsumer {
  /**
   * The exchange property with the form of a multipart or url-encoded request, a {@link
   * ReceivedForm}.
   */
  static final String FORM = "form";

  /** The exchange property with the request as it came in, an {@link Arrival}. */
  static final String ARRIVAL = "arrival";

  /**
   * The exchange property with {@code true} where the answer tells nothing that an earlier one has
   * not told, so that it need not wait for the disk.
   */
  static final String SETTLED = "settled";

  private static final Logger LOG = LoggerFactory.getLogger(GatewayHttpConsumer.class);
  private static final int INTERNAL = 500;
  private static final int UNAVAILABLE = 503;
  private final GatewayHttpEngine.Answering answering;
  private final ResponseWriter writer;

  GatewayHttpConsumer(
      PlatformHttpEndpoint endpoint,
      Processor processor,
      List<Handler<RoutingContext>> handlers,
      String routerName,
      GatewayHttpEngine.Answering answering,
      ResponseWriter writer) {
    super(endpoint, processor, handlers, routerName);
    this.answering = answering;
    this.writer = writer;
  }

  @Override
  protected void handleRequest(RoutingContext request) {
    if (answering.door().isShut()) {
      // The connection is to be made anew, to whoever serves by then.
      request.response().putHeader("Connection", "close").putHeader("Retry-After", "5");
      answering
          .problems()
          .write(request.response(), UNAVAILABLE, "The gateway stops; ask again in a moment.");
      return;
    }
    Context eventLoop = request.vertx().getOrCreateContext();
    answering.door().enter(() -> eventLoop.runOnContext(now -> handle(request, eventLoop)));
  }

  private void handle(RoutingContext request, Context eventLoop) {
    if (!isStarted()) {
      // It waited before the door while this route was exchanged for another.
      answering.door().leave();
      request.reroute(request.request().uri());
      return;
    }
    Exchange exchange = createExchange(false);
    exchange.setPattern(ExchangePattern.InOut);
    processHttpRequest(exchange, request)
        .onFailure(
            unreadable -> {
              answering.door().leave();
              request.fail(unreadable);
            })
        .onSuccess(read -> route(received(request, eventLoop, exchange)));
  }

  private static Call received(RoutingContext request, Context eventLoop, Exchange exchange) {
    Message message = exchange.getMessage();
    exchange.setProperty(FORM, ReceivedForm.of(request));
    exchange.setProperty(ARRIVAL, arrival(request));
    if (request.request().method().equals(HttpMethod.HEAD)) {
      // RFC 9110 9.3.2: as GET, and the server leaves out the body.
      message.setHeader(Exchange.HTTP_METHOD, HttpMethod.GET.name());
    }
    return new Call(request, eventLoop, exchange, ResponseWriter.Received.of(message));
  }

  static Arrival arrival(RoutingContext request) {
    HttpServerRequest http = request.request();
    Map<String, List<String>> headers = new HashMap<>();
    http.headers().names().forEach(name -> headers.put(name, http.headers().getAll(name)));
    return new Arrival(
        http.method().name(), http.path(), headers, peer(http.connection().remoteAddress()));
  }

  private static InetAddress peer(SocketAddress address) {
    try {
      return InetAddress.getByName(address.hostAddress());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("the other end of a connection has an address", e);
    }
  }

  private void route(Call call) {
    onWorker(
            call,
            () -> {
              createUoW(call.exchange());
              getAsyncProcessor()
                  .process(
                      call.exchange(),
                      sync -> {
                        if (!isHeld(call.exchange()) && !isSettled(call.exchange())) {
                          settle(call);
                        }
                        call.eventLoop().runOnContext(now -> routed(call));
                      });
            })
        .onFailure(
            failed -> {
              answering.door().leave();
              call.request().fail(failed);
            });
  }

  /** Something that may take time. */
  private interface Work {
    void run() throws Exception;
  }

  /** A request on its way through its route. */
  private record Call(
      RoutingContext request,
      Context eventLoop,
      Exchange exchange,
      ResponseWriter.Received received) {

    /** The call of which nothing large is kept while it waits. */
    Call withoutBody() {
      BodyGate.leave(request);
      exchange.getMessage().setBody(null);
      return new Call(request, eventLoop, exchange, received.withoutBody());
    }
  }

  private static Future<Void> onWorker(Call call, Work work) {
    return call.request()
        .vertx()
        .executeBlocking(
            () -> {
              work.run();
              return null;
            },
            false);
  }

  // It is not answered yet, so nothing is promised.
  private static boolean isHeld(Exchange exchange) {
    return exchange.getException() == null && exchange.getProperty(Hold.PROPERTY) != null;
  }

  private static boolean isSettled(Exchange exchange) {
    return exchange.getException() == null && exchange.getProperty(SETTLED, false, Boolean.class);
  }

  private void routed(Call call) {
    answering.door().leave();
    if (isHeld(call.exchange())) {
      hold(call.withoutBody(), (Hold) call.exchange().removeProperty(Hold.PROPERTY));
    } else {
      respond(call);
    }
  }

  private void hold(Call call, Hold hold) {
    HeldRequest held =
        new HeldRequest(
            hold,
            answering.waits(),
            job -> onWorker(call, () -> resume(call, hold, job)).onFailure(call.request()::fail),
            () -> done(call.exchange()));
    held.start(call.request().vertx(), call.request().response());
    onWorker(call, held::look).onFailure(call.request()::fail);
  }

  private void resume(Call call, Hold hold, Optional<Job> job) {
    Exchange exchange = call.exchange();
    job.ifPresent(now -> exchange.setProperty("job", now));
    try {
      // The route that was held has ended; the one that answers begins anew.
      exchange.setRouteStop(false);
      answering.producer().send(hold.then(), exchange);
    } catch (RuntimeException e) {
      exchange.setException(e);
    }
    settle(call);
    call.eventLoop().runOnContext(now -> respond(call));
  }

  // What a route has read may have been committed by another a moment ago.
  private void settle(Call call) {
    try {
      answering.settle().run();
    } catch (RuntimeException e) {
      call.exchange().setException(e);
    }
  }

  private void respond(Call call) {
    Exchange exchange = call.exchange();
    HttpServerResponse response = call.request().response();
    try {
      if (response.ended() || response.closed()) {
        done(exchange);
      } else {
        writer.write(response, exchange, call.received()).onComplete(sent -> done(exchange));
      }
    } catch (RuntimeException e) {
      LOG.error("response cannot be written path={}", call.request().normalizedPath(), e);
      if (!response.headWritten()) {
        response.setStatusCode(INTERNAL).end();
      } else {
        response.reset();
      }
      done(exchange);
    }
  }

  private void done(Exchange exchange) {
    if (exchange.getUnitOfWork() != null) {
      doneUoW(exchange);
    }
    releaseExchange(exchange, false);
  }
}
