package io.comfygateway.app;

import io.comfygateway.http.CertificateFiles;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.PoolFile;
import io.comfygateway.settings.CallerSettings;
import io.comfygateway.settings.DeliverySettings;
import io.comfygateway.settings.PortSettings;
import io.comfygateway.settings.ServerSettings;
import io.comfygateway.settings.Settings;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Settings that are not secure. Each warning says what to do. */
public final class StartupWarnings {
  private static final int SAFE_SECRET = 16;

  private final Settings settings;
  private final List<String> warnings = new ArrayList<>();

  private StartupWarnings(Settings settings) {
    this.settings = settings;
  }

  public static List<String> of(Settings settings) {
    StartupWarnings warnings = new StartupWarnings(settings);
    warnings.network();
    warnings.keys();
    warnings.callbacks();
    warnings.servers();
    return List.copyOf(warnings.warnings);
  }

  private void network() {
    HttpOptions http = new HttpOptions(settings);
    if (http.isTls()) {
      certificate(http);
    } else if (!settings.isLoopback() && !isPublicByTls()) {
      warnings.add(
          "Other machines reach the gateway over plain HTTP, so keys and pictures cross the network"
              + " unencrypted: put a proxy with TLS in front and set GATEWAY_PUBLIC_URL to its URL, or"
              + " set GATEWAY_TLS_CERT and GATEWAY_TLS_KEY.");
    } else if (!settings.isLoopback()) {
      warnings.add(
          "The gateway listens on "
              + settings.get(PortSettings.HOST)
              + " without TLS: let only the proxy of GATEWAY_PUBLIC_URL reach this port.");
    }
    if (!settings.isLoopback() && settings.get(PortSettings.PUBLIC_URL).isEmpty()) {
      warnings.add(
          "GATEWAY_PUBLIC_URL is not set: links in jobs and callbacks work on this machine only.");
    }
    settings
        .get(PortSettings.PUBLIC_URL)
        .filter(url -> settings.isLoopback() && "http".equals(url.getScheme()) && isRemote(url))
        .ifPresent(url -> warnings.add("GATEWAY_PUBLIC_URL is plain HTTP: use HTTPS."));
  }

  private boolean isPublicByTls() {
    return settings
        .get(PortSettings.PUBLIC_URL)
        .filter(url -> "https".equals(url.getScheme()))
        .isPresent();
  }

  private void certificate(HttpOptions http) {
    http.certificate().stream()
        .peek(CertificateFiles::refresh)
        .flatMap(files -> files.current().stream())
        .map(CertificateFiles.ServerCertificate::expires)
        .filter(expires -> expires.isBefore(Instant.now()))
        .forEach(
            expires ->
                warnings.add(
                    "The certificate of GATEWAY_TLS_CERT expired at "
                        + expires
                        + ", so callers refuse it: replace it."));
  }

  private void keys() {
    if (Authenticators.isOpen(settings)) {
      warnings.add(
          settings.isLoopback()
              ? "GATEWAY_AUTH is "
                  + settings.get(CallerSettings.AUTH).word()
                  + ": every program on this machine can use the gateway."
              : "GATEWAY_AUTH is none-anywhere: everyone who reaches this port can use your GPU.");
    }
    List<String> weak =
        settings.get(CallerSettings.API_KEYS).stream()
            .flatMap(keys -> Arrays.stream(keys.split(",")))
            .map(entry -> entry.strip().split(":"))
            .filter(parts -> parts.length > 1 && parts[1].length() < SAFE_SECRET)
            .map(parts -> parts[0])
            .toList();
    if (!weak.isEmpty()) {
      warnings.add(
          "The secret of key "
              + String.join(", ", weak)
              + " is short enough to guess: use the output of openssl rand -hex 32.");
    }
  }

  private void callbacks() {
    settings
        .get(DeliverySettings.CALLBACK_ALLOW)
        .ifPresent(
            hosts ->
                warnings.add(
                    "Callers can make the gateway send requests to the private network, to "
                        + hosts
                        + " (GATEWAY_CALLBACK_ALLOW): list only receivers of callbacks."));
  }

  private void servers() {
    List<String> open =
        new PoolFile(
                settings.get(ServerSettings.FILE),
                settings.get(ServerSettings.WINDOW),
                System.getenv())
                .initial(
                    Backend.parse(
                        settings.get(ServerSettings.URLS), settings.get(ServerSettings.WINDOW)))
                .stream()
                .map(Backend::url)
                .filter(url -> "http".equals(url.getScheme()) && isRemote(url))
                .map(URI::toString)
                .toList();
    if (!open.isEmpty()) {
      warnings.add(
          "The gateway reaches ComfyUI without TLS, and ComfyUI has no authentication: let only the"
              + " gateway reach "
              + String.join(", ", open)
              + ".");
    }
    settings
        .get(DeliverySettings.S3_ENDPOINT)
        .filter(url -> "http".equals(url.getScheme()) && isRemote(url))
        .ifPresent(
            url -> warnings.add("The gateway reaches S3 at " + url + " without TLS: use HTTPS."));
  }

  // A name that does not resolve now may resolve later.
  private static boolean isRemote(URI url) {
    try {
      return !InetAddress.getByName(Backend.host(url)).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return true;
    }
  }
}
