package io.comfygateway.access;

import java.util.Optional;

/** One way in which a request can say who sends it. */
public interface Authenticator {
  /** Who it is, and by which way: a word for the audit log. */
  record Identity(Caller caller, String way) {}

  /**
   * The caller; empty where the request does not use this way.
   *
   * <p>Throws a refusal where it does, and is not let in.
   */
  Optional<Identity> identify(RequestInfo arrival);
}
