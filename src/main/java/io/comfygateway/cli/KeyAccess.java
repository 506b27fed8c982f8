package io.comfygateway.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.ApiKeys;
import io.comfygateway.access.KeyAdmin;
import io.comfygateway.app.LocalAdmin;
import io.comfygateway.app.Persistence;
import io.comfygateway.app.StartFailure;
import io.comfygateway.problem.Problem;
import io.comfygateway.settings.CallerSettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StorageSettings;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * How {@code gateway key} reaches the keys: through the gateway that runs on the data folder, or
 * directly in the database where none runs.
 */
interface KeyAccess {
  ObjectNode list();

  ObjectNode create(ObjectNode request);

  ObjectNode revoke(String name);

  ObjectNode rotate(String name, ObjectNode request);

  /**
   * Reads or changes keys of a gateway that has run, which may be stopped.
   *
   * @param notes says which data folder is used where no gateway runs
   * @throws StartFailure where it cannot be done, or no gateway has run yet; the message says what
   *     to do
   */
  static ObjectNode use(
      ConfigOption config, PrintWriter notes, Function<KeyAccess, ObjectNode> work) {
    Settings settings = Settings.read(config.file(), Map.of());
    return throughTheGateway(settings, work)
        .orElseGet(
            () -> {
              Persistence.requireUsed(settings);
              return inTheDatabase(settings, notes, work);
            });
  }

  /**
   * Does the same, and creates the database where no gateway has run yet.
   *
   * @throws StartFailure where it cannot be done; the message says what to do
   */
  static ObjectNode useOrCreate(
      ConfigOption config, PrintWriter notes, Function<KeyAccess, ObjectNode> work) {
    Settings settings = Settings.read(config.file(), Map.of());
    return throughTheGateway(settings, work).orElseGet(() -> inTheDatabase(settings, notes, work));
  }

  private static Optional<ObjectNode> throughTheGateway(
      Settings settings, Function<KeyAccess, ObjectNode> work) {
    try {
      return LocalAdmin.read(settings.get(StorageSettings.DATA_DIR))
          .map(admin -> work.apply(new ThroughTheGateway(admin)));
    } catch (NotRunning e) {
      // The gateway was killed and has left its file behind.
      return Optional.empty();
    }
  }

  private static ObjectNode inTheDatabase(
      Settings settings, PrintWriter notes, Function<KeyAccess, ObjectNode> work) {
    // Without the environment of a running gateway, this can be another folder than its own.
    notes.println(
        "No gateway runs on the data folder "
            + settings.get(StorageSettings.DATA_DIR).toAbsolutePath().normalize()
            + ", so this command uses the database directly. If your gateway does run, set"
            + " GATEWAY_DATA_DIR as it has it.");
    InstantSource clock = InstantSource.system();
    try (Persistence persistence = Persistence.open(settings)) {
      ApiKeys keys =
          new ApiKeys(
              settings.get(CallerSettings.API_KEYS).orElse(""),
              persistence.keyStore().all(),
              settings.isLoopback(),
              clock);
      KeyAdmin admin =
          new KeyAdmin(
              persistence.keyStore(),
              keys,
              persistence.callbackSecrets().get(0),
              new ObjectMapper(),
              clock);
      return work.apply(new InTheDatabase(admin));
    } catch (Problem problem) {
      throw new StartFailure(problem.getMessage());
    }
  }

  /** The gateway of the file was killed and no longer listens. */
  final class NotRunning extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Directly, without a gateway. */
  record InTheDatabase(KeyAdmin admin) implements KeyAccess {
    @Override
    public ObjectNode list() {
      return admin.list();
    }

    @Override
    public ObjectNode create(ObjectNode request) {
      return admin.create(request);
    }

    @Override
    public ObjectNode revoke(String name) {
      return admin.revoke(name);
    }

    @Override
    public ObjectNode rotate(String name, ObjectNode request) {
      return admin.rotate(name, request);
    }
  }

  /** Over the API of a gateway that runs. */
  final class ThroughTheGateway implements KeyAccess {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private final LocalClient gateway;

    ThroughTheGateway(LocalAdmin admin) {
      this.gateway = new LocalClient(admin);
    }

    @Override
    public ObjectNode list() {
      return send("GET", "/keys", "");
    }

    @Override
    public ObjectNode create(ObjectNode request) {
      return send("POST", "/keys", request.toString());
    }

    @Override
    public ObjectNode revoke(String name) {
      return send("DELETE", "/keys/" + segment(name), "");
    }

    @Override
    public ObjectNode rotate(String name, ObjectNode request) {
      return send("POST", "/keys/" + segment(name) + "/rotate", request.toString());
    }

    private static String segment(String name) {
      return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private ObjectNode send(String method, String path, String body) {
      try {
        return gateway.send(method, path, body, TIMEOUT);
      } catch (LocalClient.NotRunning e) {
        throw new NotRunning();
      }
    }
  }
}
