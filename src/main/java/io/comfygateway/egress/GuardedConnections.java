package io.comfygateway.egress;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import org.apache.camel.component.http.HttpComponent;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/** The HTTP client for URLs that callers give: every connection that it makes is checked. */
public final class GuardedConnections {
  /**
   * Limits, so that a slow or endless receiver costs little and holds up nobody else.
   *
   * @param perReceiver connections to one receiver at a time
   * @param total connections at a time
   * @param connect time for a free connection to be found, and again for a new one to come up
   * @param whole time from the request until the answer is read
   * @param answerBytes how much of an answer is read
   */
  public record Limits(
      int perReceiver, int total, Duration connect, Duration whole, long answerBytes) {
    /** 4 connections to a receiver, 64 in all, 5 s to connect, 30 s in all, 64 KiB. */
    public static Limits standard() {
      return new Limits(4, 64, Duration.ofSeconds(5), Duration.ofSeconds(30), 65_536);
    }
  }

  // So that a name that moved is looked up again, and checked again.
  private static final Duration LONGEST_USE = Duration.ofMinutes(1);

  // Receivers close idle connections, some (Node.js) after 5 s already.
  private static final Duration UNCHECKED_REUSE = Duration.ofSeconds(1);

  private final UrlGuard guard;
  private final Limits limits;
  private final ServerTrust trust;
  private final DnsResolver names;
  private final TlsSocketStrategy javasOwn = DefaultClientTlsStrategy.createDefault();

  public GuardedConnections(UrlGuard guard, Limits limits) {
    this(guard, limits, ServerTrust.STANDARD);
  }

  /** Connections to servers that may have certificates of other authorities. */
  public GuardedConnections(UrlGuard guard, Limits limits, ServerTrust trust) {
    this(guard, limits, trust, SystemDefaultDnsResolver.INSTANCE);
  }

  GuardedConnections(UrlGuard guard, Limits limits, ServerTrust trust, DnsResolver names) {
    this.guard = guard;
    this.limits = limits;
    this.trust = trust;
    this.names = names;
  }

  /**
   * Connections whose every address was checked. Given to camel-http, they belong on a component:
   * an endpoint closes connections that are not its component's when a route stops.
   */
  public PoolingHttpClientConnectionManager open() {
    Timeout whole = Timeout.of(limits.whole());
    return PoolingHttpClientConnectionManagerBuilder.create()
        .setDnsResolver(new GuardedDnsResolver(guard, names))
        .setTlsSocketStrategy(HostAlias.tls(this::secure))
        .setConnectionFactory(
            ManagedHttpClientConnectionFactory.builder().http1Config(AnswerLimits.HEADERS).build())
        .setMaxConnPerRoute(limits.perReceiver())
        .setMaxConnTotal(limits.total())
        .setDefaultSocketConfig(SocketConfig.custom().setSoTimeout(whole).build())
        .setDefaultConnectionConfig(
            ConnectionConfig.custom()
                .setConnectTimeout(Timeout.of(limits.connect()))
                .setSocketTimeout(whole)
                .setTimeToLive(TimeValue.of(LONGEST_USE))
                .setValidateAfterInactivity(TimeValue.of(UNCHECKED_REUSE))
                .build())
        .build();
  }

  private SSLSocket secure(
      Socket socket, String host, int port, Object attachment, HttpContext context)
      throws IOException {
    return trust
        .of(host, port)
        .<TlsSocketStrategy>map(DefaultClientTlsStrategy::new)
        .orElse(javasOwn)
        .upgrade(socket, host, port, attachment, context);
  }

  /**
   * A camel-http component of its own, to be registered under a name such as {@code callback} and
   * used as {@code callback:receiver} with the real URL in the header {@code CamelHttpUri}. It
   * neither follows redirects nor sends anything twice by itself, and keeps no cookies.
   */
  public HttpComponent component() {
    HttpComponent component = new HttpComponent();
    component.setClientConnectionManager(open());
    component.setConnectTimeout(limits.connect().toMillis());
    component.setConnectionRequestTimeout(limits.connect().toMillis());
    component.setResponseTimeout(limits.whole().toMillis());
    component.setRedirectHandlingDisabled(true);
    component.setAutomaticRetriesDisabled(true);
    component.setCookieManagementDisabled(true);
    component.setAuthCachingDisabled(true);
    AnswerLimits answerLimits = answerLimits();
    component.setHttpClientConfigurer(
        client ->
            client
                .addRequestInterceptorLast(HostAlias.interceptor())
                .addExecInterceptorFirst("answer-limits", answerLimits));
    return component;
  }

  /**
   * A client of its own, with the same checks and limits as {@link #component()}. It neither
   * follows redirects nor sends anything twice by itself, and keeps no cookies.
   */
  public CloseableHttpClient client() {
    return HttpClients.custom()
        .setConnectionManager(open())
        .setDefaultRequestConfig(
            RequestConfig.custom()
                .setConnectionRequestTimeout(Timeout.of(limits.connect()))
                .setResponseTimeout(Timeout.of(limits.whole()))
                .build())
        .disableRedirectHandling()
        .disableAutomaticRetries()
        .disableCookieManagement()
        .disableAuthCaching()
        .addExecInterceptorFirst("answer-limits", answerLimits())
        .build();
  }

  private AnswerLimits answerLimits() {
    AnswerLimits.Limit answer =
        new AnswerLimits.Limit(limits.whole(), 0, limits.answerBytes(), true);
    return new AnswerLimits(request -> answer);
  }
}
