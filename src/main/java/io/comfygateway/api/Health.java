package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.FileFault;
import io.comfygateway.http.CertificateFiles;
import io.comfygateway.http.ProbeRequests;
import io.comfygateway.job.JobQueue;
import io.comfygateway.job.StateProbe;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.BackendHealth;
import io.comfygateway.pool.Backends;
import io.comfygateway.store.StoreState;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.camel.Exchange;

/** The steps that report the health of the gateway. */
public final class Health {
  private final Backends backends;
  private final StateProbe<Integer> database;
  private final StateProbe<Optional<String>> store;
  private final ObjectMapper json;
  private final Watched watched;
  private final Service service;

  /**
   * What an admin reads of the gateway itself.
   *
   * @param version of the gateway
   * @param warnings what the start printed as not secure
   */
  public record Service(String version, List<String> warnings) {}

  /** Files that are watched while the gateway runs, and what is wrong with them. */
  public record Watched(
      Supplier<List<FileFault>> routeFaults,
      Supplier<List<FileFault>> backendFaults,
      Supplier<List<FileFault>> destinationFaults,
      Supplier<List<FileFault>> workflowFaults,
      Optional<CertificateFiles> certificate,
      Optional<Supplier<List<String>>> gatewayFaults) {}

  /**
   * Makes the steps.
   *
   * @param clock tells how old the last state of the database or the store is
   */
  public Health(
      JobQueue queue,
      Backends backends,
      StoreState store,
      ObjectMapper json,
      Watched watched,
      Service service,
      InstantSource clock) {
    this.backends = backends;
    this.database = probe("database", queue::probe, clock);
    this.store = probe("store", store::fault, clock);
    this.json = json;
    this.watched = watched;
    this.service = service;
  }

  private static <T> StateProbe<T> probe(String name, Supplier<T> source, InstantSource clock) {
    return new StateProbe<>(name, source, Duration.ZERO, ProbeRequests.LONGEST_WAIT, clock);
  }

  /** 200 while the process serves. */
  public void live(Exchange exchange) {
    Responses.json(exchange, 200, json.createObjectNode().put("status", "up").toString());
  }

  /**
   * 200 where everything works, else 503, each part with its reason. Backends that are down are
   * reported, but submissions are accepted without them: their jobs wait. A workflow file that does
   * not load is reported too, and the other workflows serve. The database and the store have less
   * than a second to answer; otherwise they count as down, with the age of their last answer.
   */
  public void ready(Exchange exchange) {
    ObjectNode body = json.createObjectNode();
    boolean ready = describe(body);
    Responses.json(exchange, ready ? 200 : 503, body.toString());
  }

  /**
   * 200 with the same parts for an admin, be they up or down, and with what a console shows beside
   * them: the version, the warnings of the start, and each fault of a file with its line.
   */
  public void details(Exchange exchange) {
    ObjectNode body = json.createObjectNode();
    describe(body);
    body.put("version", service.version());
    ArrayNode warnings = body.putArray("warnings");
    service.warnings().forEach(warnings::add);
    ArrayNode faults = body.putArray("faults");
    addFaults(faults, "routes", watched.routeFaults());
    addFaults(faults, "workflows", watched.workflowFaults());
    addFaults(faults, "backends", watched.backendFaults());
    addFaults(faults, "destinations", watched.destinationFaults());
    Responses.json(exchange, 200, body.toString());
  }

  private static void addFaults(ArrayNode list, String part, Supplier<List<FileFault>> faults) {
    for (FileFault fault : faults.get()) {
      FaultView.fill(list.addObject().put("part", part), fault);
    }
  }

  private static List<String> texts(Supplier<List<FileFault>> faults) {
    return faults.get().stream().map(FileFault::toString).toList();
  }

  private boolean describe(ObjectNode body) {
    ObjectNode parts = json.createObjectNode();
    this.database.begin();
    this.store.begin();
    boolean database = database(parts.putObject("database"));
    boolean store = folder(parts.putObject("store"));
    boolean routes = list(parts.putObject("routes"), texts(watched.routeFaults()));
    ObjectNode workflows = parts.putObject("workflows").put("status", "up");
    putFaults(workflows, texts(watched.workflowFaults()));
    backends(parts.putObject("backends"));
    boolean pool = watched.backendFaults().get().isEmpty();
    if (!pool) {
      list(parts.putObject("backends_file"), texts(watched.backendFaults()));
    }
    boolean destinations = watched.destinationFaults().get().isEmpty();
    if (!destinations) {
      list(parts.putObject("destinations_file"), texts(watched.destinationFaults()));
    }
    boolean certificate = certificate(parts);
    // Only reported: during a rollout they differ, and a load balancer would remove all at once.
    watched.gatewayFaults().ifPresent(faults -> list(parts.putObject("gateways"), faults.get()));
    boolean ready = database && store && routes && pool && destinations && certificate;
    body.put("status", ready ? "up" : "down");
    body.set("parts", parts);
    return ready;
  }

  private boolean database(ObjectNode part) {
    StateProbe.Reading<Integer> reading = database.await();
    part.put("status", reading.current() ? "up" : "down");
    if (!reading.current()) {
      part.put(
          "reason", "the database does not answer or takes no writes; the gateway's log says why");
    }
    reading.value().ifPresent(waiting -> part.put("waiting_jobs", waiting));
    putAge(part, reading);
    return reading.current();
  }

  private boolean folder(ObjectNode part) {
    StateProbe.Reading<Optional<String>> reading = store.await();
    Optional<String> fault =
        reading.current()
            ? reading.value().flatMap(said -> said)
            : Optional.of("the folder of files does not answer; the gateway's log may say why");
    part.put("status", fault.isEmpty() ? "up" : "down");
    fault.ifPresent(reason -> part.put("reason", reason));
    putAge(part, reading);
    return fault.isEmpty();
  }

  private static void putAge(ObjectNode part, StateProbe.Reading<?> reading) {
    if (!reading.current() && reading.value().isPresent()) {
      part.put("age_seconds", reading.age().toSeconds());
    }
  }

  private static boolean list(ObjectNode part, List<String> faults) {
    part.put("status", faults.isEmpty() ? "up" : "down");
    putFaults(part, faults);
    return faults.isEmpty();
  }

  private static void putFaults(ObjectNode part, List<String> faults) {
    if (!faults.isEmpty()) {
      ArrayNode list = part.putArray("faults");
      faults.forEach(list::add);
    }
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
      BackendHealth.State state = backends.health().state(backend.name());
      ObjectNode view = part.putObject(backend.name()).put("status", state.status());
      if (!state.reason().isEmpty()) {
        view.put("reason", state.reason());
      }
    }
  }
}
