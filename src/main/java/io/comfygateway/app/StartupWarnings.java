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

/** What is not safe yet with the settings that a gateway has, each a sentence with its remedy. */
public final class StartupWarnings {
  private static final int SAFE_SECRET = 16;

  private final Settings settings;
  private final List<String> cautions = new ArrayList<>();

  private StartupWarnings(Settings settings) {
    this.settings = settings;
  }

  public static List<String> of(Settings settings) {
    StartupWarnings cautions = new StartupWarnings(settings);
    cautions.network();
    cautions.keys();
    cautions.callbacks();
    cautions.servers();
    return List.copyOf(cautions.cautions);
  }

  private void network() {
    HttpOptions http = new HttpOptions(settings);
    if (http.isTls()) {
      certificate(http);
    } else if (!settings.isLoopback() && !isPublicByTls()) {
      cautions.add(
          "Other machines reach it over plain HTTP, so keys and pictures cross the network"
              + " readable: put a proxy with TLS in front, and set GATEWAY_PUBLIC_URL to its URL; or"
              + " set GATEWAY_TLS_CERT and GATEWAY_TLS_KEY.");
    } else if (!settings.isLoopback()) {
      cautions.add(
          "It listens on "
              + settings.get(PortSettings.HOST)
              + " without TLS: let only the proxy behind GATEWAY_PUBLIC_URL reach this port.");
    }
    if (!settings.isLoopback() && settings.get(PortSettings.PUBLIC_URL).isEmpty()) {
      cautions.add(
          "GATEWAY_PUBLIC_URL is not set: links in jobs and callbacks work on this machine only.");
    }
    settings
        .get(PortSettings.PUBLIC_URL)
        .filter(url -> settings.isLoopback() && "http".equals(url.getScheme()) && isFar(url))
        .ifPresent(
            url -> cautions.add("GATEWAY_PUBLIC_URL is plain HTTP: let callers use https there."));
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
                cautions.add(
                    "The certificate of GATEWAY_TLS_CERT has expired at "
                        + expires
                        + ", so callers refuse it: put a newer one there."));
  }

  private void keys() {
    if (Authenticators.isOpen(settings)) {
      cautions.add(
          settings.isLoopback()
              ? "GATEWAY_AUTH is "
                  + settings.get(CallerSettings.AUTH).word()
                  + ": every program of this machine may call."
              : "GATEWAY_AUTH is none-anywhere: whoever reaches this port may use your GPU.");
    }
    List<String> weak =
        settings.get(CallerSettings.API_KEYS).stream()
            .flatMap(keys -> Arrays.stream(keys.split(",")))
            .map(entry -> entry.strip().split(":"))
            .filter(parts -> parts.length > 1 && parts[1].length() < SAFE_SECRET)
            .map(parts -> parts[0])
            .toList();
    if (!weak.isEmpty()) {
      cautions.add(
          "The secret of key "
              + String.join(", ", weak)
              + " is short enough to be guessed: use the output of openssl rand -hex 32.");
    }
  }

  private void callbacks() {
    settings
        .get(DeliverySettings.CALLBACK_ALLOW)
        .ifPresent(
            hosts ->
                cautions.add(
                    "Callers may make it send requests into the private network, to "
                        + hosts
                        + " (GATEWAY_CALLBACK_ALLOW): name only what receives callbacks."));
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
                .filter(url -> "http".equals(url.getScheme()) && isFar(url))
                .map(URI::toString)
                .toList();
    if (!open.isEmpty()) {
      cautions.add(
          "ComfyUI is spoken to without TLS, and has no keys of its own: let nothing but the gateway"
              + " reach "
              + String.join(", ", open)
              + ".");
    }
    settings
        .get(DeliverySettings.S3_ENDPOINT)
        .filter(url -> "http".equals(url.getScheme()) && isFar(url))
        .ifPresent(
            url -> cautions.add("S3 is spoken to without TLS at " + url + ": use https there."));
  }

  // A name that does not resolve now may do so later, to anything.
  private static boolean isFar(URI url) {
    try {
      return !InetAddress.getByName(Backend.host(url)).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return true;
    }
  }
}
