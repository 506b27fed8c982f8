package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.AccessControl;
import io.comfygateway.access.Caller;
import io.comfygateway.access.ConsoleSessions;
import io.comfygateway.access.ConsoleSignIn;
import io.comfygateway.access.RequestInfo;
import io.comfygateway.access.Scope;
import io.comfygateway.http.GatewayHttpConsumer;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** The steps that sign browsers in to the console and out, and show who is signed in. */
public final class SessionsApi {
  private static final int OK = 200;
  private static final int NO_CONTENT = 204;
  private static final int LONGEST_KEY = 500;
  private static final String SET_COOKIE = "Set-Cookie";

  private final AccessControl accessControl;
  private final ConsoleSignIn signIn;
  private final ConsoleSessions sessions;
  private final ObjectMapper json;
  private final String version;

  /**
   * Makes the steps.
   *
   * @param version of the gateway
   */
  public SessionsApi(
      AccessControl accessControl,
      ConsoleSignIn signIn,
      ConsoleSessions sessions,
      ObjectMapper json,
      String version) {
    this.accessControl = accessControl;
    this.signIn = signIn;
    this.sessions = sessions;
    this.json = json;
    this.version = version;
  }

  /** Answers that there is no console. */
  public void refuse() {
    throw new Problem(ProblemType.NOT_FOUND, "The console is switched off (GATEWAY_CONSOLE).");
  }

  /**
   * 204 with the cookie of a new session.
   *
   * @throws Problem where the key is not valid or the body names none
   */
  public void create(Exchange exchange) {
    String cookie = signIn.signIn(request(exchange), key(exchange));
    Responses.send(exchange, NO_CONTENT, "application/json", "");
    exchange.getMessage().setHeader(SET_COOKIE, cookie);
  }

  private String key(Exchange exchange) {
    JsonNode key =
        ObjectBody.readOnly(exchange, json, "key").orElseThrow(ObjectBody::missing).path("key");
    if (!key.isTextual() || key.asText().isBlank() || key.asText().length() > LONGEST_KEY) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT, "/key", "key must be the secret of a key of this gateway.");
    }
    return key.asText().strip();
  }

  /** 200 with the caller and what signed it in. */
  public void show(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    RequestInfo request = request(exchange);
    ObjectNode view = json.createObjectNode();
    view.put("name", caller.name());
    ArrayNode scopes = view.putArray("scopes");
    caller.scopes().stream().sorted().map(Scope::word).forEach(scopes::add);
    String signedInBy = signedInBy(accessControl.scheme(request).orElse(""));
    view.put("signed_in_by", signedInBy);
    view.put("version", version);
    if (signedInBy.equals("session")) {
      signIn
          .session(request)
          .ifPresent(session -> view.put("expires_at", session.ends().toString()));
    }
    Responses.json(exchange, OK, view.toString());
  }

  private static String signedInBy(String scheme) {
    return switch (scheme) {
      case "session", "proxy", "none" -> scheme;
      case "cloudflare" -> "cloudflare-access";
      default -> "key";
    };
  }

  /** 204; the session of the request has ended. */
  public void end(Exchange exchange) {
    String cookie = signIn.signOut(request(exchange));
    Responses.send(exchange, NO_CONTENT, "application/json", "");
    exchange.getMessage().setHeader(SET_COOKIE, cookie);
  }

  /** 200 with every session. */
  public void list(Exchange exchange) {
    Optional<UUID> own = signIn.session(request(exchange)).map(ConsoleSessions.Session::id);
    ObjectNode body = json.createObjectNode();
    ArrayNode list = body.putArray("sessions");
    sessions
        .all()
        .forEach(
            session ->
                list.addObject()
                    .put("id", session.id().toString())
                    .put("key", session.key())
                    .put("created_at", session.created().toString())
                    .put("last_seen_at", session.seen().toString())
                    .put("expires_at", session.ends().toString())
                    .put("current", own.filter(session.id()::equals).isPresent()));
    Responses.json(exchange, OK, body.toString());
  }

  /**
   * 204; another session has ended.
   *
   * @throws Problem where there is none of this id
   */
  public void endOther(Exchange exchange) {
    String id = exchange.getMessage().getHeader("id", "", String.class);
    if (Ownership.id(id).filter(sessions::end).isEmpty()) {
      throw new Problem(
          ProblemType.UNKNOWN_SESSION,
          "There is no session " + StrictJson.shown(id) + ". GET /sessions lists them.");
    }
    Responses.send(exchange, NO_CONTENT, "application/json", "");
  }

  private static RequestInfo request(Exchange exchange) {
    return exchange.getProperty(GatewayHttpConsumer.REQUEST_INFO, RequestInfo.class);
  }
}
