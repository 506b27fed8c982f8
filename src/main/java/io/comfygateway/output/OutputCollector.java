package io.comfygateway.output;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.job.Claim;
import io.comfygateway.job.InProgress;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.JobLeases;
import io.comfygateway.job.JobQueries;
import io.comfygateway.job.JobTransitions;
import io.comfygateway.job.Stage;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.SocketPictures;
import io.comfygateway.problem.Warning;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes up a job whose prompt succeeded and lists its outputs. */
public final class OutputCollector {
  private static final Logger LOG = LoggerFactory.getLogger(OutputCollector.class);
  private static final Duration LATEST_PICTURE = Duration.ofSeconds(2);
  private final JobQueries queries;
  private final JobLeases leases;
  private final JobTransitions transitions;
  private final Backends backends;
  private final SocketPictures pictures;
  private final InProgress inHand;
  private final ObjectMapper json;

  public OutputCollector(
      JobQueries queries,
      JobLeases leases,
      JobTransitions transitions,
      Backends backends,
      SocketPictures pictures,
      InProgress inHand,
      ObjectMapper json) {
    this.queries = queries;
    this.leases = leases;
    this.transitions = transitions;
    this.backends = backends;
    this.pictures = pictures;
    this.inHand = inHand;
    this.json = json;
  }

  /**
   * Takes a job whose prompt succeeded: sets {@code job}, {@code backend}, {@code files}, {@code
   * facts}, {@code stored} and {@code leftOut}.
   */
  public void take(Exchange exchange, @Body UUID id, @Header(Claim.HEADER) Claim claim)
      throws IOException {
    if (!inHand.take(id, exchange)) {
      return;
    }
    Optional<Job> found =
        leases.renew(id, Optional.ofNullable(claim)).filter(job -> job.stage() == Stage.COLLECTING);
    Optional<Backend> backend = found.flatMap(job -> backends.find(job.backend()));
    if (found.isPresent() && backend.isEmpty()) {
      LOG.warn("results are on a backend that has left, run again job={}", id);
      transitions.runAgain(found.get());
    }
    if (found.isEmpty() || backend.isEmpty()) {
      return;
    }
    Job job = found.get();
    // A client of ComfyUI's own API gets all that its history names.
    boolean includeTemp = queries.document(id).client().isPresent();
    HistoryOutputs outputs =
        HistoryOutputs.read(json.readTree(job.result().orElse("{}")), includeTemp);
    exchange.setProperty("job", job);
    exchange.setProperty("backend", backend.get());
    exchange.setProperty("files", outputs.files());
    exchange.setProperty("facts", StoredTexts.in(job.facts(), outputs.texts()));
    exchange.setProperty("stored", new ArrayList<Output>());
    exchange.setProperty("leftOut", new ArrayList<Warning>());
  }

  /**
   * Adds the pictures that nodes sent over the WebSocket alone to {@code files}, and a warning to
   * {@code facts} if there is no output at all.
   *
   * @throws OutputMissingException if a picture was not received; running the node again sends it
   *     again
   */
  public void addPictures(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("files") List<OutputFile> files,
      @ExchangeProperty("facts") JobFacts facts)
      throws IOException, InterruptedException, OutputMissingException {
    Set<String> missing = new TreeSet<>(pictures.expected(job.id(), () -> graph(job)));
    List<OutputFile> all = new ArrayList<>(files);
    if (!missing.isEmpty()) {
      pictures.awaitEnd(job.id(), LATEST_PICTURE);
      for (SocketPictures.Received picture : pictures.received(job.id())) {
        missing.remove(picture.node());
        all.add(OutputFile.ofSocket(all.size(), picture.node(), picture.name()));
      }
    }
    boolean isEmpty = all.isEmpty() && facts.texts().isEmpty();
    boolean wasTried =
        !job.facts().nodesAgain().isEmpty()
            || job.facts().warnings().stream().anyMatch(it -> it.code().equals("outputs_left_out"));
    if (!missing.isEmpty() && (isEmpty || !wasTried)) {
      exchange.setProperty("unseen", missing);
      throw OutputMissingException.ofPicture(missing.iterator().next());
    }
    List<Warning> warnings = new ArrayList<>();
    missing.forEach(
        node ->
            warnings.add(
                Warning.ofNode(
                    "output_missing", node, OutputMissingException.ofPicture(node).getMessage())));
    if (isEmpty) {
      warnings.add(
          Warning.of(
              "no_outputs",
              "The graph ran, but no node left a file or a text. Does it end in a node such as SaveImage?"));
    }
    exchange.setProperty("files", all);
    exchange.setProperty("facts", facts.withWarnings(warnings));
  }

  private JsonNode graph(Job job) {
    return queries.document(job.id()).prompt();
  }
}
