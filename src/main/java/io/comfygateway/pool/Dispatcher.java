package io.comfygateway.pool;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.job.Claim;
import io.comfygateway.job.Commits;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobStore;
import io.comfygateway.job.StoreState;
import io.comfygateway.workflow.NodeReplacements;
import io.comfygateway.workflow.NodeRules;
import io.comfygateway.workflow.NodesFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of the dispatch stage: claims jobs for backends, and keeps what the probe says of each
 * backend.
 */
public final class Dispatcher {
  private static final Pattern ADDRESS =
      Pattern.compile("^Connect to \\S++(?: \\[[^\\]]*+])?+ failed: ");

  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
  private final JobStore jobs;
  private final Commits commits;
  private final Backends backends;
  private final RunningPrompts flights;
  private final StoreState store;
  private final NodesFile nodes;
  private final NodeClassReader nodeClasses;

  /**
   * Makes the steps.
   *
   * @param nodes the node classes that may be used
   */
  public Dispatcher(
      JobStore jobs,
      Commits commits,
      Backends backends,
      RunningPrompts flights,
      NodesFile nodes,
      StoreState store,
      ObjectMapper json) {
    this.jobs = jobs;
    this.commits = commits;
    this.backends = backends;
    this.flights = flights;
    this.store = store;
    this.nodes = nodes;
    this.nodeClasses = new NodeClassReader(json);
  }

  /**
   * Claims the best waiting jobs for the backends that have room. The store is not asked where this
   * gateway alone has filled them all. A claim may not be on the disk yet; it is before a prompt is
   * sent.
   */
  public List<Claim> claim() {
    Map<String, Integer> rooms = backends.rooms();
    Map<String, Integer> filled = flights.byBackend();
    int most =
        rooms.entrySet().stream()
            .mapToInt(room -> Math.max(0, room.getValue() - filled.getOrDefault(room.getKey(), 0)))
            .sum();
    // Where files cannot be stored, what ran now could not be kept when it ends.
    List<Claim> claims =
        most == 0 || store.fault().isPresent()
            ? List.of()
            : commits.unsettled(() -> jobs.claim(rooms, backends, most));
    claims.stream()
        .map(Claim::job)
        .forEach(
            job -> {
              flights.submissions().claimed(job.id());
              LOG.debug(
                  "claimed job={} backend={} attempt={}",
                  job.id(),
                  job.backend(),
                  job.place().attempts());
            });
    return claims;
  }

  /** A waiting job that no backend can run, and why. */
  public record Unrunnable(Job job, String why) {}

  /** Waiting jobs that were accepted before it was known that no backend can run them. */
  public List<Unrunnable> unrunnable() {
    Map<String, String> reasons = new HashMap<>();
    jobs.needs()
        .forEach(
            (hash, needs) -> backends.whyNowhere(needs).ifPresent(why -> reasons.put(hash, why)));
    return jobs.waitingFor(reasons.keySet()).stream()
        .map(job -> new Unrunnable(job, backends.whyNowhere(jobs.needsOf(job)).orElse("")))
        .filter(found -> !found.why().isEmpty())
        .toList();
  }

  /**
   * Looks at the answer to the probe.
   *
   * @throws BackendUnusableException where it is not a ComfyUI's
   */
  public void checkAnswer(
      @ExchangeProperty("path") String path, @Header(Exchange.HTTP_RESPONSE_CODE) int status)
      throws BackendUnusableException {
    if (status != 200) {
      throw BackendUnusableException.of(status, "GET " + path);
    }
  }

  /** The backend answered the probe: sets {@code news} where it did not before. */
  public void answered(Exchange exchange, @ExchangeProperty("backend") Backend backend) {
    exchange.setProperty("news", backends.up(backend.name()));
    backends.probed(backend.name());
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
    backends.objectInfo(backend.name(), nodeClasses.read(answer));
    backends.nodeClasses().ifPresent(all -> nodeClasses.keep(all.classTypes()));
  }

  /**
   * Keeps which node classes the backend replaces by others; an older one knows of none. One that
   * becomes a class that may not be used here is not counted, so that nothing is sent there for it.
   *
   * @throws IOException where the answer is no JSON, or too large
   */
  public void nodeReplacements(
      @ExchangeProperty("backend") Backend backend,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Body InputStream answer)
      throws IOException {
    NodeReplacements said = NodeReplacements.NONE;
    if (status == 200) {
      try (JsonParser parser = BoundedJson.parser(answer)) {
        parser.nextToken();
        said = NodeReplacements.read(BoundedJson.tree(parser));
      }
    }
    NodeRules rules = nodes.rules();
    backends.nodeReplacements(backend.name(), said.onlyInto(type -> rules.refusal(type).isEmpty()));
  }

  /** The backend did not say which node classes it replaces. */
  public void noNodeReplacements(
      @ExchangeProperty("backend") Backend backend,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    LOG.warn("replaced node classes not known backend={} reason={}", backend.name(), reason(why));
    backends.nodeReplacements(backend.name(), NodeReplacements.NONE);
  }

  /** The backend did not say which node classes it has. */
  public void noObjectInfo(
      @ExchangeProperty("backend") Backend backend,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    backends.noObjectInfo(backend.name(), reason(why));
  }

  /** Keeps the version that the backend's answer to {@code GET /system_stats} names. */
  public void systemStats(
      @ExchangeProperty("backend") Backend backend,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Body InputStream answer)
      throws IOException {
    if (status == 200) {
      try (JsonParser parser = BoundedJson.parser(answer)) {
        String version = BoundedJson.tree(parser).path("system").path("comfyui_version").asText();
        backends.version(backend.name(), ComfyVersion.parse(version));
      }
    }
  }

  /** Notes whether the backend's answer to {@code GET /api/jobs} is a list of jobs. */
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

  /** The backend did not answer the probe. */
  public void silent(
      @ExchangeProperty("backend") Backend backend,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    backends.down(backend.name(), reason(why), isSure(why));
    backends.probed(backend.name());
  }

  // Nothing listens there, or what does is no ComfyUI: to ask again at once is of no use.
  public static boolean isSure(Exception why) {
    return why instanceof BackendUnusableException
        || (why instanceof ConnectException && !(why instanceof ConnectTimeoutException))
        || why instanceof UnknownHostException;
  }

  // It is told to callers and on /health/ready, so it says no address, as the HTTP client's do.
  public static String reason(Exception why) {
    if (why instanceof UnknownHostException) {
      return "its host name is not known";
    }
    if (why instanceof MessageConstraintException) {
      return "the header lines of its answer are too many or too long";
    }
    return why.getMessage() == null
        ? why.getClass().getSimpleName()
        : ADDRESS.matcher(why.getMessage()).replaceFirst("");
  }
}
