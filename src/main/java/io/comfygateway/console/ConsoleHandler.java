package io.comfygateway.console;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Answers requests for files of the console, and passes all others on. */
public final class ConsoleHandler implements Handler<RoutingContext> {
  private static final int NOT_MODIFIED = 304;
  private static final List<String> NEVER = List.of("q=0", "q=0.0", "q=0.00", "q=0.000");

  private final ConsolePages pages = ConsolePages.shipped();

  @Override
  public void handle(RoutingContext context) {
    HttpServerRequest request = context.request();
    boolean isHead = request.method().equals(HttpMethod.HEAD);
    if (isHead || request.method().equals(HttpMethod.GET)) {
      pages
          .find(request.path())
          .ifPresentOrElse(file -> answer(request, file, isHead), context::next);
    } else {
      context.next();
    }
  }

  private static void answer(HttpServerRequest request, ServedFile file, boolean isHead) {
    HttpServerResponse response = request.response();
    boolean isZipped = acceptsGzip(request.getHeader("Accept-Encoding"));
    file.headers().forEach(response::putHeader);
    response.putHeader("Vary", "Accept-Encoding");
    response.putHeader("ETag", file.entityTag(isZipped));
    if (isKnown(request.getHeader("If-None-Match"), file)) {
      response.setStatusCode(NOT_MODIFIED).end();
      return;
    }
    if (isZipped) {
      response.putHeader("Content-Encoding", "gzip");
    }
    var body = isZipped ? file.zipped() : file.plain();
    response.putHeader("Content-Length", Integer.toString(body.length()));
    if (isHead) {
      response.end();
    } else {
      response.end(body);
    }
  }

  private static boolean acceptsGzip(@Nullable String codings) {
    return codings != null
        && Arrays.stream(codings.toLowerCase(Locale.ROOT).split(","))
            .map(coding -> coding.replace(" ", "").split(";", 2))
            .anyMatch(
                coding ->
                    coding[0].equals("gzip") && (coding.length == 1 || !NEVER.contains(coding[1])));
  }

  // Either tag shows that the browser has the file.
  private static boolean isKnown(@Nullable String tags, ServedFile file) {
    return tags != null
        && Arrays.stream(tags.split(","))
            .map(String::strip)
            .map(tag -> tag.startsWith("W/") ? tag.substring(2) : tag)
            .anyMatch(tag -> tag.equals(file.entityTag(true)) || tag.equals(file.entityTag(false)));
  }
}
