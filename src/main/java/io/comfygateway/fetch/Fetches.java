package io.comfygateway.fetch;

import io.comfygateway.backend.DeadlineException;
import io.comfygateway.backend.InputFiles;
import io.comfygateway.backend.InputUnusableException;
import io.comfygateway.delivery.RetryAfter;
import io.comfygateway.delivery.TargetRefusedException;
import io.comfygateway.job.Commits;
import io.comfygateway.job.Fetch;
import io.comfygateway.job.FetchQueue;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.JobStore;
import io.comfygateway.job.StoreUnavailableException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.support.SynchronizationAdapter;
import org.apache.camel.util.ObjectHelper;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of the fetch stage: files that callers name by URL are brought to the gateway. */
public final class Fetches {
  private static final Logger LOG = LoggerFactory.getLogger(Fetches.class);
  private static final int OK = 200;
  private static final Set<Integer> PASSING = Set.of(408, 425, 429, 500, 502, 503, 504);
  private static final Set<Integer> LOCKED = Set.of(401, 403, 407);
  private static final Duration AFTER_OWN_FAULT = Duration.ofSeconds(3);
  private static final Duration LONGEST_WAIT = Duration.ofDays(1);

  private final Store store;
  private final InputFiles files;
  private final Downloader downloader;
  private final Rules rules;
  private final InstantSource clock;
  private final Map<UUID, Running> running = new ConcurrentHashMap<>();

  /** Where the jobs are. */
  public record Store(JobStore jobs, FetchQueue queue, Commits commits) {}

  /**
   * How often a file is tried.
   *
   * @param file time for a file, with all its tries
   * @param delays how long to wait before each further try, where its server does not say
   */
  public record Rules(Duration file, List<Duration> delays) {

    int tries() {
      return delays.size() + 1;
    }
  }

  /** A job whose files are being fetched here. */
  private static final class Running {
    private final String owner;
    private volatile Runnable stop = () -> {};
    private volatile boolean isStopped;

    Running(String owner) {
      this.owner = owner;
    }

    void with(Runnable stopsIt) {
      stop = stopsIt;
      if (isStopped) {
        stopsIt.run();
      }
    }

    void stop() {
      isStopped = true;
      stop.run();
    }
  }

  /** How far a job is: what is left changes with every file that is there. */
  public static final class Progress {
    private Fetch fetch;

    Progress(Fetch fetch) {
      this.fetch = fetch;
    }
  }

  /**
   * Makes the steps.
   *
   * @param client checks every connection
   */
  public Fetches(
      Store store,
      InputFiles files,
      CloseableHttpClient client,
      InputUrls urls,
      Rules rules,
      InstantSource clock) {
    this.store = store;
    this.files = files;
    this.downloader = new Downloader(client, urls);
    this.rules = rules;
    this.clock = clock;
  }

