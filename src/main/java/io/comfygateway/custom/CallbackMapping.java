package io.comfygateway.custom;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.problem.Problem;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the event of a callback into the body that another product would send: a door stores a name
 * with its jobs, and the event passes through {@code direct:door-callback:NAME} at each attempt.
 * The route may have been edited since; a job outlives a restart.
 */
public final class CallbackMapping {
  private static final Logger LOG = LoggerFactory.getLogger(CallbackMapping.class);
  private static final String ROUTE = "door-callback:";
  private final LeftBody bodies;
  private final AtomicReference<@Nullable Caller> caller = new AtomicReference<>();

  private record Caller(CamelContext context, TimeLimitedRoute routes) {}

  /** Makes it; it needs {@link #calls} before an event. */
  public CallbackMapping(ObjectMapper json) {
    this.bodies = new LeftBody(json);
  }

  /** Calls the routes of a context from now on. */
  public void calls(CamelContext context, TimeLimitedRoute routes) {
    caller.set(new Caller(context, routes));
  }

  /** Whether a context has the route for a name. */
  public static boolean exists(CamelContext context, String name) {
    String uri = "direct://" + ROUTE + name;
    return context.getRoutes().stream()
        .anyMatch(route -> uri.equals(route.getEndpoint().getEndpointUri()));
  }

  /**
   * The body for an event.
   *
   * @throws CustomStepException where there is no such route, or it fails, takes too long or makes
   *     no JSON; the message is for the caller
   */
  public JsonNode of(String name, ObjectNode event) throws CustomStepException {
    Caller now = caller.get();
    try {
      if (now == null || !now.routes().exists(ROUTE + name)) {
        throw new CustomStepException(
            "This gateway no longer has the route direct:%s, which makes the body of this callback"
                .formatted(ROUTE + name),
            false,
            null);
      }
      return passed(now, ROUTE + name, event);
    } catch (CustomStepException failed) {
      LOG.warn("callback cannot be mapped mapping={} reason={}", name, failed.getMessage());
      LOG.debug("why", failed);
      throw failed;
    } catch (Problem busy) {
      throw CustomFailure.of(ROUTE + name, busy, status -> false);
    }
  }

  private JsonNode passed(Caller now, String route, ObjectNode event) throws CustomStepException {
    Exchange own = new DefaultExchange(now.context());
    own.getMessage().setHeader(Exchange.CONTENT_TYPE, "application/json");
    own.getMessage().setBody(event);
    AtomicReference<@Nullable JsonNode> made = new AtomicReference<>();
    if (!now.routes().call(route, own, passed -> made.set(bodies.read(route, passed)))) {
      throw CustomFailure.late(now.routes(), route);
    }
    if (own.getException() instanceof CustomStepException unfit) {
      throw unfit;
    }
    if (own.getException() != null) {
      throw CustomFailure.of(route, own.getException(), status -> false);
    }
    JsonNode body = made.get();
    if (body == null || body.isMissingNode()) {
      throw LeftBody.unfit(route, "left no body");
    }
    return body;
  }
}
