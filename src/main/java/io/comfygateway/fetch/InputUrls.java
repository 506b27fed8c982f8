package io.comfygateway.fetch;

import io.comfygateway.egress.UrlGuard;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.prompt.InputUnusableException;
import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** The URLs of input files, as people write them: reads, encodes and checks them. */
public final class InputUrls {
  private static final String KEPT = "-._~!$&'()*+,;=:@/?";
  private final UrlGuard guard;

  public InputUrls(UrlGuard guard) {
    this.guard = guard;
  }

  /** Whether a text is meant as a URL. */
  public static boolean isUrl(String text) {
    String url = text.strip().toLowerCase(Locale.ROOT);
    return url.startsWith("http://") || url.startsWith("https://");
  }

  /**
   * Reads the URL of a request.
   *
   * @param pointer the field, as a JSON pointer
   * @return the URL with all characters encoded that a URL may not contain
   * @throws Problem {@link ProblemType#INVALID_INPUT} where it is not a URL, {@link
   *     ProblemType#INPUT_NOT_ALLOWED} where the guard forbids its target
   */
  public URI require(String text, String pointer) {
    URI url;
    try {
      url = read(text);
    } catch (URISyntaxException e) {
      throw malformed(pointer, e.getReason());
    }
    guard
        .objection(url)
        .ifPresent(
            objection -> {
              throw objection.isMalformed()
                  ? malformed(pointer, objection.reason())
                  : Problem.ofField(
                      ProblemType.INPUT_NOT_ALLOWED,
                      pointer,
                      "No file is fetched from this URL: " + objection.reason() + ".");
            });
    return url;
  }

  private static Problem malformed(String pointer, String reason) {
    return Problem.ofField(
        ProblemType.INVALID_INPUT, pointer, "The URL of this input is not valid: " + reason + ".");
  }

  /**
   * The target of a redirect.
   *
   * @param from the URL that answered with it
   * @throws InputUnusableException where it may not be followed; the message continues "its server
   *     …"
   */
  URI redirect(URI from, String location) throws InputUnusableException {
    URI url;
    try {
      url = isUrl(location) ? read(location) : relative(from, encoded(location.strip()));
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new InputUnusableException("redirects to something that is not a URL");
    }
    Optional<UrlGuard.Objection> objection = guard.objection(url);
    if (objection.isPresent()) {
      throw new InputUnusableException(
          "redirects to a URL that is not allowed: " + objection.get().reason());
    }
    return url;
  }

  // java.net.URI resolves a reference that is only a query against the folder, as RFC 2396 said.
  private static URI relative(URI from, String location) throws URISyntaxException {
    return from.resolve(
        new URI(location.startsWith("?") ? from.getRawPath() + location : location));
  }

  private static URI read(String text) throws URISyntaxException {
    String url = text.strip();
    int from = url.indexOf("://") + "://".length();
    int end = from;
    while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
      end++;
    }
    String authority = url.substring(from, end);
    if (authority.indexOf('@') >= 0) {
      throw new URISyntaxException(
          "", "it must not carry a user name or password; send the file itself instead");
    }
    String whole =
        url.substring(0, from).toLowerCase(Locale.ROOT)
            + ascii(authority)
            + encoded(url.substring(end));
    try {
      return new URI(whole);
    } catch (URISyntaxException e) {
      throw invalidHost();
    }
  }

  // IDNA maps some characters to others, such as a full-width slash, which must not end the host.
  private static String ascii(String authority) throws URISyntaxException {
    if (authority.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
      return authority;
    }
    int colon = authority.lastIndexOf(':');
    String host = colon < 0 ? authority : authority.substring(0, colon);
    String port = colon < 0 ? "" : authority.substring(colon);
    try {
      String ascii = IDN.toASCII(host);
      if (ascii.chars().allMatch(c -> isLetterOrDigit(c) || c == '-' || c == '.')) {
        return ascii + port;
      }
    } catch (IllegalArgumentException e) {
      throw invalidHost();
    }
    throw invalidHost();
  }

  private static URISyntaxException invalidHost() {
    return new URISyntaxException("", "its host is not a valid name");
  }

  // The fragment is for the client, and is never sent (RFC 9110, section 4.2.5).
  private static String encoded(String pathAndQuery) throws URISyntaxException {
    int fragment = pathAndQuery.indexOf('#');
    String text = fragment < 0 ? pathAndQuery : pathAndQuery.substring(0, fragment);
    StringBuilder url = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      if (Character.isISOControl(c)) {
        throw new URISyntaxException("", "it contains a control character");
      }
      if (isLetterOrDigit(c) || KEPT.indexOf(c) >= 0 || (c == '%' && isEscape(text, i))) {
        url.appendCodePoint(c);
      } else {
        for (byte part : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
          url.append('%').append("%02X".formatted(part & 0xFF));
        }
      }
      i += Character.charCount(c);
    }
    return url.toString();
  }

  private static boolean isEscape(String text, int at) {
    return at + 2 < text.length()
        && Character.digit(text.charAt(at + 1), 16) >= 0
        && Character.digit(text.charAt(at + 2), 16) >= 0;
  }

  private static boolean isLetterOrDigit(int c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
  }
}
