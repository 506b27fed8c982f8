package io.comfygateway;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a start fail where the gateway cannot listen. Camel's own HTTP server only logs that (seen
 * at 4.17.0), and all else would run.
 */
final class Listening {
  private static final Logger LOG = LoggerFactory.getLogger(Listening.class);

  private final Settings settings;
  private final AtomicReference<BindException> refused = new AtomicReference<>();

  /** Sees what happens on the event loops of a Vert.x whose server does not listen yet. */
  Listening(Settings settings, Vertx vertx) {
    this.settings = settings;
    vertx.exceptionHandler(this::noticed);
  }

  /**
   * Tries it before anything is begun.
   *
   * @throws StartFailure where it is not possible
   */
  static void requirePossible(Settings settings) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getByName(settings.host()), settings.port()));
    } catch (IOException e) {
      throw StartFailure.notListening(settings, e);
    }
  }

  private void noticed(Throwable thrown) {
    if (thrown.getCause() instanceof BindException why) {
      refused.set(why);
    } else {
      LOG.error("unexpected failure on an event loop", thrown);
    }
  }

  /**
   * Another program may have been quicker since it was tried.
   *
   * @throws StartFailure where one was
   */
  void require() {
    if (refused.get() != null) {
      throw StartFailure.notListening(settings, refused.get());
    }
  }
}
