package io.comfygateway.http;

import io.comfygateway.access.RequestInfo;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The URLs of ComfyUI's own API, as its clients write them: below {@code /api}, with a slash too
 * many, with the key in the path ({@code /k/KEY/prompt}) or in the query ({@code ?token=KEY}).
 * Routes, logs and metrics see each in one form, without the key.
 */
public final class ClientUrls {
  private static final String URL = "comfyUiUrl";
  private static final String KEY_PREFIX = "/k/";
  private static final String API_PREFIX = "/api/";
  private static final String CONTENT_TYPE = "Content-Type";
  private static final String TOKEN = "token";
  private static final String HIDDEN = "/k/-";

  /** The first segments of ComfyUI's paths, each also below {@code /api}. */
  private static final Set<String> FIRST_SEGMENTS =
      Set.of(
          "prompt",
          "queue",
          "history",
          "interrupt",
          "view",
          "upload",
          "object_info",
          "system_stats",
          "features",
          "embeddings",
          "models",
          "extensions",
          "free",
          "node_replacements",
          "ws");

  /** The only one that is below {@code /api} alone: the gateway has {@code /jobs} of its own. */
  private static final String JOBS = "jobs";

  private ClientUrls() {}

  /** A URL in its one form, and the key that was in it. */
  record Canonical(String uri, Optional<String> secret) {}

  /** Whether a path in its one form is of ComfyUI's own API. */
  static boolean isOfClients(@Nullable String path) {
    if (path == null || !path.startsWith("/")) {
      return false;
    }
    return path.startsWith(API_PREFIX)
        ? JOBS.equals(firstSegment(path.substring(API_PREFIX.length() - 1)))
        : FIRST_SEGMENTS.contains(firstSegment(path));
  }

  private static String firstSegment(String path) {
    int end = path.indexOf('/', 1);
    return path.substring(1, end < 0 ? path.length() : end);
  }

  /** What a request to ComfyUI's own API had in its URL; empty for another request. */
  static Optional<RequestInfo.ClientUrl> of(RoutingContext request) {
    return Optional.ofNullable(request.get(URL));
  }

  /** Gives a request's URL its one form. */
  static void rewrite(RoutingContext request) {
    String uri = request.request().uri();
    if (of(request).isPresent() || uri == null) {
      request.next();
      return;
    }
    Canonical canonical = canonical(uri);
    if (isOfClients(pathOf(canonical.uri()))) {
      request.put(URL, new RequestInfo.ClientUrl(canonical.secret()));
      readAsJson(request.request(), pathOf(canonical.uri()));
    }
    if (canonical.uri().equals(uri)) {
      request.next();
    } else {
      request.reroute(canonical.uri());
    }
  }

  // As ComfyUI does; what urllib sends of its own accord would have the graph read as a form.
  private static void readAsJson(HttpServerRequest request, String path) {
    if (request.headers().contains(CONTENT_TYPE) && !path.startsWith("/upload/")) {
      request.headers().set(CONTENT_TYPE, "application/json");
    }
  }

  /** The one form of a URL; the URL itself if it is not of ComfyUI's own API. */
  static Canonical canonical(String uri) {
    String url = originForm(uri);
    String path = pathOf(url);
    Optional<String> secret = Optional.empty();
    String rest = withoutSlashes(path);
    if (rest.startsWith(KEY_PREFIX)) {
      int end = rest.indexOf('/', KEY_PREFIX.length());
      String key = rest.substring(KEY_PREFIX.length(), end < 0 ? rest.length() : end);
      secret = Optional.of(decoded(key));
      rest = end < 0 ? "/" : withoutSlashes(rest.substring(end));
    }
    if (rest.startsWith(API_PREFIX)) {
      String below = withoutSlashes(rest.substring(API_PREFIX.length() - 1));
      boolean isEither = FIRST_SEGMENTS.contains(firstSegment(below));
      boolean isJobs = JOBS.equals(firstSegment(below));
      rest = isEither ? below : isJobs ? API_PREFIX + below.substring(1) : rest;
    }
    if (!isOfClients(rest)) {
      return secret.isPresent()
          ? new Canonical(HIDDEN + rest, Optional.empty())
          : new Canonical(uri, Optional.empty());
    }
    return withoutToken(rest, url.substring(path.length()), secret);
  }

  // As it is sent to a proxy (RFC 9112, 3.2.2), with the host before the path.
  private static String originForm(String uri) {
    int host = uri.startsWith("http://") ? 7 : uri.startsWith("https://") ? 8 : 0;
    int path = uri.indexOf('/', host);
    return host == 0 || path < 0 ? uri : uri.substring(path);
  }

  private static String pathOf(String uri) {
    int query = uri.indexOf('?');
    return query < 0 ? uri : uri.substring(0, query);
  }

  // Some clients add a path that begins with a slash to an address that ends in one.
  private static String withoutSlashes(String path) {
    int from = 0;
    while (path.startsWith("//", from)) {
      from++;
    }
    return path.substring(from);
  }

  private static Canonical withoutToken(String path, String query, Optional<String> inPath) {
    if (query.isEmpty()) {
      return new Canonical(path, inPath);
    }
    Optional<String> secret = inPath;
    List<String> kept = new ArrayList<>();
    for (String parameter : query.substring(1).split("&", -1)) {
      int equals = parameter.indexOf('=');
      boolean isToken = equals > 0 && TOKEN.equals(decoded(parameter.substring(0, equals)));
      if (!isToken) {
        kept.add(parameter);
      } else if (secret.isEmpty()) {
        secret = Optional.of(decoded(parameter.substring(equals + 1)));
      }
    }
    String rest = String.join("&", kept);
    return new Canonical(rest.isEmpty() ? path : path + "?" + rest, secret);
  }

  // Empty for what cannot be decoded, which is no key.
  private static String decoded(String text) {
    try {
      return QueryStringDecoder.decodeComponent(text);
    } catch (IllegalArgumentException malformed) {
      return "";
    }
  }
}
