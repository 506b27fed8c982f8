package io.comfygateway.pool;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Processor;
import org.apache.camel.component.vertx.websocket.VertxWebsocketClientConsumer;
import org.apache.camel.component.vertx.websocket.VertxWebsocketComponent;
import org.apache.camel.component.vertx.websocket.VertxWebsocketConfiguration;
import org.apache.camel.component.vertx.websocket.VertxWebsocketEndpoint;
import org.apache.camel.support.service.ServiceHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code comfyui-socket:<backend>}: Camel's WebSocket client, for a server of the pool. Its
 * address, credentials and certificates are looked up at each connect and are never part of the
 * URI.
 */
public final class SocketComponent extends VertxWebsocketComponent {
  private static final Logger LOG = LoggerFactory.getLogger(SocketComponent.class);
  // ComfyUI sends a whole picture as one frame; a larger frame ends the connection.
  private static final int LARGEST_FRAME = 16 * 1024 * 1024;
  private final Backends backends;
  private final String clientId;
  private final SocketPictures pictures;
  private final FrameListener listener;
  private final Duration connectTime;

  /**
   * Makes the component.
   *
   * @param connectTime the limit of the handshake, during which no route starts or stops
   * @param listener gets all frames
   * @param clientId the client id of the sockets; ComfyUI sends a prompt's messages to its {@code
   *     client_id} only
   */
  public SocketComponent(
      Backends backends,
      Duration connectTime,
      String clientId,
      SocketPictures pictures,
      FrameListener listener) {
    this.listener = listener;
    this.backends = backends;
    this.connectTime = connectTime;
    this.clientId = clientId;
    this.pictures = pictures;
  }

  @Override
  protected VertxWebsocketEndpoint createEndpointInstance(
      String uri, VertxWebsocketConfiguration configuration) {
    return new Socket(uri, this, configuration);
  }

  private static final class Socket extends VertxWebsocketEndpoint {
    private final SocketComponent component;
    private final String name;

    Socket(String uri, SocketComponent component, VertxWebsocketConfiguration configuration) {
      super(uri, component, configuration);
      this.component = component;
      this.name = uri.replaceFirst("^[^:]+:(//)?", "").replaceFirst("\\?.*$", "");
    }

    private Backend backend() {
      return component
          .backends
          .find(name)
          .orElseThrow(() -> new IllegalStateException("no backend is called " + name));
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
      Consumer consumer = new Client(this, processor, component, name);
      configureConsumer(consumer);
      return consumer;
    }

    @Override
    protected WebSocket getWebSocket() throws Exception {
      getConfiguration().setClientOptions(options(backend(), component.connectTime));
      return super.getWebSocket();
    }

    private static HttpClientOptions options(Backend backend, Duration connectTime)
        throws GeneralSecurityException, IOException {
      HttpClientOptions options =
          new HttpClientOptions()
              .setSsl(backend.isSecure())
              .setConnectTimeout(Math.toIntExact(connectTime.toMillis()))
              .setMaxWebSocketFrameSize(LARGEST_FRAME)
              .setMaxWebSocketMessageSize(LARGEST_FRAME);
      Optional<BackendTls> tls = backend.tls();
      if (tls.isPresent()) {
        tls.get()
            .trustManagers()
            .map(factory -> TrustOptions.wrap(factory.getTrustManagers()[0]))
            .ifPresent(options::setTrustOptions);
        tls.get().keyManager().map(KeyCertOptions::wrap).ifPresent(options::setKeyCertOptions);
      }
      return options;
    }

    @Override
    protected WebSocketConnectOptions getWebSocketConnectOptions(HttpClientOptions options) {
      Backend backend = backend();
      String path = backend.url().getRawPath() + "/ws?clientId=" + component.clientId;
      WebSocketConnectOptions connect =
          new WebSocketConnectOptions()
              .setHost(backend.host())
              .setPort(backend.port())
              .setSsl(backend.isSecure())
              // The gateway is not a page in a browser, and ComfyUI refuses the origin of another
              // host.
              .setAllowOriginHeader(false)
              .setURI(
                  backend
                      .credentials()
                      .token()
                      .map(token -> BackendConnections.withToken(path, token))
                      .orElse(path));
      backend.credentials().headers().forEach(connect::addHeader);
      return connect;
    }
  }

  /**
   * A lost connection stops its route, so that the next probe that is answered makes a new one with
   * what holds then. (The original's own way goes on forever, also for a server that has left the
   * pool.)
   */
  private static final class Client extends VertxWebsocketClientConsumer {
    private final SocketPictures pictures;
    private final FrameListener listener;
    private final String backend;

    Client(Endpoint endpoint, Processor processor, SocketComponent component, String backend) {
      super(endpoint, processor);
      this.pictures = component.pictures;
      this.listener = component.listener;
      this.backend = backend;
    }

    @Override
    protected void doStart() throws Exception {
      ServiceHelper.startService(getEndpoint());
      super.doStart();
    }

    @Override
    protected void configureWebSocketHandlers(WebSocket socket) {
      PictureFrames frames = pictures.frames();
      FrameListener.Frames heard = listener.connected(backend);
      socket.textMessageHandler(
          text -> {
            frames.text(text);
            heard.text(text);
            handleResult(text);
          });
      socket.binaryMessageHandler(
          frame -> {
            heard.binary(frame);
            frames.picture(frame).ifPresent(picture -> keep(socket, picture));
          });
      socket.exceptionHandler(why -> LOG.debug("socket fails route={}", getRouteId(), why));
      socket.closeHandler(closed -> lost());
      socket.writeTextMessage(SocketPictures.FEATURES);
    }

    // Only one picture of a connection is in memory at a time. Later frames, such as the one that
    // ends
    // the prompt, are handled once it is stored.
    private void keep(WebSocket socket, PictureFrames.Picture picture) {
      socket.pause();
      getEndpoint()
          .getComponent()
          .getVertx()
          .executeBlocking(
              () -> {
                pictures.keep(picture);
                return picture.number();
              })
          .onComplete(kept -> socket.resume());
    }

    private void lost() {
      if (isStarted()) {
        LOG.info("socket lost route={}", getRouteId());
        Vertx vertx = getEndpoint().getComponent().getVertx();
        vertx.executeBlocking(this::stopRoute, false);
      }
    }

    private String stopRoute() throws Exception {
      getEndpoint().getCamelContext().getRouteController().stopRoute(getRouteId());
      return getRouteId();
    }

    @Override
    protected void doStop() throws Exception {
      super.doStop();
      ServiceHelper.stopService(getEndpoint());
    }
  }
}
