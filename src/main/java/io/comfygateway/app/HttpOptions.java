package io.comfygateway.app;

import io.comfygateway.console.ConsoleHandler;
import io.comfygateway.http.BrowserRules;
import io.comfygateway.http.CertificateFiles;
import io.comfygateway.http.GatewayHttpServer;
import io.comfygateway.http.HttpLimits;
import io.comfygateway.settings.CallerSettings;
import io.comfygateway.settings.PageSettings;
import io.comfygateway.settings.PortSettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StorageSettings;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;

/** The options of the HTTP server, as the settings have them. */
record HttpOptions(Settings settings) {

  /** Where it listens. */
  GatewayHttpServer.Place place() {
    return new GatewayHttpServer.Place(
        settings.get(PortSettings.HOST),
        settings.get(PortSettings.PORT),
        settings.get(StorageSettings.DATA_DIR).resolve("uploads"));
  }

  /** How large requests may be, how long they may take, and how many connections there may be. */
  HttpLimits limits() {
    return new HttpLimits(
        new HttpLimits.Sizes(
            settings.get(PortSettings.MAX_URI),
            settings.get(PortSettings.MAX_HEADER_BYTES),
            settings.get(PortSettings.MAX_HEADERS),
            settings.get(PortSettings.MAX_BODY)),
        new HttpLimits.Times(
            settings.get(PortSettings.HEAD_TIMEOUT),
            settings.get(PortSettings.IDLE_TIMEOUT),
            settings.get(PortSettings.BODY_TIMEOUT),
            settings.get(PortSettings.BODY_RATE),
            settings.get(PortSettings.ANSWER_TIMEOUT)),
        settings.get(PortSettings.MAX_CONNECTIONS));
  }

  /** The headers for browsers. */
  BrowserRules browserRules() {
    return new BrowserRules(
        settings.get(PageSettings.CORS_ORIGINS),
        settings.get(CallerSettings.AUTH_HEADER),
        isTls() ? settings.get(PortSettings.HSTS) : Duration.ZERO);
  }

  /** The pages of the console, unless they are switched off. */
  Handler<RoutingContext> pages() {
    return PageSettings.OFF.equals(settings.get(PageSettings.CONSOLE))
        ? RoutingContext::next
        : new ConsoleHandler();
  }

  /** Whether the port accepts TLS alone. */
  boolean isTls() {
    return settings.isSet(PortSettings.TLS_CERTIFICATE);
  }

  /** The files of the certificate; empty if the port accepts plain HTTP. */
  Optional<CertificateFiles> certificate() {
    return settings
        .get(PortSettings.TLS_CERTIFICATE)
        .map(
            certificate ->
                new CertificateFiles(
                    certificate, settings.get(PortSettings.TLS_KEY).orElseThrow()));
  }
}
