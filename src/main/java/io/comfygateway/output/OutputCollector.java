package io.comfygateway.output;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.job.Claim;
import io.comfygateway.job.InProgress;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.JobStore;
import io.comfygateway.job.ShortText;
import io.comfygateway.job.Stage;
import io.comfygateway.media.ContentTypes;
import io.comfygateway.media.SafeName;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.SocketPictures;
import io.comfygateway.problem.Warning;
import io.comfygateway.prompt.HistoryReader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of the collect stage. */
public final class OutputCollector {
  private static final Logger LOG = LoggerFactory.getLogger(OutputCollector.class);
  private static final int MOST_TEXTS = 1_000;
  private static final int MOST_TEXT = 262_144;
  private static final int SHORTEST_CUT = 2;
  private static final Duration LATEST_PICTURE = Duration.ofSeconds(2);
  // An empty text is a text; an empty picture is a fault.
  private static final Set<OutputKind> MEDIA =
      EnumSet.of(OutputKind.IMAGE, OutputKind.VIDEO, OutputKind.AUDIO, OutputKind.MODEL);
  private final JobStore jobs;
  private final Backends backends;
  private final OutputStore store;
  private final SocketPictures pictures;
  private final InProgress inHand;
  private final ObjectMapper json;

  public OutputCollector(
      JobStore jobs,
      Backends backends,
      OutputStore store,
      SocketPictures pictures,
      InProgress inHand,
      ObjectMapper json) {
    this.jobs = jobs;
    this.backends = backends;
    this.store = store;
    this.pictures = pictures;
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
    exchange.setProperty("job", job);
    exchange.setProperty("backend", backend.get());
    exchange.setProperty("files", outputs.files());
    exchange.setProperty("facts", withTexts(job.facts(), outputs.texts()));
    exchange.setProperty("stored", new ArrayList<Output>());
  }

  /**
   * Adds the pictures that nodes sent over the WebSocket alone to {@code files}, and a warning to
   * {@code facts} where nothing came out.
   *
   * @throws OutputMissingException where a picture was not received; running the node once more
   *     sends it again
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
        all.add(OutputFile.ofSocket(all.size(), picture.node(), picture.file()));
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
    return jobs.document(job.id()).prompt();
  }

  /** Opens a picture that came over the WebSocket, as if ComfyUI had answered it. */
  public void openPicture(Exchange exchange, @ExchangeProperty("file") OutputFile file)
      throws IOException {
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 200);
    exchange.getMessage().removeHeader("Content-Length");
    exchange.getMessage().removeHeader(Exchange.CONTENT_TYPE);
    exchange.getMessage().setBody(Files.newInputStream(file.local().orElseThrow()));
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

  /**
   * Stores one file from the stream that ComfyUI answers. What only looks like a file and is none
   * is left out with a warning.
   *
   * @throws OutputMissingException where ComfyUI does not have the file
   * @throws IOException where it cannot be had now, or is not what its name says
   */
  public void store(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("file") OutputFile file,
      @ExchangeProperty("facts") JobFacts facts,
      @ExchangeProperty("stored") List<Output> stored,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Header(Exchange.CONTENT_TYPE) String contentType,
      @Header("Content-Length") Long length,
      @Body InputStream answer)
      throws IOException, OutputMissingException {
    if (status == 400 || status == 404) {
      OutputMissingException missing = OutputMissingException.ofFile(file, status);
      if (!file.isGuessed()) {
        throw missing;
      }
      exchange.setProperty(
          "facts",
          facts.withWarnings(
              List.of(Warning.ofNode("output_missing", file.node(), missing.getMessage()))));
      return;
    }
    if (status != 200 || answer == null) {
      throw new IOException("ComfyUI answered " + status + " for the output " + file.filename());
    }
    boolean isMedia = MEDIA.contains(file.kind());
    InputStream bytes = new BufferedInputStream(answer);
    if (isMedia
        && (contentType != null && contentType.startsWith("text/html") || beginsAsPage(bytes))) {
      throw new IOException(
          "ComfyUI answered an HTML page for the output %s; does a login page stand in front of it?"
              .formatted(file.filename()));
    }
    OptionalLong expected = length == null ? OptionalLong.empty() : OptionalLong.of(length);
    StoredOutput kept = store.store(job.id(), file.index(), file.filename(), bytes, expected);
    if (isMedia && kept.bytes() == 0) {
      throw new IOException("ComfyUI answered no bytes for the output " + file.filename());
    }
    Output.Source source =
        new Output.Source(file.node(), file.kind().word(), SafeName.of(file.filename()));
    stored.add(new Output(job.id(), file.index(), source, kept, Optional.empty()));
  }

  // A login page may come with the type of a picture, or without one.
  private static boolean beginsAsPage(InputStream bytes) throws IOException {
    bytes.mark(ContentTypes.PAGE_HEAD);
    // Two bytes tell nearly all files from a page, so that these are stored as they come.
    byte[] first = bytes.readNBytes(2);
    byte[] head = mayBeginPage(first) ? bytes.readNBytes(ContentTypes.PAGE_HEAD - 2) : new byte[0];
    bytes.reset();
    return ContentTypes.isPage(joined(first, head));
  }

  // A tag, blanks before one, or a byte order mark.
  private static boolean mayBeginPage(byte[] first) {
    if (first.length < 2) {
      return false;
    }
    int one = first[0] & 0xFF;
    int two = first[1] & 0xFF;
    return one == '<'
        || one == ' '
        || one >= '\t' && one <= '\r'
        || one == 0xEF && two == 0xBB
        || one == 0xFE && two == 0xFF
        || one == 0xFF && two == 0xFE;
  }

  private static byte[] joined(byte[] first, byte[] then) {
    byte[] all = Arrays.copyOf(first, first.length + then.length);
    System.arraycopy(then, 0, all, first.length, then.length);
    return all;
  }

  /**
   * Finds out why a file is missing. Where ComfyUI served the node from its cache and the file was
   * swept from its folder, running that node alone once more writes it again. Sets {@code again}.
   *
   * @param answer of {@code GET /history/{id}}
   */
  public void judgeMissing(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("files") List<OutputFile> files,
      @ExchangeProperty("unseen") Set<String> unseen,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Body InputStream answer)
      throws IOException {
    Set<String> cached =
        status == 200 ? HistoryReader.cachedNodes(job.id().toString(), answer) : Set.of();
    Set<String> again =
        files.stream()
            .map(OutputFile::node)
            .filter(cached::contains)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    if (unseen != null) {
      again.addAll(unseen);
    }
    boolean isFirst = job.facts().nodesAgain().isEmpty();
    exchange.setProperty("again", isFirst && !again.isEmpty() ? again : null);
  }

  /** Puts the job back into the queue, to run the nodes in {@code again} past ComfyUI's cache. */
  public void runAgain(
      @ExchangeProperty("job") Job job, @ExchangeProperty("again") Set<String> again)
      throws IOException {
    jobs.note(job, job.facts().withNodesAgain(List.copyOf(again)));
    store.delete(job.id());
    if (jobs.runAgain(job)) {
      LOG.warn("outputs are missing, their nodes run again job={} nodes={}", job.id(), again);
    }
  }

  /** Removes what was fetched of a job that fails. */
  public void forget(@ExchangeProperty("job") Job job) throws IOException {
    store.delete(job.id());
  }
}
