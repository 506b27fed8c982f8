package io.comfygateway.http;

import io.comfygateway.problem.Problem;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Consumer;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The responses to requests whose routes have ended. */
final class CallResponses {
  private static final Logger LOG = LoggerFactory.getLogger(CallResponses.class);
  private static final int INTERNAL = 500;

  private final GatewayHttpEngine.Answering answering;
  private final ResponseWriter writer;
  private final Consumer<Exchange> done;

  /**
   * @param done is called once an exchange is needed no longer
   */
  CallResponses(
      GatewayHttpEngine.Answering answering, ResponseWriter writer, Consumer<Exchange> done) {
    this.answering = answering;
    this.writer = writer;
    this.done = done;
  }

  /** Waits for the disk: the route may have read what another request committed a moment ago. */
  void awaitDisk(HttpCall call) {
    try {
      answering.commits().flush();
    } catch (RuntimeException e) {
      call.exchange().setException(e);
    }
  }

  /**
   * Gives the response its form. Call it on a thread that may block, since a route is called, and
   * after {@link #awaitDisk}, since the disk may fail as well.
   */
  void shape(HttpCall call) {
    if (!call.isHeld()) {
      writer.shape(call.exchange(), call.received(), call.request().request().path());
    }
  }

  /** Writes the response that was shaped. */
  void respond(HttpCall call) {
    Exchange exchange = call.exchange();
    HttpServerRequest request = call.request().request();
    HttpServerResponse response = request.response();
    try {
      if (response.ended() || response.closed()) {
        done.accept(exchange);
      } else {
        writer
            .write(request, exchange, call.received())
            .onComplete(sent -> done.accept(exchange))
            .onFailure(failed -> UncaughtFailures.answer(call.request(), failed));
      }
    } catch (RuntimeException e) {
      LOG.error("response cannot be written path={}", call.request().normalizedPath(), e);
      if (!response.headWritten()) {
        response.setStatusCode(INTERNAL).end();
      } else {
        response.reset();
      }
      done.accept(exchange);
    }
  }

  /** Opens the response that is written without its route. */
  void stream(HttpCall call) {
    ResponseStream stream =
        (ResponseStream) call.exchange().removeProperty(ResponseStream.PROPERTY);
    RoutingContext request = call.withoutBody().request();
    done.accept(call.exchange());
    try {
      stream.open(request);
    } catch (Problem refused) {
      answering.problems().write(request.request(), refused);
    }
  }
}
