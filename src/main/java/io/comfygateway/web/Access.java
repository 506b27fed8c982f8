package io.comfygateway.web;

import io.comfygateway.access.ApiKeys;
import io.comfygateway.access.Caller;
import io.comfygateway.access.Credentials;
import io.comfygateway.access.Scope;
import io.comfygateway.access.SignedUrls;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.Locale;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** The steps that find out who calls. */
public final class Access {
  private final Credentials credentials;
  private final ApiKeys keys;
  private final SignedUrls signedUrls;

  public Access(Credentials credentials, ApiKeys keys, SignedUrls signedUrls) {
    this.credentials = credentials;
    this.keys = keys;
    this.signedUrls = signedUrls;
  }

  /**
   * Sets {@code caller}.
   *
   * @param scope what the caller's key must be allowed to do: {@code run}, {@code raw} or {@code
   *     admin}
   * @throws Problem where there is no key, a wrong one, or one without the scope
   */
  public void require(Exchange exchange, String scope) {
    Caller caller = credentials.authenticate(exchange.getMessage().getHeaders(), keys);
    caller.require(Scope.valueOf(scope.toUpperCase(Locale.ROOT)));
    exchange.setProperty("caller", caller);
  }

  /**
   * Lets the holder of a signed output URL through without a key; anybody else needs one.
   *
   * @throws Problem where there is neither
   */
  public void outputReader(Exchange exchange) {
    Message request = exchange.getMessage();
    String signature = request.getHeader("signature", String.class);
    if (signature == null) {
      require(exchange, "run");
      return;
    }
    String job = request.getHeader("id", String.class);
    String index = request.getHeader("index", String.class);
    String expires = request.getHeader("expires", "", String.class);
    if (!index.matches("\\d{1,6}")
        || !signedUrls.verify(job, Integer.parseInt(index), expires, signature)) {
      throw new Problem(
          ProblemType.FORBIDDEN,
          "The signature of this URL is not valid, or its time is over. GET the job again for a fresh one.");
    }
  }
}
