package io.comfygateway.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.custom.CustomRefusal;
import io.comfygateway.custom.TimeLimitedRoute;
import io.comfygateway.custom.UnloadedFiles;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.route.RouteFailures;
import java.util.List;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.NoTypeConversionAvailableException;
import org.apache.camel.TypeConversionException;
import org.apache.camel.support.DefaultExchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps at which a submission passes through the operator's own routes, where there are some:
 * {@code direct:custom-request} may change the request, {@code direct:custom-graph} the request and
 * the graph. Either may refuse it with the header {@code GatewayProblem}. What they return is
 * checked like what a caller sends.
 */
public final class CustomRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(CustomRoutes.class);
  private static final String REQUEST = "custom-request";
  private static final String GRAPH = "custom-graph";
  private static final String CALLER = "caller";
  private static final int RETRY_AFTER_SECONDS = 10;

  private final CamelContext context;
  private final RequestContent content;
  private final GraphSource graphSource;
  private final TimeLimitedRoute timeLimited;
  private final UnloadedFiles unloaded;
  private final RouteFailures failures = new RouteFailures();

  /**
   * Makes the steps.
   *
   * @param timeLimited calls the routes
   * @param unloaded files that keep submissions from being taken
   */
  public CustomRoutes(
      CamelContext context,
      RequestContent content,
      GraphSource graphSource,
      TimeLimitedRoute timeLimited,
      UnloadedFiles unloaded) {
    this.unloaded = unloaded;
    this.context = context;
    this.content = content;
    this.graphSource = graphSource;
    this.timeLimited = timeLimited;
  }

  /**
   * Passes the request through {@code direct:custom-request}, which may change the body and the
   * property {@code workflow}.
   *
   * @throws Problem where the route refuses the request, fails, makes of it what is not valid, or
   *     cannot be loaded
   */
  public void request(Exchange exchange) {
    boolean exists = timeLimited.exists(REQUEST);
    unloaded.requireNone();
    if (!exists) {
      return;
    }
    // A route that looks at an input finds it in one place, wherever the caller wrote it.
    Exchange own = own(exchange, graphSource.gathered(exchange));
    call(REQUEST, own);
    exchange.setProperty(RequestContent.WORKFLOW, workflow(own));
    take(exchange, own);
    checked(REQUEST, () -> content.request(exchange));
  }

  /**
   * Passes the request through {@code direct:custom-graph}, which may change the body and the
   * property {@code graph}.
   *
   * @throws Problem where the route refuses the request, fails, or makes of it what is not valid
   */
  public void graph(Exchange exchange) {
    if (timeLimited.id(GRAPH).isEmpty()) {
      return;
    }
    Exchange own = own(exchange, content.request(exchange));
    own.setProperty(RequestContent.GRAPH, content.graph(exchange));
    call(GRAPH, own);
    take(exchange, own);
    exchange.setProperty(RequestContent.GRAPH, own.getProperty(RequestContent.GRAPH));
    checked(
        GRAPH,
        () -> {
          content.request(exchange);
          content.graph(exchange);
        });
  }

  // The route sees the request and who sent it, and nothing that the gateway keeps about it. No
  // header of the caller goes along where the route calls another service.
  private Exchange own(Exchange exchange, ObjectNode request) {
    Exchange own = new DefaultExchange(context);
    own.setProperty(CALLER, exchange.getProperty(CALLER, JsonNode.class));
    own.setProperty(RequestContent.WORKFLOW, exchange.getProperty(RequestContent.WORKFLOW));
    own.getMessage().setHeader(Exchange.CONTENT_TYPE, "application/json");
    own.getMessage().setBody(request.deepCopy());
    return own;
  }

  // A request that the route did not change needs no second check.
  private void take(Exchange exchange, Exchange own) {
    Object body = own.getMessage().getBody();
    if (!content.request(exchange).equals(body)) {
      exchange.getMessage().setBody(body);
    }
  }

  private static String workflow(Exchange own) {
    Object named = own.getProperty(RequestContent.WORKFLOW);
    if (named == null || named instanceof String) {
      return (String) named;
    }
    return named instanceof JsonNode value && value.isTextual() ? value.asText() : named.toString();
  }

  private void call(String name, Exchange own) {
    if (!timeLimited.call(name, own)) {
      LOG.warn("custom route took too long route={}", name);
      throw unavailable(
          "The step %s of this gateway took longer than %d s (GATEWAY_CUSTOM_MAX_SECONDS). Nothing was stored. Send the request again later."
              .formatted(name, timeLimited.longest().toSeconds()));
    }
    Exception failure = own.getException();
    if (failure != null) {
      throw problem(name, own, failure);
    }
    Optional<Problem> refusal = CustomRefusal.of(own, name);
    if (refusal.isPresent()) {
      throw refusal.get();
    }
  }

  private Problem problem(String name, Exchange own, Exception failure) {
    boolean isOfTheRequest = false;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof Problem problem) {
        return problem;
      }
      isOfTheRequest |=
          cause instanceof JsonProcessingException
              || cause instanceof InvalidPayloadException
              || cause instanceof TypeConversionException
              || cause instanceof NoTypeConversionAvailableException;
    }
    own.setProperty(Exchange.EXCEPTION_CAUGHT, failure);
    own.setProperty(Exchange.FAILURE_ROUTE_ID, timeLimited.id(name).orElse(name));
    failures.failed(own);
    return isOfTheRequest
        ? new Problem(
            ProblemType.INVALID_REQUEST,
            "The step %s of this gateway cannot read this request as the JSON that it expects. The gateway's log says why."
                .formatted(name))
        : unavailable(
            "The step %s of this gateway failed; its log says why. Nothing was stored. Send the request again later."
                .formatted(name));
  }

  private static Problem unavailable(String detail) {
    return new Problem(ProblemType.CUSTOM_ROUTE_FAILED, detail)
        .withHeader("Retry-After", Integer.toString(RETRY_AFTER_SECONDS));
  }

  private static void checked(String name, Runnable check) {
    try {
      check.run();
    } catch (Problem invalid) {
      LOG.warn(
          "custom route made an invalid request route={} reason={}", name, invalid.getMessage());
      throw new Problem(
          invalid.type(),
          "After the step %s of this gateway the request is not valid: %s"
              .formatted(name, invalid.getMessage()),
          List.copyOf(invalid.faults()));
    }
  }
}
