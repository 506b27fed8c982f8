package io.comfygateway.app;

import io.comfygateway.access.RequestInfo;
import io.comfygateway.http.CertificateFiles;
import io.comfygateway.http.CertificateFiles.ServerCertificate;
import io.comfygateway.http.GatewayHttpServer;
import io.comfygateway.http.ProblemBody;
import io.comfygateway.http.RequestGate;
import io.comfygateway.http.RouterAnswers;
import io.comfygateway.settings.HttpSettings;
import io.comfygateway.settings.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;

/** Where the gateway listens, with which certificate, and what its URLs are. */
final class Listening {
  private final Settings settings;
  private final HttpSettings httpSettings;
  private final Optional<CertificateFiles> certificate;
  private GatewayHttpServer server;

  Listening(Settings settings) {
    this.settings = settings;
    this.httpSettings = new HttpSettings(settings);
    this.certificate = httpSettings.certificate();
  }

  /**
   * Tries it before anything is begun, the database above all.
   *
   * @throws StartFailure where it is not possible
   */
  void requirePossible() {
    certificate.ifPresent(CertificateFiles::refresh);
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getByName(settings.host()), settings.port()));
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
            httpSettings.place(),
            new GatewayHttpServer.Manner(
                httpSettings.limits(), httpSettings.browserRules(), problems, known, answered),
            served().map(ServerCertificate::options));
    context.addService(server);
    new RouterAnswers(door, problems).install(context, settings.port());
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
    return server == null ? settings.port() : server.getPort();
  }

  /** The URL under which callers reach it. */
  String publicUrl() {
    String host = settings.host();
    return settings.publicUrl().orElseGet(() -> url(isEverywhere(host) ? "localhost" : host));
  }

  /** The URL under which this machine reaches it. */
  String localUrl() {
    String host = settings.host();
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
