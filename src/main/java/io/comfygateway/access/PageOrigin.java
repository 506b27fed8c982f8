package io.comfygateway.access;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a request was made by a page of the gateway itself. A browser adds cookies, and a proxy
 * the name of its user, to the requests of any page; only the gateway's own page may use them.
 *
 * <p>Browsers say so in {@code Sec-Fetch-Site}, except on plain HTTP beyond this machine (seen in
 * Chromium 156). There {@code Origin} says it for requests that change something, and for others a
 * header that a page of another origin cannot send.
 *
 * @param publicUrl the URL of the gateway for callers, where it is set
 * @param isTls whether the gateway's own port speaks TLS
 */
public record PageOrigin(Optional<URI> publicUrl, boolean isTls) {
  private static final String SITE = "Sec-Fetch-Site";
  private static final String ORIGIN = "Origin";
  private static final String OWN_HEADER = "X-Gateway-Console";
  private static final String SAME_ORIGIN = "same-origin";
  // A typed URL, or a bookmark.
  private static final String NO_PAGE = "none";
  private static final Set<String> SAFE = Set.of("GET", "HEAD");
  private static final Set<String> OUTPUTS = Set.of("outputs", "outputs.zip");
  private static final Set<String> OF_TAGS = Set.of("events", "outputs", "outputs.zip", "preview");

  /**
   * Demands that a request with a session was made by the gateway's page.
   *
   * @throws Refusal if it was not
   */
  void requireConsole(RequestInfo request, String caller) {
    boolean isConsole =
        SAFE.contains(request.method()) ? mayRead(request) : mayChange(request) && isTyped(request);
    if (!isConsole) {
      throw refusal(caller);
    }
  }

  /**
   * Demands that a request that changes something, and whose caller a proxy has named, was not made
   * by a page of another origin. Programs, which send none of a browser's headers, may.
   *
   * @throws Refusal if it was
   */
  void refuseForeign(RequestInfo request, String caller) {
    if (!SAFE.contains(request.method()) && !isOfProgram(request) && !mayChange(request)) {
      throw refusal(caller);
    }
  }

  private Refusal refusal(String caller) {
    return Refusal.of(
        "foreign-page",
        caller,
        new Problem(
            ProblemType.FORBIDDEN,
            "This request was not made by the gateway's own page, or the gateway does not know its own URL: set GATEWAY_PUBLIC_URL to the address that the browser shows."));
  }

  private static boolean isOfProgram(RequestInfo request) {
    return request.values(SITE).isEmpty() && request.values(ORIGIN).isEmpty();
  }

  private boolean mayChange(RequestInfo request) {
    List<String> site = request.values(SITE);
    return site.isEmpty() ? isOwn(request.values(ORIGIN), request) : isOnly(site, SAME_ORIGIN);
  }

  private boolean mayRead(RequestInfo request) {
    List<String> site = request.values(SITE);
    if (!site.isEmpty()) {
      return isOnly(site, SAME_ORIGIN)
          || (isOnly(site, NO_PAGE) && OUTPUTS.contains(partOfJob(request)));
    }
    List<String> origin = request.values(ORIGIN);
    if (!origin.isEmpty()) {
      return isOwn(origin, request);
    }
    // Pictures and streams cannot have headers. They change nothing, and no other origin can read
    // them.
    return hasOwnHeader(request)
        || request.path().equals("/events")
        || OF_TAGS.contains(partOfJob(request));
  }

  private static boolean isTyped(RequestInfo request) {
    return hasOwnHeader(request)
        || request.values("Content-Type").stream()
            .anyMatch(type -> type.toLowerCase(Locale.ROOT).startsWith("application/json"));
  }

  private static boolean hasOwnHeader(RequestInfo request) {
    return isOnly(request.values(OWN_HEADER), "1");
  }

  private static boolean isOnly(List<String> values, String value) {
    return values.size() == 1 && values.get(0).equals(value);
  }

  private boolean isOwn(List<String> origins, RequestInfo request) {
    return origins.size() == 1
        && (publicUrl.map(PageOrigin::originOf).filter(origins.get(0)::equals).isPresent()
            || request
                .only("Host")
                .map(host -> (isTls ? "https://" : "http://") + host.toLowerCase(Locale.ROOT))
                .filter(origins.get(0)::equals)
                .isPresent());
  }

  private static String originOf(URI url) {
    String origin = url.getScheme() + "://" + url.getAuthority();
    // As a browser writes it.
    return origin.toLowerCase(Locale.ROOT).replaceFirst("^(https:.*):443$|^(http:.*):80$", "$1$2");
  }

  // "outputs" of /jobs/{id}/outputs/0; empty for another path.
  private static String partOfJob(RequestInfo request) {
    String[] segments = request.path().split("/", 5);
    return segments.length >= 4 && segments[1].equals("jobs") ? segments[3] : "";
  }
}
