package io.comfygateway.files;

import io.comfygateway.clock.SteadyClock;
import io.comfygateway.s3.BucketFolder;
import io.comfygateway.store.StoreFullException;
import io.comfygateway.store.StoreUnavailableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the bucket with the files of jobs can be used. It carries a mark, the object {@code
 * files-id}, by which it is distinguished from another bucket of the same name. It is checked every
 * few seconds while someone wants to know, and never by the thread that does.
 */
public final class BucketState implements FilesState {
  /** The object with the mark. */
  public static final String MARK = "files-id";

  private static final Logger LOG = LoggerFactory.getLogger(BucketState.class);
  private static final Duration BETWEEN_CHECKS = Duration.ofSeconds(5);
  private static final Duration BETWEEN_CHECKS_WHILE_DOWN = Duration.ofSeconds(1);
  private static final Duration LONGEST_CHECK = Duration.ofSeconds(10);

  private final BucketFolder bucket;
  private final Optional<String> mark;
  private final FreeSpace space;
  private final Executor checks;
  private final InstantSource clock;
  private final AtomicBoolean isChecking = new AtomicBoolean();
  private volatile Instant nextCheck;
  private volatile Optional<String> fault = Optional.empty();

  /**
   * @param mark what its mark must say; empty for one that is never checked
   * @param space the room on this machine's disk, through which files pass
   * @param checks where the checks run
   */
  public BucketState(
      BucketFolder bucket,
      Optional<String> mark,
      FreeSpace space,
      Executor checks,
      InstantSource clock) {
    this.bucket = bucket;
    this.mark = mark;
    this.space = space;
    this.checks = checks;
    this.clock = new SteadyClock(clock);
    this.nextCheck = this.clock.instant();
  }

  /**
   * The mark of a bucket; empty if it has none.
   *
   * @throws StoreUnavailableException if it cannot be read
   */
  public static Optional<String> markOf(BucketFolder bucket) throws IOException {
    try {
      byte[] mark = bucket.text(MARK, LONGEST_CHECK);
      return Optional.of(new String(mark, StandardCharsets.UTF_8).strip());
    } catch (NoSuchFileException none) {
      return Optional.empty();
    }
  }

  @Override
  public Optional<String> fault() {
    if (mark.isPresent()
        && !clock.instant().isBefore(nextCheck)
        && isChecking.compareAndSet(false, true)) {
      checks.execute(this::check);
    }
    return fault.or(space::fault);
  }

  private void check() {
    try {
      Optional<String> found = unusable();
      if (!found.equals(fault)) {
        found.ifPresentOrElse(
            reason -> LOG.warn("store is down bucket={} reason={}", bucket.address(), reason),
            () -> LOG.info("store is up bucket={}", bucket.address()));
      }
      fault = found;
    } finally {
      nextCheck =
          clock.instant().plus(fault.isEmpty() ? BETWEEN_CHECKS : BETWEEN_CHECKS_WHILE_DOWN);
      isChecking.set(false);
    }
  }

  private Optional<String> unusable() {
    try {
      return markOf(bucket).equals(mark)
          ? Optional.empty()
          : Optional.of(
              "the bucket of files is not the one that it was at the start: its object "
                  + MARK
                  + " is missing or another one");
    } catch (IOException e) {
      return Optional.of("the bucket of files cannot be used: " + reason(e));
    }
  }

  private static String reason(IOException failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return String.valueOf(cause.getMessage());
  }

  /** A request for a file failed, or found nothing: the next check is due. */
  public void suspect() {
    nextCheck = clock.instant();
  }

  @Override
  public void require() throws IOException {
    Optional<String> now = fault();
    if (fault.isPresent()) {
      throw new StoreUnavailableException(new IOException(now.orElse("")));
    }
    space.require();
  }

  /** Whether the last check found that the bucket cannot be used. */
  public boolean isDown() {
    return fault().isPresent() && fault.isPresent();
  }

  /** Whether the bucket is there with its mark, found out now. */
  public boolean isThere() {
    return mark.isEmpty() || unusable().isEmpty();
  }

  @Override
  public IOException explain(IOException failure) {
    suspect();
    IOException known = space.explain(failure);
    return known instanceof StoreFullException || known instanceof StoreUnavailableException
        ? known
        : new StoreUnavailableException(failure);
  }
}