  /** The jobs whose files are to be fetched now. */
  public List<Fetch> claim() {
    Map<UUID, String> busy =
        running.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().owner));
    // A crash that takes a claim back makes it due again, as one in the middle of a fetch does.
    List<Fetch> claimed = store.commits().unsettled(() -> store.queue().claim(busy));
    claimed.forEach(fetch -> running.put(fetch.job().id(), new Running(fetch.job().owner())));
    return claimed;
  }

  /** Ends the requests for jobs that have ended: cancelled, say, or expired. */
  public void stopEnded() {
    if (!running.isEmpty()) {
      store.jobs().ended(Set.copyOf(running.keySet())).forEach(this::stop);
    }
  }

  private void stop(UUID job) {
    Optional.ofNullable(running.get(job)).ifPresent(Running::stop);
  }

  /** Sets {@code job}, {@code document} and {@code progress}. */
  public void take(Exchange exchange, @Body Fetch fetch) {
    exchange
        .getExchangeExtension()
        .addOnCompletion(
            new SynchronizationAdapter() {
              @Override
              public void onDone(Exchange done) {
                running.remove(fetch.job().id());
              }
            });
    exchange.setProperty("job", fetch.job());
    exchange.setProperty("progress", new Progress(fetch));
    exchange.setProperty("document", store.jobs().document(fetch.job().id()));
  }

  /**
   * The files that are not there yet.
   *
   * @throws InputUnusableException where this has failed too often for a reason of the gateway's
   */
  public List<JobDocument.Media> missing(
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("document") JobDocument document,
      @ExchangeProperty("progress") Progress progress)
      throws IOException, InputUnusableException {
    if (progress.fetch.tries() > rules.tries()) {
      throw new InputUnusableException(
          "gateway_error",
          "The gateway failed or was stopped %d times while it fetched the job's files."
              .formatted(rules.tries()));
    }
    List<JobDocument.Media> missing = new ArrayList<>();
    for (JobDocument.Media media : document.media()) {
      if (media.isRemote() && files.fetched(job.id(), media).isEmpty()) {
        missing.add(media);
      }
    }
    return missing;
  }

  /**
   * Fetches one file and keeps it. The message's headers go with the request.
   *
   * @throws FetchFailedException where it is to be tried again
   * @throws InputUnusableException where it is of no use to try
   */
  public void get(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("progress") Progress progress,
      @Body JobDocument.Media media)
      throws IOException, InputUnusableException {
    Fetch fetch = progress.fetch;
    Duration left = Duration.between(clock.instant(), end(fetch));
    if (left.isNegative() || left.isZero()) {
      throw timeOver(fetch, media, "it was not sent");
    }
    Downloader.Answer answer;
    try {
      answer =
          downloader.get(
              new Downloader.Request(
                  URI.create(media.url().orElseThrow()), headers(exchange), left, watch(job)),
              body -> files.keepFetched(job.id(), media, fetch.job().fence(), body));
    } catch (InputUnusableException unfit) {
      throw unusable(media, unfit.getMessage());
    } catch (StoreUnavailableException ownFault) {
      throw ownFault;
    } catch (DeadlineException late) {
      throw timeOver(fetch, media, "it was not sent");
    } catch (UnknownHostException | SSLException certain) {
      throw unusable(media, "cannot be fetched: " + reason(certain));
    } catch (IOException broke) {
      throw failed(fetch, media, reason(broke), Optional.empty());
    }
    judge(fetch, media, answer);
    progress.fetch = new Fetch(fetch.job(), fetch.since(), clock.instant().plus(rules.file()), 1);
  }

  private static Map<String, String> headers(Exchange exchange) {
    Map<String, String> headers = new LinkedHashMap<>();
    exchange.getMessage().getHeaders().forEach((name, value) -> headers.put(name, "" + value));
    return headers;
  }

  private Consumer<Runnable> watch(Job job) {
    Running mark = running.getOrDefault(job.id(), new Running(job.owner()));
    return mark::with;
  }

  private void judge(Fetch fetch, JobDocument.Media media, Downloader.Answer answer)
      throws IOException, InputUnusableException {
    int status = answer.status();
    String said = answer.host() + " answered " + status;
    if (PASSING.contains(status)) {
      throw failed(
          fetch,
          media,
          said,
          answer
              .retryAfter()
              .flatMap(text -> RetryAfter.parse(text, clock.instant(), LONGEST_WAIT)));
    }
    if (status != OK) {
      throw unusable(
          media,
          "cannot be fetched: "
              + said
              + (LOCKED.contains(status)
                  ? "; give a URL that needs no credentials, such as a signed one, or send the file itself"
                  : ""));
    }
  }

  // What a job's own timeout allows is a limit as well.
  private Instant end(Fetch fetch) {
    return fetch
        .job()
        .timeoutSeconds()
        .map(seconds -> fetch.since().plusSeconds(seconds))
        .filter(end -> end.isBefore(fetch.until()))
        .orElse(fetch.until());
  }

  private FetchFailedException failed(
      Fetch fetch, JobDocument.Media media, String reason, Optional<Duration> asked)
      throws InputUnusableException {
    String tried = fetch.tries() > 1 ? " (tried " + fetch.tries() + " times)" : "";
    if (fetch.tries() >= rules.tries()) {
      throw unusable(media, "cannot be fetched: " + reason + tried);
    }
    Duration wait = asked.orElseGet(() -> rules.delays().get(fetch.tries() - 1));
    if (clock.instant().plus(wait).isAfter(end(fetch))) {
      String waits = asked.map(time -> " and asks to wait " + time.toSeconds() + " s").orElse("");
      throw timeOver(fetch, media, reason + tried + waits);
    }
    return new FetchFailedException(reason, wait);
  }

  private InputUnusableException timeOver(Fetch fetch, JobDocument.Media media, String why) {
    boolean isOfJob = end(fetch).isBefore(fetch.until());
    String limit =
        isOfJob
            ? "the job's timeout of " + fetch.job().timeoutSeconds().orElseThrow() + " s"
            : "the " + rules.file().toSeconds() + " s that a file may take";
    return new InputUnusableException(
        isOfJob ? "timeout" : "input_error",
        sentence(media, "cannot be fetched within " + limit + ": " + why));
  }

  private static InputUnusableException unusable(JobDocument.Media media, String why) {
    return new InputUnusableException(sentence(media, why));
  }

  private static String sentence(JobDocument.Media media, String why) {
    return "The file for node %s (%s) %s.".formatted(media.node(), media.field(), why);
  }

  // For the caller: no text of a library, and no address.
  private static String reason(IOException why) {
    if (why instanceof TargetRefusedException) {
      return why.getMessage();
    }
    if (why instanceof UnknownHostException) {
      return "the host name is not known";
    }
    if (why instanceof SSLException) {
      return "no secure connection, since its server's certificate or TLS is not accepted";
    }
    if (why instanceof ConnectException || why instanceof NoRouteToHostException) {
      return "its server takes no connection";
    }
    return why instanceof InterruptedIOException
        ? "its server took too long"
        : "the connection broke";
  }

  /**
   * Every file is there: commits that the job waits for a backend from now on. Sets {@code ready};
   * where it has ended meanwhile, or another gateway has it, nothing is changed.
   */
  public void complete(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("document") JobDocument document,
      @ExchangeProperty("progress") Progress progress)
      throws IOException {
    List<JobDocument.Media> media = new ArrayList<>();
    for (JobDocument.Media file : document.media()) {
      media.add(file.isRemote() ? files.fetched(job.id(), file).orElseThrow() : file);
    }
    // A crash takes it back; the files are then found, and not fetched once more.
    boolean ready =
        store
            .commits()
            .unsettled(() -> store.queue().fetched(progress.fetch, document.with(media)));
    exchange.setProperty("ready", ready);
    if (ready) {
      LOG.info("fetched job={} files={}", job.id(), media.size());
    } else {
      drop(job);
    }
  }

  /** Lets the job wait before it is tried again. A fault of the gateway's own is not counted. */
  public void again(
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("progress") Progress progress,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why)
      throws IOException {
    Fetch fetch = progress.fetch;
    FetchFailedException failed = ObjectHelper.getException(FetchFailedException.class, why);
    boolean isOwnFault = ObjectHelper.getException(StoreUnavailableException.class, why) != null;
    Fetch next =
        isOwnFault
            ? new Fetch(job, fetch.since(), clock.instant().plus(rules.file()), fetch.tries() - 1)
            : fetch;
    Duration wait = failed == null ? AFTER_OWN_FAULT : failed.waitBefore();
    if (store.queue().again(next, wait)) {
      LOG.info(
          "fetch is tried again job={} try={} in_ms={} reason={}",
          job.id(),
          fetch.tries(),
          wait.toMillis(),
          failed == null ? why : failed.getMessage());
    } else {
      drop(job);
    }
  }

  // Another gateway that has the job uses the same files.
  private void drop(Job job) throws IOException {
    if (!store.jobs().ended(Set.of(job.id())).isEmpty()) {
      files.forget(job.id());
    }
  }
}
