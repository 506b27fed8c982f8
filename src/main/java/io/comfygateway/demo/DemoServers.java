package io.comfygateway.demo;

import io.comfygateway.s3.S3Destination;
import io.comfygateway.settings.CallerSettings;
import io.comfygateway.settings.DeliverySettings;
import io.comfygateway.settings.PageSettings;
import io.comfygateway.settings.PortSettings;
import io.comfygateway.settings.ServerSettings;
import io.comfygateway.settings.StorageSettings;
import io.comfygateway.simulator.ComfySimulator;
import io.comfygateway.simulator.SimulatorOptions;
import io.comfygateway.webhook.WebhookSecret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A gateway and the servers around it, each on a free loopback port, with their files in a new
 * temporary folder.
 */
final class DemoServers implements AutoCloseable {
  static final String BUCKET = "pictures";
  private static final String LOOPBACK = "127.0.0.1";
  private static final Duration SAMPLER_STEP = Duration.ofMillis(100);

  private final Deque<AutoCloseable> started = new ArrayDeque<>();
  private final String key = UUID.randomUUID().toString().replace("-", "");
  private final WebhookSecret secret = WebhookSecret.generate();
  private final Path folder;
  private final ComfySimulator comfyUi;
  private final CallbackReceiver receiver;
  private final S3Server s3;
  private final RunningGateway gateway;

  /** The receivers of results. */
  interface Receivers {
    CallbackReceiver callbacks();

    S3Server s3(String bucket) throws Exception;
  }

  /**
   * Starts all servers.
   *
   * @param start starts the gateway
   * @param config the settings of the gateway; those that reach outside the demo are overridden
   * @throws Exception where a server does not start; those before it are stopped
   */
  DemoServers(RunningGateway.Start start, Path config, Receivers receivers) throws Exception {
    this.folder = Files.createTempDirectory("comfyui-gateway-demo-");
    started.push(this::removeFolder);
    try {
      this.comfyUi =
          opened(ComfySimulator.start(SimulatorOptions.defaults().withStepTime(SAMPLER_STEP)));
      this.receiver = opened(receivers.callbacks());
      this.s3 = opened(receivers.s3(BUCKET));
      this.gateway = start.with(config, settings());
      started.push(gateway.server());
    } catch (Exception | LinkageError e) {
      close();
      throw e;
    }
  }

  private <T extends AutoCloseable> T opened(T server) {
    started.push(server);
    return server;
  }

  // Clears settings of the environment, so that the demo reaches no real database or bucket.
  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(PortSettings.HOST.name(), LOOPBACK);
    settings.put(PortSettings.PORT.name(), "0");
    settings.put(PortSettings.PUBLIC_URL.name(), "");
    settings.put(StorageSettings.DATA_DIR.name(), folder.resolve("data").toString());
    settings.put(PageSettings.CONSOLE.name(), "on");
    settings.put(CallerSettings.API_KEYS.name(), "demo:" + key + ":run+raw");
    settings.put(CallerSettings.AUTH_HEADER.name(), "X-API-Key");
    settings.put(StorageSettings.MASTER_KEY.name(), "");
    settings.put(ServerSettings.URLS.name(), comfyUi.url().toString());
    settings.put(StorageSettings.DB_URL.name(), "");
    settings.put(StorageSettings.DB_USER.name(), "");
    settings.put(StorageSettings.DB_PASSWORD.name(), "");
    settings.put(DeliverySettings.CALLBACK_SECRET.name(), secret.text());
    settings.put(DeliverySettings.CALLBACK_ALLOW.name(), LOOPBACK);
    settings.put(DeliverySettings.S3_ENDPOINT.name(), s3.endpoint().toString());
    settings.put(DeliverySettings.S3_REGION.name(), "us-east-1");
    settings.put(DeliverySettings.S3_BUCKET.name(), BUCKET);
    settings.put(DeliverySettings.S3_ACCESS_KEY.name(), s3.accessKey());
    settings.put(DeliverySettings.S3_SECRET_KEY.name(), s3.secretKey());
    return settings;
  }

  ComfySimulator comfyUi() {
    return comfyUi;
  }

  CallbackReceiver receiver() {
    return receiver;
  }

  S3Server s3() {
    return s3;
  }

  /** The bucket, with its keys. */
  S3Destination bucket() {
    return s3.destination(BUCKET);
  }

  String gatewayUrl() {
    return gateway.url();
  }

  /** The API key of the client. */
  String key() {
    return key;
  }

  /** The secret that signs callbacks, which the receiver knows too. */
  WebhookSecret secret() {
    return secret;
  }

  Path folder() {
    return folder;
  }

  /** Stops all servers, the last one first, and removes the folder. */
  @Override
  public synchronized void close() {
    while (!started.isEmpty()) {
      try {
        started.pop().close();
      } catch (Exception e) {
        // The others are still stopped.
        System.getLogger(DemoServers.class.getName())
            .log(System.Logger.Level.WARNING, "A server of the demo did not stop", e);
      }
    }
  }

  private void removeFolder() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.deleteIfExists(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
