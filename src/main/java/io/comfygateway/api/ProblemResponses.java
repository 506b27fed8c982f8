package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.http.LongPollLimit;
import io.comfygateway.http.ProblemBody;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.Set;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The step that answers a request whose route failed. */
public final class ProblemResponses {
  private static final Logger LOG = LoggerFactory.getLogger(ProblemResponses.class);
  private static final Set<ProblemType> LOGGED =
      Set.of(ProblemType.INTERNAL, ProblemType.STORE_UNAVAILABLE);
  private final ProblemBody problems;

  public ProblemResponses(ObjectMapper json) {
    this.problems = new ProblemBody(json);
  }

  /** Answers with the exception as problem details, and logs what is the gateway's own fault. */
  public void render(Exchange exchange) {
    Throwable thrown = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    Problem problem = ProblemBody.problemOf(thrown);
    if (LOGGED.contains(problem.type())) {
      LOG.error(
          "request failed path={}", exchange.getMessage().getHeader(Exchange.HTTP_PATH), thrown);
    }
    exchange.removeProperty(LongPollLimit.PROPERTY);
    Responses.send(exchange, problem.status(), ProblemBody.CONTENT_TYPE, problems.of(problem));
    problem.headers().forEach(exchange.getMessage()::setHeader);
  }
}
