package io.comfygateway.access;

import io.comfygateway.access.Authenticator.Identity;
import io.comfygateway.problem.Problem;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Optional;

/** Signs a browser in to the console with a key, and out. */
public final class ConsoleSignIn {
  private final AccessControl accessControl;
  private final ApiKeys keys;
  private final ConsoleSessions sessions;
  private final SessionCookie cookie;
  private final PageOrigin origin;
  private final InstantSource clock;

  public ConsoleSignIn(
      AccessControl accessControl,
      ApiKeys keys,
      ConsoleSessions sessions,
      SessionCookie cookie,
      PageOrigin origin,
      InstantSource clock) {
    this.accessControl = accessControl;
    this.keys = keys;
    this.sessions = sessions;
    this.cookie = cookie;
    this.origin = origin;
    this.clock = clock;
  }

  /**
   * Signs in. A wrong key counts as one in a header does.
   *
   * @param secret of the key
   * @return the value of {@code Set-Cookie}
   * @throws Problem if the key is not valid or not for this address, or a page of another origin
   *     signs in
   */
  public String signIn(RequestInfo request, String secret) {
    accessControl.admitBy(
        request,
        arrived -> {
          origin.refuseForeign(arrived, "");
          KeyRecord key = key(secret);
          return Optional.of(
              new Identity(key.caller(), "sign-in", new Credential.Secret(key.secret())));
        },
        EnumSet.complementOf(EnumSet.of(Scope.URL)));
    ConsoleSessions.Created session = sessions.create(key(secret));
    return cookie.set(request, session.token(), session.life());
  }

  private KeyRecord key(String secret) {
    KeyRecord key =
        keys.find(secret)
            .orElseThrow(
                () ->
                    Refusal.wrong(
                        "unknown-key", "The key is not known. Check it for missing characters."));
    KeyAuthenticator.requireLive(key, clock.instant());
    if (!key.secret().matches(secret)) {
      // The session would outlive the former secret.
      throw Refusal.expired(
          "rotated", key.name(), "The key was rotated. Sign in with its new secret.");
    }
    return key;
  }

  /** The session of a request; empty where it has none. */
  public Optional<ConsoleSessions.Session> session(RequestInfo request) {
    return cookie.token(request).flatMap(sessions::find);
  }

  /**
   * Signs out, also if the session has ended already.
   *
   * @return the value of {@code Set-Cookie}
   * @throws Problem if a page of another origin asks for it
   */
  public String signOut(RequestInfo request) {
    cookie
        .token(request)
        .ifPresent(
            token -> {
              try {
                origin.requireConsole(request, "");
              } catch (Refusal foreign) {
                throw foreign.problem();
              }
              sessions.end(token);
            });
    return cookie.remove(request);
  }
}
