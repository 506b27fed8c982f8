package io.comfygateway.http;

import io.comfygateway.access.RequestInfo;
import io.comfygateway.http.HttpRequestState.Call;
import io.comfygateway.job.Job;
import io.comfygateway.problem.Problem;
import io.comfygateway.route.Contract;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
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
 *   <li>it has requests wait while its route is exchanged for a newer one ({@link Door});
 *   <li>it matches paths exactly, and lets a route of the contract see the parameters of its
 *       operation alone ({@link RequestParameters}); a route of one's own never takes the place of
 *       one of the contract.
 * </ul>
 */
public final class GatewayHttpConsumer extends VertxPlatformHttpConsumer {
  /**
   * The exchange property with the form of a multipart or url-encoded request, a {@link
   * ReceivedForm}.
   */
  public static final String FORM = "form";

  /** The exchange property with the request's path in the contract, a {@link Contract.Match}. */
  public static final String CONTRACT_MATCH = "contractMatch";

  /** The exchange property with the request as it came in, an {@link RequestInfo}. */
  public static final String ARRIVAL = "arrival";

  /**
   * The exchange property with {@code true} where the answer tells nothing that an earlier one has
   * not told, so that it need not wait for the disk.
   */
  public static final String SETTLED = "settled";

  private static final Logger LOG = LoggerFactory.getLogger(GatewayHttpConsumer.class);
  private static final int NOT_FOUND = 404;
  private static final int INTERNAL = 500;
  private static final int UNAVAILABLE = 503;
  private final GatewayHttpEngine.Answering answering;
  private final ResponseWriter writer;
  private final ProbeRequests probes;
  private final boolean isContract;

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
    this.probes = new ProbeRequests(answering.problems());
    this.isContract = isContract(endpoint);
  }

  /** Whether an endpoint takes every path, as the contract does. */
  static boolean isContract(PlatformHttpEndpoint endpoint) {
    return endpoint.isMatchOnUriPrefix() && "/".equals(endpoint.getPath());
  }

  @Override
  protected void handleRequest(RoutingContext request) {
    Optional<Contract.Match> match = answering.contract().match(request.request().path());
    if (request.response().headWritten() || request.response().closed()) {
      // Its body was refused while it came.
      return;
    }
    if (isContract ? match.isEmpty() : !Contract.isPlain(request.request().path())) {
      answering
          .problems()
          .write(request.response(), NOT_FOUND, ProblemBody.defaultDetail(NOT_FOUND));
    } else if (!isContract && match.isPresent()) {
      // The contract is asked last, and what is its own is nobody else's.
      request.next();
    } else {
      enter(request, match);
    }
  }

  private void enter(RoutingContext request, Optional<Contract.Match> match) {
    if (answering.door().isShut()) {
      // The connection is to be made anew, to whoever serves by then.
      request.response().putHeader("Connection", "close").putHeader("Retry-After", "5");
      answering
          .problems()
          .write(request.response(), UNAVAILABLE, "The gateway stops; ask again in a moment.");
      return;
    }
    Context eventLoop = request.vertx().getOrCreateContext();
    boolean isProbe = ProbeRequests.isProbe(match, request.request().method().name());
    if (isProbe) {
      probes.limit(request, match.get());
    }
    if (isProbe && isStarted()) {
      handle(new HttpRequestState(request, match, eventLoop, Optional.of(probes), () -> {}));
    } else {
      HttpRequestState asked =
          new HttpRequestState(
              request, match, eventLoop, Optional.empty(), answering.door()::leave);
      answering.door().enter(() -> eventLoop.runOnContext(now -> handle(asked)));
    }
  }

  @Override
  protected void doStop() throws Exception {
    super.doStop();
    probes.close();
  }

  private void handle(HttpRequestState asked) {
    RoutingContext request = asked.request();
    if (!isStarted()) {
      // It waited before the door while this route was exchanged for another.
      asked.leave().run();
      request.reroute(request.request().uri());
      return;
    }
    Exchange exchange = createExchange(false);
    exchange.setPattern(ExchangePattern.InOut);
    processHttpRequest(exchange, request)
        .onFailure(
            unreadable -> {
              asked.leave().run();
              request.fail(unreadable);
            })
        .onSuccess(
            read -> {
              try {
                RequestParameters.show(asked, exchange);
                route(received(asked, exchange));
              } catch (Problem unclear) {
                asked.leave().run();
                answering.problems().write(request.response(), unclear);
                releaseExchange(exchange, false);
              }
            });
  }

  private static Call received(HttpRequestState asked, Exchange exchange) {
    RoutingContext request = asked.request();
    Message message = exchange.getMessage();
    exchange.setProperty(FORM, ReceivedForm.of(request));
    exchange.setProperty(ARRIVAL, RequestInfos.of(request));
    if (request.request().method().equals(HttpMethod.HEAD)) {
      // RFC 9110 9.3.2: as GET, and the server leaves out the body.
      message.setHeader(Exchange.HTTP_METHOD, HttpMethod.GET.name());
    }
    return new Call(asked, exchange, ResponseWriter.Received.of(message));
  }

  private void route(Call call) {
    onWorker(
            call,
            () -> {
              answering.commits().begin();
              createUoW(call.exchange());
              getAsyncProcessor()
                  .process(
                      call.exchange(),
                      sync -> {
                        if (!isHeld(call.exchange()) && !isSettled(call)) {
                          settle(call);
                        }
                        call.eventLoop().runOnContext(now -> routed(call));
                      });
            })
        .onFailure(
            failed -> {
              call.asked().leave().run();
              call.request().fail(failed);
            });
  }

  /** Something that may take time. */
  private interface Work {
    void run() throws Exception;
  }

  private static Future<Void> onWorker(Call call, Work work) {
    Callable<Void> task =
        () -> {
          work.run();
          return null;
        };
    Vertx vertx = call.request().vertx();
    return call.asked()
        .probes()
        .map(probes -> probes.onOwnThread(vertx, task))
        .orElseGet(() -> vertx.executeBlocking(task, false));
  }

  // It is not answered yet, so nothing is promised.
  private static boolean isHeld(Exchange exchange) {
    return exchange.getException() == null && exchange.getProperty(LongPollLimit.PROPERTY) != null;
  }

  // What a probe tells is no promise, and must not wait for the disk.
  private static boolean isSettled(Call call) {
    return call.exchange().getException() == null
        && (call.asked().probes().isPresent()
            || call.exchange().getProperty(SETTLED, false, Boolean.class));
  }

  private void routed(Call call) {
    call.asked().leave().run();
    if (isHeld(call.exchange())) {
      hold(
          call.withoutBody(),
          (LongPollLimit) call.exchange().removeProperty(LongPollLimit.PROPERTY));
    } else {
      respond(call);
    }
  }

  private void hold(Call call, LongPollLimit hold) {
    LongPoll held =
        new LongPoll(
            hold,
            answering.waits(),
            job -> onWorker(call, () -> resume(call, hold, job)).onFailure(call.request()::fail),
            () -> done(call.exchange()));
    held.start(call.request().vertx(), call.request().response());
    onWorker(call, held::look).onFailure(call.request()::fail);
  }

  private void resume(Call call, LongPollLimit hold, Optional<Job> job) {
    Exchange exchange = call.exchange();
    answering.commits().begin();
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
      answering.commits().settle();
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
