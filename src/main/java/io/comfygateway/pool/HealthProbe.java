package io.comfygateway.pool;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.workflow.NodeReplacements;
import io.comfygateway.workflow.NodeRules;
import io.comfygateway.workflow.NodesFile;
import java.io.IOException;
import java.io.InputStream;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of a health probe: reads what a server answers about itself, and records it. */
public final class HealthProbe {
  private static final Logger LOG = LoggerFactory.getLogger(HealthProbe.class);

  private final Backends backends;
  private final NodesFile nodes;
  private final NodeClassReader reader;

  /**
   * Makes the steps.
   *
   * @param nodes the node classes that may be used
   */
  public HealthProbe(Backends backends, NodesFile nodes, ObjectMapper json) {
    this.backends = backends;
    this.nodes = nodes;
    this.reader = new NodeClassReader(json);
  }

  /**
   * Checks the status of the answer to the probe.
   *
   * @throws BackendUnusableException where it is not 200
   */
  public void checkAnswer(
      @ExchangeProperty("path") String path, @Header(Exchange.HTTP_RESPONSE_CODE) int status)
      throws BackendUnusableException {
    if (status != 200) {
      throw BackendUnusableException.of(status, "GET " + path);
    }
  }

  /** Records that the backend answered the probe: sets {@code wasDown}. */
  public void answered(Exchange exchange, @ExchangeProperty("backend") Backend backend) {
    exchange.setProperty("wasDown", backends.health().up(backend.name()));
    backends.health().probeEnded(backend.name());
  }

  /**
   * Keeps the backend's answer to {@code GET /object_info}.
   *
   * @throws IOException where it names no class
   */
  public void objectInfo(
      @ExchangeProperty("backend") Backend backend,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Body InputStream answer)
      throws IOException {
    if (status != 200) {
      throw BackendUnusableException.of(status, "GET /object_info");
    }
    backends.nodeClasses().objectInfo(backend.name(), reader.read(answer));
    backends.nodeClasses().all().ifPresent(all -> reader.keep(all.classTypes()));
  }

  /**
   * Keeps which node classes the backend replaces by others; an older version has no such list. A
   * replacement by a class that may not be used here is left out.
   *
   * @throws IOException where the answer is not JSON, or too large
   */
  public void nodeReplacements(
      @ExchangeProperty("backend") Backend backend,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Body InputStream answer)
      throws IOException {
    NodeReplacements read = NodeReplacements.NONE;
    if (status == 200) {
      try (JsonParser parser = BoundedJson.parser(answer)) {
        parser.nextToken();
        read = NodeReplacements.read(BoundedJson.tree(parser));
      }
    }
    NodeRules rules = nodes.rules();
    backends
        .nodeClasses()
        .nodeReplacements(backend.name(), read.onlyInto(type -> rules.refusal(type).isEmpty()));
  }

  /** Records that the replaced node classes could not be read. */
  public void noNodeReplacements(
      @ExchangeProperty("backend") Backend backend,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    LOG.warn(
        "replaced node classes not known backend={} reason={}",
        backend.name(),
        BackendFailure.of(why).reason());
    backends.nodeClasses().nodeReplacements(backend.name(), NodeReplacements.NONE);
  }

  /** Records that the node classes could not be read. */
  public void noObjectInfo(
      @ExchangeProperty("backend") Backend backend,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    backends.nodeClasses().noObjectInfo(backend.name(), BackendFailure.of(why).reason());
  }

  /**
   * Keeps the version of ComfyUI and the memory of its graphics cards in the answer to {@code GET
   * /system_stats}.
   */
  public void systemStats(
      @ExchangeProperty("backend") Backend backend,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Body InputStream answer)
      throws IOException {
    if (status == 200) {
      try (JsonParser parser = BoundedJson.parser(answer)) {
        JsonNode stats = BoundedJson.tree(parser);
        String version = stats.path("system").path("comfyui_version").asText();
        backends.version(backend.name(), ComfyVersion.parse(version));
        backends.memory(backend.name(), VideoMemory.of(stats));
      }
    }
  }

  /** Records whether {@code GET /api/jobs} was answered with a list of jobs. */
  public void jobsApi(
      @ExchangeProperty("backend") Backend backend,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Body InputStream answer)
      throws IOException {
    boolean has = false;
    if (status == 200) {
      try (JsonParser parser = BoundedJson.parser(answer)) {
        has = BoundedJson.tree(parser).path("jobs").isArray();
      }
    }
    backends.jobsApi(backend.name(), has);
  }

  /** Records that the backend did not answer the probe, or not as a ComfyUI. */
  public void silent(
      @ExchangeProperty("backend") Backend backend,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    backends.health().down(backend.name(), BackendFailure.of(why));
    backends.health().probeEnded(backend.name());
  }
}
