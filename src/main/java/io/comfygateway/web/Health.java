package io.comfygateway.web;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.backend.Backend;
import io.comfygateway.backend.Backends;
import io.comfygateway.job.JobStore;
import io.comfygateway.job.StoreState;
import io.comfygateway.workflow.FileFault;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps that say how the gateway is. */
public final class Health {
  private static final Logger LOG = LoggerFactory.getLogger(Health.class);
  private final JobStore jobs;
  private final Backends backends;
  private final StoreState store;
  private final ObjectMapper json;
  private final Watched watched;

  /** Files that are watched while the gateway runs, and what is wrong with them. */
  public record Watched(
      Supplier<List<String>> routeFaults,
      Supplier<List<String>> backendFaults,
      Supplier<List<String>> workflowFaults,
      Optional<CertificateFiles> certificate) {}

  public Health(
      JobStore jobs, Backends backends, StoreState store, ObjectMapper json, Watched watched) {
    this.jobs = jobs;
    this.backends = backends;
    this.store = store;
    this.json = json;
    this.watched = watched;
  }

  /** The process answers. */
  public void live(Exchange exchange) {
    Answers.json(exchange, 200, json.createObjectNode().put("status", "up").toString());
    // It tells nothing that was committed, and must not wait for the disk.
    exchange.setProperty(GatewayHttpConsumer.SETTLED, true);
  }

  /**
   * Whether everything is as it should be, each part with its reason. Backends that are down are
   * shown, but intake stays open without them: their jobs wait.
   */
  public void ready(Exchange exchange) {
    ObjectNode body = json.createObjectNode();
    ObjectNode parts = json.createObjectNode();
    boolean database = database(parts.putObject("database"));
    boolean store = folder(parts.putObject("store"));
    boolean routes = list(parts.putObject("routes"), watched.routeFaults().get());
    boolean workflows = list(parts.putObject("workflows"), watched.workflowFaults().get());
    backends(parts.putObject("backends"));
    boolean pool = watched.backendFaults().get().isEmpty();
    if (!pool) {
      list(parts.putObject("backends_file"), watched.backendFaults().get());
    }
    boolean certificate = certificate(parts);
    boolean ready = database && store && routes && workflows && pool && certificate;
    body.put("status", ready ? "up" : "down");
    body.set("parts", parts);
    Answers.json(exchange, ready ? 200 : 503, body.toString());
    exchange.setProperty(GatewayHttpConsumer.SETTLED, true);
  }

  private boolean database(ObjectNode part) {
    try {
      part.put("status", "up").put("waiting_jobs", jobs.waiting());
      return true;
    } catch (RuntimeException e) {
      LOG.warn("database does not answer", e);
      part.put("status", "down")
          .put("reason", "the database does not answer; the gateway's log says why");
      return false;
    }
  }

  private boolean folder(ObjectNode part) {
    Optional<String> fault = store.fault();
    part.put("status", fault.isEmpty() ? "up" : "down");
    fault.ifPresent(reason -> part.put("reason", reason));
    return fault.isEmpty();
  }

  private static boolean list(ObjectNode part, List<String> faults) {
    part.put("status", faults.isEmpty() ? "up" : "down");
    if (!faults.isEmpty()) {
      ArrayNode list = part.putArray("faults");
      faults.forEach(list::add);
    }
    return faults.isEmpty();
  }

  private boolean certificate(ObjectNode parts) {
    if (watched.certificate().isEmpty()) {
      return true;
    }
    CertificateFiles files = watched.certificate().get();
    ObjectNode part = parts.putObject("certificate");
    files.current().ifPresent(it -> part.put("expires", it.expires().toString()));
    return list(part, files.faults().stream().map(FileFault::toString).toList());
  }

  private void backends(ObjectNode part) {
    for (Backend backend : backends.all()) {
      Backends.State state = backends.state(backend.name());
      ObjectNode view = part.putObject(backend.name()).put("status", state.status());
      if (!state.reason().isEmpty()) {
        view.put("reason", state.reason());
      }
    }
  }
}
