package io.comfygateway.fetch;

import io.comfygateway.egress.TargetRefusedException;
import io.comfygateway.job.Fetch;
import io.comfygateway.job.JobDocument;
import io.comfygateway.prompt.InputUnusableException;
import io.comfygateway.retry.RetryAfter;
import io.comfygateway.retry.RetryDelays;
import io.comfygateway.retry.StatusList;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;

/** When a failed fetch is retried, and the error of the job where it is not. */
public final class RetryPolicy {
  private static final int OK = 200;
  private static final Set<Integer> LOCKED = Set.of(401, 403, 407);

  private final Duration file;
  private final RetryDelays delays;
  private final StatusList retried;
  private final Duration longestRetryAfter;
  private final Duration afterOwnFault;
  private final InstantSource clock;

  /**
   * Makes the policy.
   *
   * @param file the time limit of a file, for all tries together
   * @param delays the pause before each retry, where the server names none
   * @param retried the statuses of answers after which a file is fetched again
   * @param longestRetryAfter the longest {@code Retry-After} that counts as it is
   * @param afterOwnFault the pause after a failure of the gateway itself, which is no try
   */
  public RetryPolicy(
      Duration file,
      RetryDelays delays,
      StatusList retried,
      Duration longestRetryAfter,
      Duration afterOwnFault,
      InstantSource clock) {
    this.file = file;
    this.delays = delays;
    this.retried = retried;
    this.longestRetryAfter = longestRetryAfter;
    this.afterOwnFault = afterOwnFault;
    this.clock = clock;
  }

  /** The pause after a failure of the gateway itself. */
  Duration afterOwnFault() {
    return afterOwnFault;
  }

  /** The most tries of a file. */
  int tries() {
    return delays.size() + 1;
  }

  /** The same job with its next file. */
  Fetch firstTry(Fetch fetch) {
    return new Fetch(fetch.job(), fetch.since(), clock.instant().plus(file), 1);
  }

  /** The same job with one try less, which failed for a reason of the gateway's own. */
  Fetch notCounted(Fetch fetch) {
    return new Fetch(fetch.job(), fetch.since(), clock.instant().plus(file), fetch.tries() - 1);
  }

  /** The time that is left for the current file. */
  Duration left(Fetch fetch) {
    return Duration.between(clock.instant(), end(fetch));
  }

  /**
   * Checks the status of an answer.
   *
   * @throws FetchFailedException where the fetch is to be retried
   * @throws InputUnusableException where a retry is pointless
   */
  void judge(Fetch fetch, JobDocument.Media media, Downloader.Answer answer)
      throws IOException, InputUnusableException {
    int status = answer.status();
    String said = answer.host() + " answered " + status;
    if (retried.contains(status)) {
      throw failed(
          fetch,
          media,
          said,
          answer
              .retryAfter()
              .flatMap(text -> RetryAfter.parse(text, clock.instant(), longestRetryAfter)));
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

  // The job's own timeout is a limit as well.
  private Instant end(Fetch fetch) {
    return fetch
        .job()
        .timeoutSeconds()
        .map(seconds -> fetch.since().plusSeconds(seconds))
        .filter(end -> end.isBefore(fetch.until()))
        .orElse(fetch.until());
  }

  /**
   * Handles a connection that failed.
   *
   * @return the exception that schedules the retry
   * @throws InputUnusableException where a retry is pointless
   */
  FetchFailedException failed(Fetch fetch, JobDocument.Media media, IOException why)
      throws InputUnusableException {
    if (why instanceof UnknownHostException || why instanceof SSLException) {
      throw unusable(media, "cannot be fetched: " + reason(why));
    }
    return failed(fetch, media, reason(why), Optional.empty());
  }

  private FetchFailedException failed(
      Fetch fetch, JobDocument.Media media, String reason, Optional<Duration> asked)
      throws InputUnusableException {
    String tried = fetch.tries() > 1 ? " (tried " + fetch.tries() + " times)" : "";
    if (fetch.tries() >= tries()) {
      throw unusable(media, "cannot be fetched: " + reason + tried);
    }
    Duration wait = asked.orElseGet(() -> delays.get(fetch.tries() - 1));
    if (clock.instant().plus(wait).isAfter(end(fetch))) {
      String waits = asked.map(time -> " and asks to wait " + time.toSeconds() + " s").orElse("");
      throw timeOver(fetch, media, reason + tried + waits);
    }
    return new FetchFailedException(reason, wait);
  }

  /** The error of a job whose file was not fetched in time. */
  InputUnusableException timeOver(Fetch fetch, JobDocument.Media media, String why) {
    boolean isOfJob = end(fetch).isBefore(fetch.until());
    String limit =
        isOfJob
            ? "the job's timeout of " + fetch.job().timeoutSeconds().orElseThrow() + " s"
            : "the " + file.toSeconds() + " s that a file may take";
    return new InputUnusableException(
        isOfJob ? "timeout" : "input_error",
        sentence(media, "cannot be fetched within " + limit + ": " + why));
  }

  /** The error of a job whose file cannot be used; {@code why} continues "the file …". */
  static InputUnusableException unusable(JobDocument.Media media, String why) {
    return new InputUnusableException(sentence(media, why));
  }

  private static String sentence(JobDocument.Media media, String why) {
    return "The file for node %s (%s) %s.".formatted(media.node(), media.field(), why);
  }

  // Callers read this: it has no text of a library, and no address.
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
      return "its server accepts no connection";
    }
    return why instanceof InterruptedIOException
        ? "its server took too long"
        : "the connection broke";
  }
}
