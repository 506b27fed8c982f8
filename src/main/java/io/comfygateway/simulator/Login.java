package io.comfygateway.simulator;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The credentials that a simulator requires, as node packs that add a login to ComfyUI do. */
public sealed interface Login {

  /** Lets a request pass, or answers it. */
  void check(RoutingContext request);

  /** Nothing, as ComfyUI itself. */
  record None() implements Login {
    @Override
    public void check(RoutingContext request) {
      request.next();
    }
  }

  /**
   * A token, as the bearer of the header Authorization or in the query; everybody else is sent to a
   * login page. So does ComfyUI-Login.
   */
  record Token(String token) implements Login {
    @Override
    public void check(RoutingContext request) {
      String header = request.request().getHeader(HttpHeaders.AUTHORIZATION);
      if (("Bearer " + token).equals(header) || token.equals(request.request().getParam("token"))) {
        request.next();
      } else {
        request.response().setStatusCode(302).putHeader(HttpHeaders.LOCATION, "/login").end();
      }
    }
  }

  /** HTTP basic authentication for all but the WebSocket. So does comfyui-basic-auth. */
  record Basic(String username, String password) implements Login {
    @Override
    public void check(RoutingContext request) {
      byte[] pair = (username + ":" + password).getBytes(StandardCharsets.UTF_8);
      String wanted = "Basic " + Base64.getEncoder().encodeToString(pair);
      if (request.request().path().equals("/ws")
          || wanted.equals(request.request().getHeader(HttpHeaders.AUTHORIZATION))) {
        request.next();
      } else {
        request
            .response()
            .setStatusCode(401)
            .putHeader("WWW-Authenticate", "Basic realm=\"ComfyUI Server\"")
            .end();
      }
    }
  }

  /**
   * A secret header, as a proxy in front of ComfyUI may require in every request.
   *
   * @param name the header's name
   */
  record Header(String name, String value) implements Login {
    @Override
    public void check(RoutingContext request) {
      if (value.equals(request.request().getHeader(name))) {
        request.next();
      } else {
        request.response().setStatusCode(403).end();
      }
    }
  }
}
