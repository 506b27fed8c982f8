package io.comfygateway.http;

import io.comfygateway.access.RequestInfo;
import io.comfygateway.job.Job;
import io.comfygateway.problem.Problem;
import io.comfygateway.route.Contract;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpConsumer;

/**
 * Serves HTTP requests by routes. Unlike the consumer that it extends,
 *
 * <ul>
 *   <li>a waiting route (a long poll on a job, say) holds no thread: the response is written when
 *       the route is done;
 *   <li>it sends files from disk without reading them into memory ({@link FileBody});
 *   <li>it never echoes the request's headers, which a Camel message carries along;
 *   <li>it answers every error without a body as problem details, and never with a stack trace;
 *   <li>requests wait while their route is replaced by a newer one ({@link RequestGate});
 *   <li>it matches paths exactly, and shows a route of the contract only the parameters of its
 *       operation ({@link RequestParameters}); a custom route never takes a path of the contract.
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

  /** The exchange property with the request as it came in, a {@link RequestInfo}. */
  public static final String REQUEST_INFO = "requestInfo";

  /**
   * The exchange property with {@code true} where the response promises nothing that an earlier one
   * has not, so that it need not wait for the disk.
   */
  public static final String DURABLE = "durable";

  private static final int NOT_FOUND = 404;
  private static final int UNAVAILABLE = 503;
  private final GatewayHttpEngine.Answering answering;
  private final CallResponses responses;
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
    this.responses = new CallResponses(answering, writer, this::done);
    this.probes = new ProbeRequests(answering.problems());
    this.isContract = isContract(endpoint);
  }

  /** Whether an endpoint serves every path, as the contract does. */
  static boolean isContract(PlatformHttpEndpoint endpoint) {
    return endpoint.isMatchOnUriPrefix() && "/".equals(endpoint.getPath());
  }

  @Override
  protected void handleRequest(RoutingContext request) {
    Optional<Contract.Match> match = answering.contract().match(request.request().path());
    if (request.response().headWritten() || request.response().closed()) {
      // Its body was refused while it was being received.
      return;
    }
    if (isContract ? match.isEmpty() : !Contract.isPlain(request.request().path())) {
      answering
          .problems()
          .write(request.request(), NOT_FOUND, ProblemBody.defaultDetail(NOT_FOUND));
    } else if (!isContract && match.isPresent()) {
      // The contract comes last in the router, and its paths belong to it alone.
      request.next();
    } else {
      enter(request, match);
    }
  }

  private void enter(RoutingContext request, Optional<Contract.Match> match) {
    if (answering.gate().isShut()) {
      // The client connects anew, to whichever gateway serves by then.
      request.response().putHeader("Connection", "close").putHeader("Retry-After", "5");
      answering
          .problems()
          .write(request.request(), UNAVAILABLE, "The gateway is stopping; try again in a moment.");
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
      HttpRequestState state =
          new HttpRequestState(
              request, match, eventLoop, Optional.empty(), answering.gate()::leave);
      answering.gate().enter(() -> eventLoop.runOnContext(now -> handle(state)));
    }
  }

  @Override
  protected void doStop() throws Exception {
    super.doStop();
    probes.close();
  }

  private void handle(HttpRequestState state) {
    RoutingContext request = state.request();
    if (!isStarted()) {
      // It waited at the gate while this route was replaced.
      state.leave().run();
      request.reroute(request.request().uri());
      return;
    }
    try {
      read(state);
    } catch (RuntimeException e) {
      state.leave().run();
      request.fail(e);
    }
  }

  private void read(HttpRequestState state) {
    RoutingContext request = state.request();
    Exchange exchange = createExchange(false);
    exchange.setPattern(ExchangePattern.InOut);
    processHttpRequest(exchange, request)
        .onFailure(
            unreadable -> {
              state.leave().run();
              request.fail(unreadable);
            })
        .onSuccess(
            read -> {
              try {
                RequestParameters.show(state, exchange, answering.problems().doors());
                route(received(state, exchange));
              } catch (Problem unclear) {
                state.leave().run();
                answering.problems().write(request.request(), unclear);
                releaseExchange(exchange, false);
              } catch (RuntimeException e) {
                state.leave().run();
                request.fail(e);
                releaseExchange(exchange, false);
              }
            });
  }

  private HttpCall received(HttpRequestState state, Exchange exchange) {
    RoutingContext request = state.request();
    Message message = exchange.getMessage();
    exchange.setProperty(FORM, ReceivedForm.of(request));
    exchange.setProperty(
        REQUEST_INFO, answering.problems().doors().withBearer(RequestInfos.of(request)));
    if (request.request().method().equals(HttpMethod.HEAD)) {
      // RFC 9110 9.3.2: as GET, and the server leaves out the body.
      message.setHeader(Exchange.HTTP_METHOD, HttpMethod.GET.name());
    }
    return new HttpCall(state, exchange, ResponseWriter.Received.of(message));
  }

  private void route(HttpCall call) {
    call.onWorker(
            () -> {
              answering.commits().begin();
              createUoW(call.exchange());
              getAsyncProcessor()
                  .process(
                      call.exchange(),
                      sync -> {
                        if (!call.isHeld() && !call.isStreamed() && !call.isDurable()) {
                          responses.awaitDisk(call);
                        }
                        responses.shape(call);
                        call.eventLoop().runOnContext(now -> routed(call));
                      });
            })
        .onFailure(
            failed -> {
              call.state().leave().run();
              call.request().fail(failed);
            });
  }

  private void routed(HttpCall call) {
    call.state().leave().run();
    if (call.isStreamed()) {
      responses.stream(call);
    } else if (call.isHeld()) {
      hold(
          call.withoutBody(),
          (LongPollLimit) call.exchange().removeProperty(LongPollLimit.PROPERTY));
    } else {
      responses.respond(call);
    }
  }

  private void hold(HttpCall call, LongPollLimit limit) {
    LongPoll held =
        new LongPoll(
            limit,
            answering.waits(),
            job -> call.onWorker(() -> resume(call, limit, job)).onFailure(call.request()::fail),
            () -> done(call.exchange()));
    held.start(call.request().vertx(), call.request().response());
    call.onWorker(held::look).onFailure(call.request()::fail);
  }

  private void resume(HttpCall call, LongPollLimit limit, Optional<Job> job) {
    Exchange exchange = call.exchange();
    answering.commits().begin();
    job.ifPresent(now -> exchange.setProperty("job", now));
    try {
      // The route that began the long poll has ended; the one that answers starts anew.
      exchange.setRouteStop(false);
      answering.producer().send(limit.then(), exchange);
    } catch (RuntimeException e) {
      exchange.setException(e);
    }
    responses.awaitDisk(call);
    responses.shape(call);
    if (call.isHeld()) {
      // The job of another part of the same request is waited for.
      call.eventLoop()
          .runOnContext(
              now -> hold(call, (LongPollLimit) exchange.removeProperty(LongPollLimit.PROPERTY)));
    } else {
      call.eventLoop().runOnContext(now -> responses.respond(call));
    }
  }

  private void done(Exchange exchange) {
    if (exchange.getUnitOfWork() != null) {
      doneUoW(exchange);
    }
    releaseExchange(exchange, false);
  }
}
