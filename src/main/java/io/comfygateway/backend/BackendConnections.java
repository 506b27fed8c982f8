package io.comfygateway.backend;

import java.io.IOException;
import java.net.Socket;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import javax.net.ssl.SSLSocket;
import org.apache.camel.component.http.HttpComponent;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * The HTTP connections to the servers. Credentials are added here, below the routes, so that no
 * exchange, header or log line ever holds them. Nothing is sent twice by the client itself: whether
 * a prompt arrived is looked up.
 */
public final class BackendConnections {
  private static final int TO_ONE = 64;
  private static final int IN_ALL = 100 * TO_ONE;
  private static final TimeValue TRUSTED_WHEN_IDLE = TimeValue.ofMilliseconds(500);

  private final Backends backends;
  private final TlsSocketStrategy javasOwn = DefaultClientTlsStrategy.createDefault();
  private final PoolingHttpClientConnectionManager manager;

  /**
   * Makes the connections.
   *
   * @param connectTime how long a connection may take to be made
   */
  public BackendConnections(Backends backends, Duration connectTime) {
    this.backends = backends;
    this.manager =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setMaxConnPerRoute(TO_ONE)
            .setMaxConnTotal(IN_ALL)
            .setTlsSocketStrategy(this::secure)
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(Timeout.of(connectTime))
                    .setValidateAfterInactivity(TRUSTED_WHEN_IDLE)
                    .build())
            .build();
  }

  /** A component for the routes that calls the servers. */
  public HttpComponent component() {
    HttpComponent component = new HttpComponent();
    component.setClientConnectionManager(manager);
    component.setHttpClientConfigurer(builder -> builder.addRequestInterceptorLast(this::identify));
    component.setAutomaticRetriesDisabled(true);
    component.setRedirectHandlingDisabled(true);
    component.setCookieManagementDisabled(true);
    return component;
  }

  /** Closes what nobody uses now, so that changed certificates are used from the next call on. */
  public void renew() {
    manager.closeIdle(TimeValue.ZERO_MILLISECONDS);
  }

  private void identify(HttpRequest request, EntityDetails entity, HttpContext context)
      throws HttpException, IOException {
    Optional<Backend> backend;
    try {
      backend = backends.at(request.getUri());
    } catch (URISyntaxException e) {
      throw new HttpException("the URL of the request cannot be read", e);
    }
    Credentials credentials = backend.map(Backend::credentials).orElse(Credentials.NONE);
    credentials.headers().forEach(request::setHeader);
    credentials.token().ifPresent(token -> request.setPath(withToken(request.getPath(), token)));
  }

  /** A path with the query parameter that ComfyUI-Login takes a token from. */
  static String withToken(String path, String token) {
    return path
        + (path.contains("?") ? "&" : "?")
        + "token="
        + URLEncoder.encode(token, StandardCharsets.UTF_8);
  }

  private SSLSocket secure(
      Socket socket, String host, int port, Object attachment, HttpContext context)
      throws IOException {
    TlsSocketStrategy strategy =
        backends.all().stream()
            .filter(backend -> backend.url().getHost().equalsIgnoreCase(host))
            .filter(backend -> backend.port() == port)
            .max(Comparator.comparing(Backend::isSecure))
            .flatMap(Backend::tls)
            .<TlsSocketStrategy>map(tls -> new DefaultClientTlsStrategy(tls.context()))
            .orElse(javasOwn);
    return strategy.upgrade(socket, host, port, attachment, context);
  }
}
