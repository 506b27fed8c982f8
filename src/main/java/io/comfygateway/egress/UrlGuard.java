package io.comfygateway.egress;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/**
 * Keeps requests that callers ask for from reaching what only the gateway can reach: its own
 * machine, its private network, its cloud's metadata. What is decided on the URL alone is decided
 * by {@link #check}; names are judged by what they resolve to, when the connection is made (see
 * {@link GuardedDnsResolver}).
 */
public final class UrlGuard {
  private static final int MAX_LENGTH = 2048;
  private static final String ALLOW = "the operator can allow it with GATEWAY_CALLBACK_ALLOW";

  private final AllowList allowed;

  /**
   * @param allowed the setting {@code GATEWAY_CALLBACK_ALLOW}: hosts ({@code n8n}, {@code
   *     *.example.com}), addresses and CIDR blocks, each with an optional {@code :port}, comma
   *     separated; may be blank
   * @throws IllegalArgumentException that names the faulty entry
   */
  public UrlGuard(String allowed) {
    this.allowed = new AllowList(allowed);
  }

  /**
   * Reads and checks the field {@code callback_url}.
   *
   * @throws Problem {@link ProblemType#INVALID_INPUT} where it is malformed, {@link
   *     ProblemType#CALLBACK_NOT_ALLOWED} where it leads to what must not be reached
   */
  public URI check(String url) {
    return check(url, "/callback_url");
  }

  /**
   * Reads and checks a URL of the request.
   *
   * @param pointer the field, as a JSON pointer
   * @throws Problem {@link ProblemType#INVALID_INPUT} where it is malformed, {@link
   *     ProblemType#CALLBACK_NOT_ALLOWED} where it leads to what must not be reached
   */
  public URI check(String url, String pointer) {
    try {
      URI parsed = new URI(url);
      check(parsed, pointer);
      return parsed;
    } catch (URISyntaxException e) {
      throw malformed(
          pointer,
          e.getIndex() < 0
              ? "it cannot be read"
              : "character " + (e.getIndex() + 1) + " may not stand there, or one is missing");
    }
  }

  /**
   * The same for a URL that was read before.
   *
   * @throws Problem {@link ProblemType#INVALID_INPUT} where it is malformed, {@link
   *     ProblemType#CALLBACK_NOT_ALLOWED} where it leads to what must not be reached
   */
  public void check(URI url) {
    check(url, "/callback_url");
  }

  private void check(URI url, String pointer) {
    objection(url)
        .ifPresent(
            objection -> {
              throw objection.isMalformed()
                  ? malformed(pointer, objection.reason())
                  : refused(pointer, objection.reason());
            });
  }

  /**
   * Why no request may be sent to a URL.
   *
   * @param reason in words that fit every kind of request
   * @param isMalformed whether it is no URL that anybody could send a request to
   */
  public record Objection(String reason, boolean isMalformed) {}

  /** Why no request may be sent to a URL; empty where one may, as far as the URL alone says. */
  public Optional<Objection> objection(URI url) {
    if (url.toString().length() > MAX_LENGTH) {
      return Optional.of(new Objection("it is longer than " + MAX_LENGTH + " characters", true));
    }
    Target target;
    try {
      target = Target.of(url);
    } catch (IllegalArgumentException e) {
      return Optional.of(new Objection(e.getMessage(), true));
    }
    if (target.address().isPresent()) {
      return permits(target.host(), target.address().get(), target.port())
          ? Optional.empty()
          : Optional.of(
              new Objection("the address is not of the public internet; " + ALLOW, false));
    }
    return HostPattern.isLocalhost(target.host())
            && !allowed.allowsHost(target.host(), target.port())
        ? Optional.of(new Objection("the host is the gateway's own machine; " + ALLOW, false))
        : Optional.empty();
  }

  /**
   * Whether a connection may be made.
   *
   * @param host as the URL has it
   * @param address what it resolved to
   * @param port of the connection; one that is not known is allowed by entries without a port only
   */
  public boolean permits(String host, InetAddress address, int port) {
    InetAddress real = PublicAddresses.unwrap(address);
    return PublicAddresses.contains(real)
        || allowed.allowsAddress(real, port)
        || allowed.allowsAddress(address, port)
        || allowed.allowsHost(HostPattern.normalise(host), port);
  }

  private static Problem malformed(String pointer, String reason) {
    return Problem.ofField(
        ProblemType.INVALID_INPUT,
        pointer,
        "%s is not a valid URL: %s.".formatted(pointer.substring(1).replace('/', '.'), reason));
  }

  private static Problem refused(String pointer, String reason) {
    return Problem.ofField(
        ProblemType.CALLBACK_NOT_ALLOWED,
        pointer,
        "No callback is sent to this URL: " + reason + ".");
  }
}
