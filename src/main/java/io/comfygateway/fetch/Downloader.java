package io.comfygateway.fetch;

import io.comfygateway.egress.DeadlineException;
import io.comfygateway.pool.Backend;
import io.comfygateway.prompt.InputUnusableException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Downloads the file at a URL. Redirects are followed, and the guard checks the target of each
 * before a request is sent there.
 */
final class Downloader {
  private static final Logger LOG = LoggerFactory.getLogger(Downloader.class);
  static final int MOST_REDIRECTS = 5;
  private static final int OK = 200;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  /** Headers that are for the first host only, and not sent to another one after a redirect. */
  private static final Set<String> FOR_ONE_HOST = Set.of("authorization", "cookie");

  private final CloseableHttpClient client;
  private final InputUrls urls;

  Downloader(CloseableHttpClient client, InputUrls urls) {
    this.client = client;
    this.urls = urls;
  }

  /** Receives a body. */
  interface Sink {
    void take(InputStream body) throws IOException, InputUnusableException;
  }

  /**
   * A request.
   *
   * @param limit time for everything, with redirects and the whole body
   * @param running receives, for each redirect, what aborts the request
   */
  record Request(
      URI url, Map<String, String> headers, Duration limit, Consumer<Runnable> running) {}

  /**
   * The final answer.
   *
   * @param status 200 where the sink has the body
   * @param host the host that answered
   */
  record Answer(int status, Optional<String> retryAfter, String host) {}

  /**
   * Gets a URL.
   *
   * @throws DeadlineException where it took longer than the limit
   * @throws InputUnusableException where a redirect may not be followed
   */
  Answer get(Request request, Sink sink) throws IOException, InputUnusableException {
    long until = System.nanoTime() + request.limit().toNanos();
    URI at = request.url();
    for (int redirects = 0; ; redirects++) {
      Step step = step(request, at, until, sink);
      if (step.next().isEmpty()) {
        return step.answer();
      }
      if (redirects == MOST_REDIRECTS) {
        throw new InputUnusableException(
            "redirects more than " + MOST_REDIRECTS + " times; give the URL that it ends at");
      }
      at = urls.redirect(at, step.next().get());
    }
  }

  private record Step(Answer answer, Optional<String> next) {}

  @SuppressWarnings("FutureReturnValueIgnored")
  private Step step(Request request, URI at, long until, Sink sink)
      throws IOException, InputUnusableException {
    HttpGet get = new HttpGet(at);
    boolean sameHost = at.getRawAuthority().equalsIgnoreCase(request.url().getRawAuthority());
    request
        .headers()
        .forEach(
            (name, value) -> {
              if (sameHost || !FOR_ONE_HOST.contains(name.toLowerCase(Locale.ROOT))) {
                get.setHeader(name, value);
              }
            });
    request.running().accept(get::cancel);
    CompletableFuture<Void> time = new CompletableFuture<>();
    time.orTimeout(Math.max(1, until - System.nanoTime()), TimeUnit.NANOSECONDS)
        .whenComplete(
            (nothing, late) -> {
              if (late != null) {
                get.cancel();
              }
            });
    try {
      return step(get, sink, Backend.host(at));
    } catch (IOException e) {
      throw time.isCompletedExceptionally() ? new DeadlineException(request.limit()) : e;
    } finally {
      time.complete(null);
    }
  }

  private Step step(HttpGet get, Sink sink, String host)
      throws IOException, InputUnusableException {
    ClassicHttpResponse response = client.executeOpen(null, get, HttpClientContext.create());
    boolean isWhole = false;
    try {
      int status = response.getCode();
      if (status == OK) {
        sink.take(
            response.getEntity() == null
                ? InputStream.nullInputStream()
                : response.getEntity().getContent());
        isWhole = true;
      }
      return new Step(
          new Answer(status, header(response, "Retry-After"), host),
          REDIRECTS.contains(status) ? header(response, "Location") : Optional.empty());
    } finally {
      // Otherwise closing it reads on for as long as the server sends.
      if (!isWhole) {
        get.cancel();
      }
      close(response);
    }
  }

  // The body has been read; closing an aborted request fails again.
  private static void close(ClassicHttpResponse response) {
    try {
      response.close();
    } catch (IOException e) {
      LOG.debug("answer cannot be closed", e);
    }
  }

  private static Optional<String> header(ClassicHttpResponse response, String name) {
    return Optional.ofNullable(response.getFirstHeader(name)).map(Header::getValue);
  }
}
