package io.comfygateway.output;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.backend.Backend;
import io.comfygateway.backend.Backends;
import io.comfygateway.job.Claim;
import io.comfygateway.job.InHand;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.JobStore;
import io.comfygateway.job.ShortText;
import io.comfygateway.job.Stage;
import io.comfygateway.problem.Warning;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of the collect stage. */
public final class Collection {
  private static final Logger LOG = LoggerFactory.getLogger(Collection.class);
  private static final int MOST_TEXTS = 1_000;
  private static final int MOST_TEXT = 262_144;
  private static final int SHORTEST_CUT = 2;
  private final JobStore jobs;
  private final Backends backends;
  private final OutputStore store;
  private final InHand inHand;
  private final ObjectMapper json;

  public Collection(
      JobStore jobs, Backends backends, OutputStore store, InHand inHand, ObjectMapper json) {
    this.jobs = jobs;
    this.backends = backends;
    this.store = store;
    this.inHand = inHand;
    this.json = json;
  }

  /**
   * Takes a job whose prompt succeeded: sets {@code job}, {@code backend}, {@code files}, {@code
   * facts} and {@code stored}.
   */
  public void take(Exchange exchange, @Body UUID id, @Header(Claim.HEADER) Claim claim)
      throws IOException {
    if (!inHand.take(id, exchange)) {
      return;
    }
    Optional<Job> found =
        jobs.hold(id, Optional.ofNullable(claim)).filter(job -> job.stage() == Stage.COLLECTING);
    Optional<Backend> backend = found.flatMap(job -> backends.find(job.backend()));
    if (found.isPresent() && backend.isEmpty()) {
      LOG.warn("results are on a backend that has left, run again job={}", id);
      jobs.runAgain(found.get());
    }
    if (found.isEmpty() || backend.isEmpty()) {
      return;
    }
    Job job = found.get();
    HistoryOutputs outputs = HistoryOutputs.read(json.readTree(job.result().orElse("{}")));
    JobFacts facts = withTexts(job.facts(), outputs.texts());
    if (outputs.files().isEmpty() && outputs.texts().isEmpty()) {
      facts =
          facts.withWarnings(
              List.of(
                  Warning.of(
                      "no_outputs",
                      "The graph ran, but no node left a file or a text. Does it end in a node such as SaveImage?")));
    }
    exchange.setProperty("job", job);
    exchange.setProperty("backend", backend.get());
    exchange.setProperty("files", outputs.files());
    exchange.setProperty("facts", facts);
    exchange.setProperty("stored", new ArrayList<Output>());
  }

  // A job is read as a whole wherever it is told of, hundreds of them for a page of the list.
  private static JobFacts withTexts(JobFacts facts, List<TextOutput> texts) {
    List<JobFacts.Text> kept = new ArrayList<>();
    int left = MOST_TEXT;
    for (TextOutput text : texts) {
      if (left >= SHORTEST_CUT && kept.size() < MOST_TEXTS) {
        String part = ShortText.of(text.text(), left);
        kept.add(new JobFacts.Text(text.node(), part));
        left -= part.length();
      }
    }
    long given = texts.stream().mapToLong(text -> text.text().length()).sum();
    boolean isWhole = given <= MOST_TEXT && kept.size() == texts.size();
    List<Warning> warnings =
        isWhole
            ? List.of()
            : List.of(
                Warning.of(
                    "texts_cut",
                    ("The nodes gave %d texts with %d characters together; the first %d with %d are kept."
                            + " Have long texts saved as files.")
                        .formatted(texts.size(), given, MOST_TEXTS, MOST_TEXT)));
    return facts.withTexts(kept).withWarnings(warnings);
  }

  /** The path of {@code GET /view} for a file. */
  public String viewPath(@Body OutputFile file) {
    return "/view?filename="
        + encoded(file.filename())
        + "&subfolder="
        + encoded(file.subfolder())
        + "&type="
        + encoded(file.type());
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Removes what was fetched for a job that its caller cancelled meanwhile. */
  public void forgetCancelled(@ExchangeProperty("job") Job job) throws IOException {
    if (jobs.find(job.id()).filter(now -> now.status() == JobStatus.CANCELLED).isPresent()) {
      store.delete(job.id());
    }
  }

  /** Stores one file from the stream that ComfyUI answers. */
  public void store(
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("file") OutputFile file,
      @ExchangeProperty("stored") List<Output> stored,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Header("Content-Length") Long length,
      @Body InputStream answer)
      throws IOException {
    if (status != 200 || answer == null) {
      throw new IOException("ComfyUI answered " + status + " for the output " + file.filename());
    }
    OptionalLong expected = length == null ? OptionalLong.empty() : OptionalLong.of(length);
    StoredOutput kept = store.store(job.id(), file.index(), file.filename(), answer, expected);
    Output.Source source = new Output.Source(file.node(), file.kind().word(), file.filename());
    stored.add(new Output(job.id(), file.index(), source, kept, Optional.empty()));
  }
}
