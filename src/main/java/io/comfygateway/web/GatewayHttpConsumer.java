package io.comfygateway.web;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpConsumer;
import org.apache.camel.support.http.HttpUtil;
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
 *   <li>it answers every error without a body as problem details, and never with a stack trace.
 * </ul>
 */
final class GatewayHttpConsumer extends VertxPlatformHttpConsumer {
  /**
   * The exchange property with the form of a multipart or url-encoded request, a {@link
   * ReceivedForm}.
   */
  static final String FORM = "form";

  private static final Logger LOG = LoggerFactory.getLogger(GatewayHttpConsumer.class);
  private static final Set<String> SERVERS_OWN =
      Set.of("content-length", "transfer-encoding", "connection", "host", "date");
  private static final int RETRY_AFTER_SWAP_MS = 20;
  private static final int MOST_RETRIES = 250;
  private final ProblemBody problems;
  private final Waits waits;

  GatewayHttpConsumer(
      PlatformHttpEndpoint endpoint,
      Processor processor,
      List<Handler<RoutingContext>> handlers,
      String routerName,
      GatewayHttpEngine.Answering answering) {
    super(endpoint, processor, handlers, routerName);
    this.problems = answering.problems();
    this.waits = answering.waits();
  }

  @Override
  protected void handleRequest(RoutingContext request) {
    handle(request, request.vertx().getOrCreateContext(), 0);
  }

  private void handle(RoutingContext request, Context eventLoop, int retries) {
    Exchange exchange = createExchange(false);
    exchange.setPattern(ExchangePattern.InOut);
    processHttpRequest(exchange, request)
        .onFailure(request::fail)
        .onSuccess(
            read -> {
              exchange.setProperty(FORM, ReceivedForm.of(request));
              Call call =
                  new Call(
                      request,
                      eventLoop,
                      exchange,
                      new HashMap<>(exchange.getMessage().getHeaders()),
                      retries);
              onWorker(
                  call,
                  () -> {
                    createUoW(exchange);
                    getAsyncProcessor()
                        .process(exchange, sync -> eventLoop.runOnContext(now -> routed(call)));
                  });
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
      Map<String, Object> received,
      int retries) {}

  private static void onWorker(Call call, Work work) {
    call.request()
        .vertx()
        .executeBlocking(
            () -> {
              work.run();
              return null;
            },
            false)
        .onFailure(call.request()::fail);
  }

  private void routed(Call call) {
    // The route was being exchanged for a newer one when the request came to it; nothing was done
    // yet, so the newer one gets it.
    if (call.exchange().getException() instanceof RejectedExecutionException
        && call.retries() < MOST_RETRIES) {
      done(call.exchange());
      call.request()
          .vertx()
          .setTimer(
              RETRY_AFTER_SWAP_MS,
              later -> handle(call.request(), call.eventLoop(), call.retries() + 1));
    } else if (call.exchange().getException() == null
        && call.exchange().removeProperty(Hold.PROPERTY) instanceof Hold hold) {
      hold(call, hold);
    } else {
      respond(call.request(), call.exchange(), call.received());
    }
  }

  private void hold(Call call, Hold hold) {
    AtomicBoolean over = new AtomicBoolean();
    Runnable[] self = new Runnable[1];
    Runnable resume =
        () -> {
          if (over.compareAndSet(false, true)) {
            waits.remove(hold.job(), self[0]);
            onWorker(call, () -> resume(call, hold));
          }
        };
    self[0] = resume;
    long timer =
        call.request().vertx().setTimer(Math.max(1, hold.time().toMillis()), later -> resume.run());
    call.request()
        .response()
        .closeHandler(
            gone -> {
              call.request().vertx().cancelTimer(timer);
              if (over.compareAndSet(false, true)) {
                waits.remove(hold.job(), resume);
                done(call.exchange());
              }
            });
    onWorker(call, () -> waits.add(hold.job(), resume));
  }

  private void resume(Call call, Hold hold) {
    Exchange exchange = call.exchange();
    try {
      // The route that was held has ended; the one that answers begins anew.
      exchange.setRouteStop(false);
      exchange.getContext().createProducerTemplate().send(hold.then(), exchange);
    } catch (RuntimeException e) {
      exchange.setException(e);
    }
    call.eventLoop().runOnContext(now -> respond(call.request(), exchange, call.received()));
  }

  private void respond(RoutingContext request, Exchange exchange, Map<String, Object> received) {
    HttpServerResponse response = request.response();
    try {
      if (response.ended() || response.closed()) {
        done(exchange);
      } else {
        write(request, exchange, received);
      }
    } catch (RuntimeException e) {
      LOG.error("response cannot be written path={}", request.normalizedPath(), e);
      if (!response.headWritten()) {
        response.setStatusCode(500).end();
      } else {
        response.reset();
      }
      done(exchange);
    }
  }

  private void write(RoutingContext request, Exchange exchange, Map<String, Object> received) {
    HttpServerResponse response = request.response();
    Message message = exchange.getMessage();
    if (exchange.getException() != null) {
      LOG.error("route failed path={}", request.normalizedPath(), exchange.getException());
      problems.write(response, 500, "The gateway failed to handle the request; its log says why.");
      done(exchange);
      return;
    }
    Object body = message.getBody();
    int status = HttpUtil.determineResponseCode(exchange, body);
    response.setStatusCode(status);
    copyHeaders(exchange, received, response);
    if (isEmpty(body) && status >= 400) {
      problems.write(response, status, ProblemBody.defaultDetail(status));
      done(exchange);
    } else if (body instanceof FileBody file) {
      file.send(response).onComplete(sent -> done(exchange));
    } else {
      response.end(buffer(exchange, body)).onComplete(sent -> done(exchange));
    }
  }

  private static boolean isEmpty(Object body) {
    return body == null
        || (body instanceof String text && text.isEmpty())
        || (body instanceof Buffer bytes && bytes.length() == 0);
  }

  private static Buffer buffer(Exchange exchange, Object body) {
    if (body == null) {
      return Buffer.buffer();
    }
    if (body instanceof Buffer bytes) {
      return bytes;
    }
    return body instanceof String text
        ? Buffer.buffer(text)
        : Buffer.buffer(
            exchange.getContext().getTypeConverter().convertTo(byte[].class, exchange, body));
  }

  private static void copyHeaders(
      Exchange exchange, Map<String, Object> received, HttpServerResponse response) {
    exchange
        .getMessage()
        .getHeaders()
        .forEach(
            (name, value) -> {
              boolean fromTheRequest = value != null && value.equals(received.get(name));
              if (value != null && !fromTheRequest && !isOwnedByTheServer(name)) {
                response.putHeader(name, value.toString());
              }
            });
  }

  private static boolean isOwnedByTheServer(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.startsWith("camel") || SERVERS_OWN.contains(lower);
  }

  private void done(Exchange exchange) {
    if (exchange.getUnitOfWork() != null) {
      doneUoW(exchange);
    }
    releaseExchange(exchange, false);
  }
}
