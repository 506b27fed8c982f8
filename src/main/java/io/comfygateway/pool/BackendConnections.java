package io.comfygateway.pool;

import io.comfygateway.egress.AnswerLimits;
import io.comfygateway.egress.HostAlias;
import java.io.IOException;
import java.net.Socket;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLSocket;
import org.apache.camel.component.http.HttpComponent;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
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
 * exchange, header or log line ever holds them. The client never repeats a request by itself:
 * whether a prompt arrived is looked up.
 */
public final class BackendConnections {
  private static final int TO_ONE = 64;
  private static final int IN_ALL = 100 * TO_ONE;
  private static final TimeValue TRUSTED_WHEN_IDLE = TimeValue.ofMilliseconds(500);

  // The answer to a prompt can repeat long lists of files: the choices of an input that is invalid.
  private static final long MOST_TO_A_POST = BoundedJson.MOST;
  private static final long SLOWEST_JSON = 65_536;
  private static final long SLOWEST_FILE = 8_192;

  private final Backends backends;
  private final Limits limits;
  private final TlsSocketStrategy javasOwn = DefaultClientTlsStrategy.createDefault();

  // Reading a key takes longer than a handshake. What is read from other texts is another entry.
  private final Map<BackendTls, TlsSocketStrategy> read = new ConcurrentHashMap<>();
  private final PoolingHttpClientConnectionManager manager;

  /**
   * Limits of requests to the servers.
   *
   * @param connect how long a connection may take to be made
   * @param answer how long the answer to a small GET may take
   * @param response how long the answer to a POST or to {@code GET /object_info} may take
   * @param answerBytes the most bytes of an answer in JSON
   * @param fileBytes the most bytes of an output
   */
  public record Limits(
      Duration connect, Duration answer, Duration response, long answerBytes, long fileBytes) {}

  /** Makes the connections. */
  public BackendConnections(Backends backends, Limits limits) {
    this(backends, limits, SystemDefaultDnsResolver.INSTANCE);
  }

  BackendConnections(Backends backends, Limits limits, DnsResolver names) {
    this.backends = backends;
    this.limits = limits;
    this.manager =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setMaxConnPerRoute(TO_ONE)
            .setMaxConnTotal(IN_ALL)
            .setTlsSocketStrategy(HostAlias.tls(this::secure))
            .setDnsResolver(HostAlias.resolver(names))
            .setConnectionFactory(
                ManagedHttpClientConnectionFactory.builder()
                    .http1Config(AnswerLimits.HEADERS)
                    .build())
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(Timeout.of(limits.connect()))
                    .setValidateAfterInactivity(TRUSTED_WHEN_IDLE)
                    .build())
            .build();
  }

  /** A component for the routes that calls the servers. */
  public HttpComponent component() {
    HttpComponent component = new HttpComponent();
    component.setClientConnectionManager(manager);
    component.setHttpClientConfigurer(this::configure);
    component.setAutomaticRetriesDisabled(true);
    component.setRedirectHandlingDisabled(true);
    component.setCookieManagementDisabled(true);
    return component;
  }

  /** A client for requests outside of the routes; closing it keeps the connections open. */
  CloseableHttpClient client() {
    HttpClientBuilder builder =
        HttpClients.custom()
            .setConnectionManager(manager)
            .setConnectionManagerShared(true)
            .disableAutomaticRetries()
            .disableRedirectHandling()
            .disableCookieManagement();
    configure(builder);
    return builder.build();
  }

  private void configure(HttpClientBuilder builder) {
    builder
        .addRequestInterceptorLast(HostAlias.interceptor())
        .addRequestInterceptorLast(this::identify)
        .addExecInterceptorFirst("answer-limits", new AnswerLimits(this::limit));
  }

  private AnswerLimits.Limit limit(HttpRequest request) {
    String path = request.getPath().replaceFirst("\\?.*", "");
    if ("POST".equals(request.getMethod())) {
      return new AnswerLimits.Limit(limits.response(), SLOWEST_JSON, MOST_TO_A_POST, false);
    }
    if (path.endsWith("/view")) {
      return new AnswerLimits.Limit(limits.answer(), SLOWEST_FILE, limits.fileBytes(), false);
    }
    Duration deadline = path.endsWith("/object_info") ? limits.response() : limits.answer();
    return new AnswerLimits.Limit(deadline, SLOWEST_JSON, limits.answerBytes(), false);
  }

  /** Closes idle connections, so that changed certificates apply from the next request on. */
  public void renew() {
    read.clear();
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
    BackendCredentials credentials =
        backend.map(Backend::credentials).orElse(BackendCredentials.NONE);
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
            .filter(backend -> backend.host().equalsIgnoreCase(host))
            .filter(backend -> backend.port() == port)
            .max(Comparator.comparing(Backend::isSecure))
            .flatMap(Backend::tls)
            .map(tls -> read.computeIfAbsent(tls, it -> new DefaultClientTlsStrategy(it.context())))
            .orElse(javasOwn);
    return strategy.upgrade(socket, host, port, attachment, context);
  }
}
