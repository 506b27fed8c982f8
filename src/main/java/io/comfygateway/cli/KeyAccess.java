package io.comfygateway.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.ApiKeys;
import io.comfygateway.access.KeyAdmin;
import io.comfygateway.app.LocalAdmin;
import io.comfygateway.app.Persistence;
import io.comfygateway.app.StartFailure;
import io.comfygateway.problem.Problem;
import io.comfygateway.settings.Settings;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The keys as the command reaches them: through the gateway that runs on the data folder, or, where
 * none does, in its database.
 */
interface KeyAccess {
  ObjectNode list();

  ObjectNode create(ObjectNode request);

  ObjectNode revoke(String name);

  ObjectNode rotate(String name, ObjectNode request);

  /**
   * Asks something of the keys.
   *
   * @param notes is told which data folder is used where no gateway runs
   * @throws StartFailure where it cannot be done; the message says what to do
   */
  static ObjectNode ask(
      ConfigOption config, PrintWriter notes, Function<KeyAccess, ObjectNode> question) {
    Settings settings = Settings.read(config.file(), Map.of());
    Optional<LocalAdmin> running = LocalAdmin.read(settings.dataDir());
    try {
      if (running.isPresent()) {
        return question.apply(new ThroughTheGateway(running.get()));
      }
    } catch (NotRunning e) {
      // It was killed, and its file is left over.
      return inTheDatabase(settings, notes, question);
    }
    return inTheDatabase(settings, notes, question);
  }

  private static ObjectNode inTheDatabase(
      Settings settings, PrintWriter notes, Function<KeyAccess, ObjectNode> question) {
    // Without the environment of the gateway that runs, this is another folder than that one's.
    notes.println(
        "No gateway runs on the data folder "
            + settings.dataDir().toAbsolutePath().normalize()
            + ", so the keys of its database are meant. Is that the folder of your gateway? If not, set"
            + " GATEWAY_DATA_DIR as it has it.");
    InstantSource clock = InstantSource.system();
    try (Persistence foundation = Persistence.open(settings)) {
      ApiKeys keys =
          new ApiKeys(
              settings.optional("gateway.api-keys").orElse(""),
              foundation.keyStore().all(),
              settings.isLoopback(),
              clock);
      KeyAdmin desk =
          new KeyAdmin(
              foundation.keyStore(),
              keys,
              foundation.callbackSecrets().get(0),
              new ObjectMapper(),
              clock);
      return question.apply(new InTheDatabase(desk));
    } catch (Problem problem) {
      throw new StartFailure(problem.getMessage());
    }
  }

  /** No gateway listens where one was. */
  final class NotRunning extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Without a gateway. */
  record InTheDatabase(KeyAdmin desk) implements KeyAccess {
    @Override
    public ObjectNode list() {
      return desk.list();
    }

    @Override
    public ObjectNode create(ObjectNode request) {
      return desk.create(request);
    }

    @Override
    public ObjectNode revoke(String name) {
      return desk.revoke(name);
    }

    @Override
    public ObjectNode rotate(String name, ObjectNode request) {
      return desk.rotate(name, request);
    }
  }

  /** By the operations of a gateway that runs. */
  final class ThroughTheGateway implements KeyAccess {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
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
        return gateway.send(method, path, body, PATIENCE);
      } catch (LocalClient.NotRunning e) {
        throw new NotRunning();
      }
    }
  }
}
