package io.comfygateway.comfyapi;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.BoundedJson;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;

/**
 * The steps that merge the answers of all servers: models, embeddings, node replacements and
 * devices. The answers are cached for ten seconds, and longer while no server is up.
 */
public final class PoolAnswers {
  private static final String SERVERS = "poolServers";
  private static final String ANSWERS = "poolAnswers";
  private static final String PATH = "poolPath";
  private static final Duration USED_FOR = Duration.ofSeconds(10);
  private static final int KEPT = 200;
  private static final int MOST_SERVERS = 64;
  private static final Pattern FOLDER = Pattern.compile("[A-Za-z0-9_.-]{1,100}");

  /** The facts about a server's machine that may be shown. */
  private static final Set<String> SHOWN =
      Set.of(
          "os",
          "ram_total",
          "ram_free",
          "comfyui_version",
          "required_frontend_version",
          "installed_templates_version",
          "required_templates_version",
          "python_version",
          "pytorch_version",
          "embedded_python");

  private final Backends backends;
  private final PoolFeatures features;
  private final InstantSource clock;
  private final Map<String, Said> kept =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Said> eldest) {
          return size() > KEPT;
        }
      };

  private record Said(Instant until, List<JsonNode> answers) {}

  /**
   * Creates the steps.
   *
   * @param features what the pool supports
   */
  public PoolAnswers(Backends backends, PoolFeatures features, InstantSource clock) {
    this.backends = backends;
    this.features = features;
    this.clock = clock;
  }

  /**
   * Sets {@code poolServers}: the servers to query for {@code poolPath}; none if their answers are
   * cached.
   */
  public void begin(Exchange exchange, @ExchangeProperty(PATH) String path) {
    Optional<Said> said;
    synchronized (kept) {
      said =
          Optional.ofNullable(kept.get(path))
              .filter(it -> it.until().isAfter(clock.instant()) || isNoneUp());
    }
    exchange.setProperty(ANSWERS, new ArrayList<>(said.map(Said::answers).orElseGet(List::of)));
    List<Backend> servers =
        said.isPresent()
            ? List.of()
            : backends.configured().stream()
                .filter(backend -> backends.health().isUp(backend.name()))
                .limit(MOST_SERVERS)
                .toList();
    exchange.setProperty(SERVERS, servers);
  }

  /** Sets {@code poolPath} to the models of the folder in the path. */
  public void folder(Exchange exchange, @Header("folder") String folder) {
    exchange.setProperty(
        PATH, FOLDER.matcher(folder).matches() ? "/models/" + folder : "/models/-");
  }

  /** Adds the answer of one server. */
  public void keep(
      @ExchangeProperty(ANSWERS) List<JsonNode> answers,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Body InputStream answer)
      throws IOException {
    if (status == 200) {
      try (JsonParser parser = BoundedJson.parser(answer)) {
        parser.nextToken();
        answers.add(BoundedJson.tree(parser));
      }
    }
  }

  /** Caches the answers of all servers. */
  public void end(
      @ExchangeProperty(PATH) String path,
      @ExchangeProperty(SERVERS) List<Backend> asked,
      @ExchangeProperty(ANSWERS) List<JsonNode> answers) {
    if (!asked.isEmpty()) {
      synchronized (kept) {
        kept.put(path, new Said(clock.instant().plus(USED_FOR), List.copyOf(answers)));
      }
    }
  }

  /**
   * Answers with the models of a folder.
   *
   * @throws Problem NOT_FOUND if no server has the folder
   */
  public void models(Exchange exchange, @ExchangeProperty(ANSWERS) List<JsonNode> answers) {
    requireAnswer(answers);
    if (answers.isEmpty()) {
      throw new Problem(ProblemType.NOT_FOUND, "No server has this folder of models.");
    }
    list(exchange, answers);
  }

  // Clients keep an empty list until they are restarted.
  private void requireAnswer(List<JsonNode> answers) {
    if (answers.isEmpty() && isNoneUp()) {
      throw noServer();
    }
  }

  private boolean isNoneUp() {
    return backends.configured().stream()
        .noneMatch(backend -> backends.health().isUp(backend.name()));
  }

  /** What clients are answered that ask for the pool's lists while no server is up. */
  static Problem noServer() {
    return new Problem(
        ProblemType.CLASSES_UNKNOWN, "No ComfyUI of the pool answers at the moment.");
  }

  /** Answers with the entries of all lists. */
  public void list(Exchange exchange, @ExchangeProperty(ANSWERS) List<JsonNode> answers) {
    requireAnswer(answers);
    Set<JsonNode> all = new LinkedHashSet<>();
    answers.forEach(answer -> answer.forEach(all::add));
    ArrayNode body = JsonNodeFactory.instance.arrayNode();
    all.forEach(body::add);
    ClientResponses.json(exchange, body);
  }

  /** Answers with the fields of all objects. */
  public void object(Exchange exchange, @ExchangeProperty(ANSWERS) List<JsonNode> answers) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    for (JsonNode answer : answers) {
      answer.properties().forEach(field -> body.putIfAbsent(field.getKey(), field.getValue()));
    }
    ClientResponses.json(exchange, body);
  }

  /** {@code GET /system_stats}: the first server's system, and the devices of all. */
  public void systemStats(Exchange exchange, @ExchangeProperty(ANSWERS) List<JsonNode> answers) {
    requireAnswer(answers);
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ObjectNode system = body.putObject("system");
    ArrayNode devices = body.putArray("devices");
    for (JsonNode answer : answers) {
      for (Map.Entry<String, JsonNode> field : answer.path("system").properties()) {
        if (SHOWN.contains(field.getKey())) {
          system.putIfAbsent(field.getKey(), field.getValue());
        }
      }
      answer.path("devices").forEach(devices::add);
    }
    system.putIfAbsent("os", JsonNodeFactory.instance.textNode("posix"));
    system.putIfAbsent("comfyui_version", JsonNodeFactory.instance.textNode("unknown"));
    system.putArray("argv");
    if (devices.isEmpty()) {
      // Some clients read the first device, so there is one even if no server answers.
      devices
          .addObject()
          .put("name", "none")
          .put("type", "cpu")
          .put("vram_total", 0)
          .put("vram_free", 0);
    }
    ClientResponses.json(exchange, body);
  }

  /** {@code GET /features}. */
  public void features(Exchange exchange) {
    ClientResponses.json(
        exchange, features.flags().put("node_replacements", true).put("assets", false));
  }

  /** {@code GET /extensions}: the gateway serves no web page that would load one. */
  public void none(Exchange exchange) {
    ClientResponses.json(exchange, JsonNodeFactory.instance.arrayNode());
  }

  /** {@code POST /free}: does nothing, since other callers use the same servers. */
  public void free(Exchange exchange) {
    ClientResponses.empty(exchange);
  }
}
