package io.comfygateway.access;

import java.util.Optional;

/** Recognises a browser that has signed in to the console, by its cookie. */
public record SessionAuthenticator(
    ConsoleSessions sessions,
    SessionCookie cookie,
    PageOrigin origin,
    RequestCredentials credentials,
    ApiKeys keys)
    implements Authenticator {
  /** The word of the audit log for callers who have signed in. */
  public static final String SCHEME = "session";

  @Override
  public Optional<Identity> identify(RequestInfo request) {
    // Clients of ComfyUI's own API send a key.
    if (request.client().isPresent() || hasKey(request)) {
      return Optional.empty();
    }
    Optional<String> token = cookie.token(request);
    Optional<ConsoleSessions.SignedIn> signedIn = token.flatMap(sessions::signedIn);
    signedIn.ifPresent(
        known -> {
          origin.requireConsole(request, known.caller().name());
          if (!isStream(request)) {
            sessions.used(token.orElseThrow());
          }
        });
    return signedIn.map(
        known ->
            new Identity(known.caller(), SCHEME, new Credential.Session(known.session().id())));
  }

  // A key goes first. What a proxy takes as its own login, and passes on, is no key.
  private boolean hasKey(RequestInfo request) {
    try {
      return credentials
          .find(request)
          .filter(found -> !found.scheme().equals("basic") || keys.find(found.secret()).isPresent())
          .isPresent();
    } catch (Refusal two) {
      return true;
    }
  }

  // A page that nobody looks at connects again by itself.
  private static boolean isStream(RequestInfo request) {
    return request.path().equals("/events") || request.path().endsWith("/events");
  }
}
