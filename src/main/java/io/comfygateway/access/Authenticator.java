package io.comfygateway.access;

import java.util.Optional;

/** Recognises the caller of a request by one kind of credentials. */
public interface Authenticator {
  /**
   * An authenticated caller.
   *
   * @param scheme the kind of credentials, a word for the audit log
   * @param credential what the caller was recognised by
   */
  record Identity(Caller caller, String scheme, Credential credential) {}

  /**
   * The caller; empty if the request carries no credentials of this kind.
   *
   * <p>Throws a {@link Refusal} if it does and they are not valid.
   */
  Optional<Identity> identify(RequestInfo request);
}
