package io.comfygateway.app;

import io.comfygateway.access.RequestInfo;
import io.comfygateway.http.CertificateFiles;
import io.comfygateway.http.CertificateFiles.ServerCertificate;
import io.comfygateway.http.GatewayHttpServer;
import io.comfygateway.http.ProblemBody;
import io.comfygateway.http.RequestGate;
import io.comfygateway.http.RouterAnswers;
import io.comfygateway.settings.PortSettings;
import io.comfygateway.settings.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;

/** Where the gateway listens, with which certificate, and what its URLs are. */
final class Listening {
  private final Settings settings;
  private final HttpOptions options;
  private final Optional<CertificateFiles> certificate;
  private GatewayHttpServer server;

  Listening(Settings settings) {
    this.settings = settings;
    this.options = new HttpOptions(settings);
    this.certificate = options.certificate();
  }

  /**
   * Tries it before anything is begun, the database above all.
   *
   * @throws StartFailure where it is not possible
   */
  void requirePossible() {
    certificate.ifPresent(CertificateFiles::refresh);
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(
          new InetSocketAddress(
              InetAddress.getByName(settings.get(PortSettings.HOST)),
              settings.get(PortSettings.PORT)));
    } catch (IOException e) {
      throw StartFailure.notListening(settings, e);
    }
  }

  /**
   * Listens; what comes waits before the door until there are routes.
   *
   * @param known whether a request has the right key
   * @param answered what hears of every answer
   * @throws Exception where another program was quicker
   */
  void begin(
      CamelContext context,
      RequestGate door,
      ProblemBody problems,
      Predicate<RequestInfo> known,
      GatewayHttpServer.Answered answered)
      throws Exception {
    server =
        new GatewayHttpServer(
            options.place(),
            new GatewayHttpServer.Manner(
                options.limits(), options.browserRules(), problems, known, answered),
            served().map(ServerCertificate::options));
    context.addService(server);
    new RouterAnswers(door, problems).install(context, settings.get(PortSettings.PORT));
  }

  /**
   * Shows a newer certificate, where there is one; called again and again.
   *
   * @return what is shown from now on; empty where nothing has changed
   */
  Optional<ServerCertificate> refresh() {
    Optional<ServerCertificate> newer = certificate.flatMap(CertificateFiles::refresh);
    newer.ifPresent(
        it -> server.exchange(it.options()).toCompletionStage().toCompletableFuture().join());
    return newer;
  }

  /** The files of the certificate; empty where the port speaks plain HTTP. */
  Optional<CertificateFiles> certificate() {
    return certificate;
  }

  /** The certificate that is shown. */
  Optional<ServerCertificate> served() {
    return certificate.flatMap(CertificateFiles::current);
  }

  /** The port, also where any free one was asked for. */
  int port() {
    return server == null ? settings.get(PortSettings.PORT) : server.getPort();
  }

  /** The URL under which callers reach it. */
  String publicUrl() {
    String host = settings.get(PortSettings.HOST);
    return settings
        .get(PortSettings.PUBLIC_URL)
        .map(URI::toString)
        .orElseGet(() -> url(isEverywhere(host) ? "localhost" : host));
  }

  /** The URL under which this machine reaches it. */
  String localUrl() {
    String host = settings.get(PortSettings.HOST);
    return url(isEverywhere(host) ? "127.0.0.1" : host);
  }

  private String url(String host) {
    return (certificate.isPresent() ? "https://" : "http://")
        + (host.contains(":") ? "[" + host + "]" : host)
        + ":"
        + port();
  }

  private static boolean isEverywhere(String host) {
    return "0.0.0.0".equals(host) || "::".equals(host);
  }
}
