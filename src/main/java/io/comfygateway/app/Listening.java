package io.comfygateway.app;

import io.comfygateway.access.RequestInfo;
import io.comfygateway.http.CertificateFiles;
import io.comfygateway.http.CertificateFiles.ServerCertificate;
import io.comfygateway.http.GatewayHttpServer;
import io.comfygateway.http.ProblemBody;
import io.comfygateway.http.RequestGate;
import io.comfygateway.http.RouterAnswers;
import io.comfygateway.http.SocketEndpoint;
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

/** The address and certificate of the port, and the URLs of the gateway. */
final class Listening {
  private final Settings settings;
  private final HttpOptions options;
  private final Optional<CertificateFiles> certificate;

  @SuppressWarnings("NullAway.Init")
  private GatewayHttpServer server;

  Listening(Settings settings) {
    this.settings = settings;
    this.options = new HttpOptions(settings);
    this.certificate = options.certificate();
  }

  /**
   * Tries to listen before anything else starts.
   *
   * @throws StartFailure where the port cannot be opened
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
   * Listens. Requests wait at the gate until there are routes.
   *
   * @param known whether a request has a valid key
   * @param answered is called with every answer
   * @param sockets the WebSockets on the same port
   * @throws Exception where another program has taken the port meanwhile
   */
  void begin(
      CamelContext context,
      RequestGate gate,
      ProblemBody problems,
      Predicate<RequestInfo> known,
      GatewayHttpServer.Answered answered,
      SocketEndpoint sockets)
      throws Exception {
    server =
        new GatewayHttpServer(
            options.place(),
            new GatewayHttpServer.Manner(
                options.limits(),
                options.browserRules(),
                problems,
                known,
                answered,
                gate,
                sockets,
                options.pages()),
            served().map(ServerCertificate::options));
    context.addService(server);
    new RouterAnswers(gate, problems).install(context, settings.get(PortSettings.PORT));
  }

  /**
   * Presents a newer certificate if there is one.
   *
   * @return the new certificate; empty where nothing has changed
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

  /** The certificate that the port presents. */
  Optional<ServerCertificate> served() {
    return certificate.flatMap(CertificateFiles::current);
  }

  /** The port; the one that was chosen where the setting is 0. */
  int port() {
    return server == null ? settings.get(PortSettings.PORT) : server.getPort();
  }

  /** The URL of the gateway for callers. */
  String publicUrl() {
    String host = settings.get(PortSettings.HOST);
    return settings
        .get(PortSettings.PUBLIC_URL)
        .map(URI::toString)
        .orElseGet(() -> url(isEverywhere(host) ? "localhost" : host));
  }

  /** The URL of the gateway on this machine. */
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
