package io.comfygateway.fetch;

import io.comfygateway.database.Commits;
import io.comfygateway.egress.DeadlineException;
import io.comfygateway.exchange.OnDone;
import io.comfygateway.job.Fetch;
import io.comfygateway.job.FetchQueue;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.JobQueries;
import io.comfygateway.prompt.InputFiles;
import io.comfygateway.prompt.InputUnusableException;
import io.comfygateway.store.StoreUnavailableException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
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
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.util.ObjectHelper;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of the fetch stage, which downloads the files that callers name by URL. */
public final class Fetches {
  private static final Logger LOG = LoggerFactory.getLogger(Fetches.class);
  private static final String NOT_SENT = "it was not sent";

  private final Store store;
  private final InputFiles files;
  private final Downloader downloader;
  private final RetryPolicy policy;
  private final Map<UUID, Running> running = new ConcurrentHashMap<>();

  /** Where the jobs are. */
  public record Store(JobQueries queries, FetchQueue queue, Commits commits) {}

  /** A job whose files are being fetched by this gateway. */
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

  /** How far the fetches of a job are; it changes with every file. */
  public static final class Progress {
    private Fetch fetch;

    Progress(Fetch fetch) {
      this.fetch = fetch;
    }
  }

  /**
   * Makes the steps.
   *
   * @param client the HTTP client, which checks the address of every connection
   * @param policy when a fetch is retried
   */
  public Fetches(
      Store store,
      InputFiles files,
      CloseableHttpClient client,
      InputUrls urls,
      RetryPolicy policy) {
    this.store = store;
    this.files = files;
    this.downloader = new Downloader(client, urls);
    this.policy = policy;
  }

  /** The jobs whose files are to be fetched now. */
  public List<Fetch> claim() {
    Map<UUID, String> busy =
        running.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().owner));
    // A crash that undoes a claim makes it due again, as a crash during a fetch does.
    List<Fetch> claimed = store.commits().withoutFlush(() -> store.queue().claim(busy));
    claimed.forEach(fetch -> running.put(fetch.job().id(), new Running(fetch.job().owner())));
    return claimed;
  }

  /** Aborts the requests of jobs that have ended, such as cancelled or expired ones. */
  public void stopEnded() {
    if (!running.isEmpty()) {
      store.queries().ended(Set.copyOf(running.keySet())).forEach(this::stop);
    }
  }

  private void stop(UUID job) {
    Optional.ofNullable(running.get(job)).ifPresent(Running::stop);
  }

  /** Sets {@code job}, {@code document} and {@code progress}. */
  public void take(Exchange exchange, @Body Fetch fetch) {
    OnDone.run(exchange, () -> running.remove(fetch.job().id()));
    exchange.setProperty("job", fetch.job());
    exchange.setProperty("progress", new Progress(fetch));
    exchange.setProperty("document", store.queries().document(fetch.job().id()));
  }

  /**
   * The files that were not fetched yet.
   *
   * @throws InputUnusableException where this has failed too often for a reason of the gateway's
   */
  public List<JobDocument.Media> missing(
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("document") JobDocument document,
      @ExchangeProperty("progress") Progress progress)
      throws IOException, InputUnusableException {
    if (progress.fetch.tries() > policy.tries()) {
      throw new InputUnusableException(
          "gateway_error",
          "The gateway failed or was stopped %d times while it fetched the job's files."
              .formatted(policy.tries()));
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
   * @throws FetchFailedException where the fetch is to be retried
   * @throws InputUnusableException where it is of no use to try
   */
  public void get(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("progress") Progress progress,
      @Body JobDocument.Media media)
      throws IOException, InputUnusableException {
    Fetch fetch = progress.fetch;
    Duration left = policy.left(fetch);
    if (left.isNegative() || left.isZero()) {
      throw policy.timeOver(fetch, media, NOT_SENT);
    }
    Downloader.Answer answer;
    try {
      answer =
          downloader.get(
              new Downloader.Request(
                  URI.create(media.url().orElseThrow()), headers(exchange), left, watch(job)),
              body -> files.keepFetched(job.id(), media, body));
    } catch (InputUnusableException unfit) {
      throw RetryPolicy.unusable(media, unfit.getMessage());
    } catch (StoreUnavailableException ownFault) {
      throw ownFault;
    } catch (DeadlineException late) {
      throw policy.timeOver(fetch, media, NOT_SENT);
    } catch (IOException broke) {
      throw policy.failed(fetch, media, broke);
    }
    policy.judge(fetch, media, answer);
    progress.fetch = policy.firstTry(fetch);
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

  /**
   * Commits that every file of the job is there and the job waits for a backend. Sets {@code
   * ready}: false where the job has ended meanwhile, or another gateway has it, so that nothing
   * changed.
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
    // A crash may undo this commit; the files are then found, and not fetched again.
    boolean ready =
        store
            .commits()
            .withoutFlush(() -> store.queue().fetched(progress.fetch, document.with(media)));
    exchange.setProperty("ready", ready);
    if (ready) {
      LOG.info("fetched job={} files={}", job.id(), media.size());
    } else {
      drop(job);
    }
  }

  /** Schedules the next try of a fetch. A failure of the gateway's own is not counted. */
  public void again(
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("progress") Progress progress,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why)
      throws IOException {
    Fetch fetch = progress.fetch;
    FetchFailedException failed = ObjectHelper.getException(FetchFailedException.class, why);
    boolean isOwnFault = ObjectHelper.getException(StoreUnavailableException.class, why) != null;
    Fetch next = isOwnFault ? policy.notCounted(fetch) : fetch;
    Duration wait = failed == null ? policy.afterOwnFault() : failed.waitBefore();
    if (store.queue().again(next, wait)) {
      LOG.info(
          "fetch failed, will retry job={} try={} in_ms={} reason={}",
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
    if (!store.queries().ended(Set.of(job.id())).isEmpty()) {
      files.forget(job.id());
    }
  }
}
