package io.comfygateway.settings;

import io.comfygateway.http.BrowserRules;
import io.comfygateway.http.CertificateFiles;
import io.comfygateway.http.GatewayHttpServer;
import io.comfygateway.http.HttpLimits;
import io.comfygateway.workflow.FileFault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The settings of the HTTP server, and what is made of them. */
public final class HttpSettings {
  private static final Range SECONDS = new Range(1, 86_400);

  /** Every one that is a number, with what it may be. */
  static final Map<String, Range> NUMBERS =
      Map.ofEntries(
          Map.entry("gateway.max-body-bytes", new Range(1_024, Long.MAX_VALUE)),
          Map.entry("gateway.http.max-uri-bytes", new Range(256, 1_048_576)),
          Map.entry("gateway.http.max-header-bytes", new Range(1_024, 1_048_576)),
          Map.entry("gateway.http.max-headers", new Range(10, 10_000)),
          Map.entry("gateway.http.max-connections", new Range(10, 1_000_000)),
          Map.entry("gateway.http.head-seconds", SECONDS),
          Map.entry("gateway.http.idle-seconds", SECONDS),
          Map.entry("gateway.http.body-seconds", SECONDS),
          Map.entry("gateway.http.body-min-bytes-per-second", new Range(1, Integer.MAX_VALUE)),
          Map.entry("gateway.http.answer-seconds", SECONDS),
          Map.entry("gateway.tls.hsts-seconds", new Range(0, Integer.MAX_VALUE)));

  private final Settings settings;

  /** The numbers that a setting may have. */
  record Range(long least, long most) {}

  public HttpSettings(Settings settings) {
    this.settings = settings;
  }

  private long number(String name) {
    Range range = NUMBERS.get(name);
    return settings.number(name, range.least(), range.most());
  }

  private Duration seconds(String name) {
    return Duration.ofSeconds(number(name));
  }

  /** Where it listens. */
  public GatewayHttpServer.Place place() {
    return new GatewayHttpServer.Place(
        settings.host(), settings.port(), settings.dataDir().resolve("uploads"));
  }

  /** How large requests may be, how long they may take, and how many connections there may be. */
  public HttpLimits limits() {
    return new HttpLimits(
        new HttpLimits.Sizes(
            (int) number("gateway.http.max-uri-bytes"),
            (int) number("gateway.http.max-header-bytes"),
            (int) number("gateway.http.max-headers"),
            number("gateway.max-body-bytes")),
        new HttpLimits.Times(
            seconds("gateway.http.head-seconds"),
            seconds("gateway.http.idle-seconds"),
            seconds("gateway.http.body-seconds"),
            number("gateway.http.body-min-bytes-per-second"),
            seconds("gateway.http.answer-seconds")),
        (int) number("gateway.http.max-connections"));
  }

  /** What browsers are told. */
  public BrowserRules browserRules() {
    return new BrowserRules(
        origins(),
        settings.text("gateway.auth-header"),
        isTls() ? seconds("gateway.tls.hsts-seconds") : Duration.ZERO);
  }

  /**
   * The origins whose pages may read answers.
   *
   * @throws IllegalArgumentException where one is no origin
   */
  List<String> origins() {
    List<String> origins = settings.list("gateway.cors.origins");
    for (String origin : origins) {
      if ("*".equals(origin) && origins.size() > 1) {
        throw new IllegalArgumentException("* is every origin; name it alone, or the others");
      }
      if (!"*".equals(origin)) {
        URI url = Settings.httpUrl(origin);
        if (!origin.equals(url.getScheme() + "://" + url.getAuthority())) {
          throw new IllegalArgumentException(
              "\""
                  + origin
                  + "\" is no origin: scheme and host alone, such as https://example.com");
        }
      }
    }
    return origins;
  }

  /** Whether the port speaks TLS. */
  public boolean isTls() {
    return settings.optional("gateway.tls.certificate").isPresent();
  }

  /** The certificate of the port; empty where it speaks plain HTTP. */
  public Optional<CertificateFiles> certificate() {
    return settings
        .optional("gateway.tls.certificate")
        .map(
            certificate ->
                new CertificateFiles(
                    Path.of(certificate), Path.of(settings.text("gateway.tls.key"))));
  }

  /**
   * Tries the certificate.
   *
   * @throws IllegalArgumentException that says what is wrong with it
   */
  void requireCertificate() {
    certificate()
        .ifPresent(
            files -> {
              files.refresh();
              if (!files.faults().isEmpty()) {
                throw new IllegalArgumentException(
                    files.faults().stream()
                        .map(FileFault::toString)
                        .collect(Collectors.joining("; ")));
              }
            });
  }
}
