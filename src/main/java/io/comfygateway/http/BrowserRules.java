package io.comfygateway.http;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.CorsHandler;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The header fields for browsers in every response: it is no page of this origin, unless a route
 * says that it is; and which pages of other origins may read it.
 */
public final class BrowserRules {
  private static final String ANY = "*";

  /**
   * A response runs no script and loads nothing, even if it is a web page that a job has produced;
   * a picture or a video is shown.
   */
  private static final String NO_PAGE =
      "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox;"
          + " frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

  private static final Set<HttpMethod> METHODS =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE);
  private static final Set<String> SENT =
      Set.of(
          "Accept",
          "Authorization",
          "Content-Type",
          "Idempotency-Key",
          "If-Match",
          "If-None-Match",
          "If-Range",
          "Last-Event-ID",
          "Prefer",
          "Range");
  private static final Set<String> READ =
      Set.of(
          "Accept-Ranges",
          "Content-Disposition",
          "Content-Location",
          "Content-Range",
          "ETag",
          "Gateway-Job-Id",
          "Idempotency-Replayed",
          "Location",
          "Retry-After");

  /** What {@code Sec-Fetch-Site} says of pages of other origins. */
  private static final Set<String> FOREIGN_SITES = Set.of("cross-site", "same-site");

  private static final int REMEMBERED_SECONDS = 600;

  private final Set<String> origins;
  private final Duration transportSecurity;
  private final CorsHandler cors;

  /**
   * Makes the rules.
   *
   * @param origins of pages that may read responses, such as {@code https://app.example.com};
   *     {@code *} alone is any
   * @param authHeader the header of the key, which such pages may send
   * @param transportSecurity how long browsers are to use only TLS; zero: nothing is said
   */
  public BrowserRules(List<String> origins, String authHeader, Duration transportSecurity) {
    this.origins = Set.copyOf(origins);
    this.transportSecurity = transportSecurity;
    Set<String> sent = new TreeSet<>(SENT);
    sent.add(authHeader);
    this.cors =
        CorsHandler.create()
            .allowedMethods(METHODS)
            .allowedHeaders(sent)
            .exposedHeaders(new TreeSet<>(READ))
            .maxAgeSeconds(REMEMBERED_SECONDS)
            // The page itself sends the key; the browser adds no credentials of its own.
            .allowCredentials(false);
    if (!this.origins.contains(ANY)) {
      this.cors.addOrigins(List.copyOf(origins));
    }
  }

  /** Sets what applies to every response; a route may say otherwise. */
  void apply(RoutingContext request) {
    MultiMap headers = request.response().headers();
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Content-Security-Policy", NO_PAGE);
    headers.set("X-Frame-Options", "DENY");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cache-Control", "no-store");
    if (!isForPages(request)) {
      headers.set("Cross-Origin-Resource-Policy", "same-origin");
    }
    if (!transportSecurity.isZero()) {
      headers.set("Strict-Transport-Security", "max-age=" + transportSecurity.toSeconds());
    }
    // Vert.x refuses a request from another origin; here the page only cannot read the response.
    if (isAllowed(request.request().getHeader("Origin"))) {
      cors.handle(request);
    } else {
      if (!origins.isEmpty()) {
        headers.set("Vary", "Origin");
      }
      request.next();
    }
  }

  /**
   * Whether a page of another origin, which is not an allowed one, made a request: by what browsers
   * say of it, or by its {@code Origin} where they say nothing. A picture or a link in a page has
   * no {@code Origin}, but a {@code Referer}. Some libraries that are no browsers send the origin
   * of the server itself.
   */
  boolean isForeign(MultiMap headers) {
    String origin = headers.get("Origin");
    if (origins.contains(ANY) || isAllowed(origin)) {
      return false;
    }
    String site = headers.get("Sec-Fetch-Site");
    if (site != null) {
      return FOREIGN_SITES.contains(site)
          && !(origin == null && isOfAllowedPage(headers.get("Referer")));
    }
    return origin != null && !isOfServer(origin, headers.get("Host"));
  }

  private static boolean isOfServer(String origin, @Nullable String host) {
    int scheme = origin.indexOf("://");
    return scheme > 0 && origin.substring(scheme + 3).equalsIgnoreCase(host);
  }

  private boolean isOfAllowedPage(@Nullable String referer) {
    return referer != null && origins.stream().anyMatch(it -> referer.startsWith(it + "/"));
  }

  /**
   * Refuses a request to ComfyUI's own API that a foreign page made, as ComfyUI does: its bodies
   * are JSON whatever their type is, so that a browser would send them unasked.
   */
  void refuseForeign(RoutingContext request, ProblemBody problems) {
    if (ClientUrls.of(request).isPresent() && isForeign(request.request().headers())) {
      problems.write(
          request.request(),
          new Problem(
              ProblemType.FORBIDDEN,
              "A page of this origin may not send requests here (gateway.cors.origins)."));
    } else {
      request.next();
    }
  }

  // Signed links are for the pages of others, and clients of ComfyUI's own API are pages.
  private static boolean isForPages(RoutingContext request) {
    String query = request.request().query();
    return ClientUrls.of(request).isPresent() || (query != null && query.contains("signature="));
  }

  private boolean isAllowed(@Nullable String origin) {
    return origin != null && (origins.contains(ANY) || origins.contains(origin));
  }
}
