package io.comfygateway.output;

import io.comfygateway.clock.SteadyClock;
import io.comfygateway.database.SqlFile;
import io.comfygateway.files.AbandonedFiles;
import io.comfygateway.prompt.InputFiles;
import io.comfygateway.store.StoreFullException;
import io.comfygateway.store.StoreState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The steps that remove what has expired. Each removes one batch and sets {@code more} where there
 * may be another; of several gateways on one database only one does so at a time. Files go before
 * their rows, so that what a crash interrupts is found again.
 */
public final class Retention {
  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
  private static final Duration TEMPORARY = Duration.ofHours(1);
  private static final Duration NEEDS = Duration.ofDays(1);

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final Files files;
  private final Rules rules;
  private final InstantSource clock;
  private final InstantSource steady;
  private volatile Instant pausedUntil = Instant.MIN;
  private final SqlFile sql = new SqlFile("/sql/retention.sql");

  /**
   * What lies in folders.
   *
   * @param state whether files can be removed at all
   * @param temporary where files lie that nobody comes back for after an hour: request bodies while
   *     they are received, snapshots until they are packed
   * @param stamps the clock that the system stamps files with
   */
  public record Files(
      OutputStore outputs,
      InputFiles inputs,
      StoreState state,
      List<Path> temporary,
      InstantSource stamps) {}

  /**
   * How long, and how much.
   *
   * @param finished how long a job is kept after it has ended
   * @param outputBytes how many bytes outputs may take in all
   * @param keys how long an idempotency key is kept
   * @param batch how many rows are removed at a time
   */
  public record Rules(Duration finished, long outputBytes, Duration keys, int batch) {}

  private record Kept(UUID job, long bytes) {}

  public Retention(
      JdbcClient jdbc,
      TransactionTemplate transaction,
      Files files,
      Rules rules,
      InstantSource clock) {
    this.jdbc = jdbc;
    this.transaction = transaction;
    this.files = files;
    this.rules = rules;
    this.clock = clock;
    this.steady = new SteadyClock(clock);
  }

  /** Removes jobs that ended long ago, with all that belongs to them. */
  public void removeFinished(Exchange exchange) {
    exchange.setProperty(
        "more",
        canRemove()
            && inTurn(
                () -> {
                  List<UUID> old =
                      jdbc.sql(sql.get("finished-before"))
                          .param("before", before(rules.finished()))
                          .param("limit", rules.batch())
                          .query((row, n) -> row.getObject("id", UUID.class))
                          .list();
                  List<UUID> cleared = old.stream().filter(this::clear).toList();
                  if (!cleared.isEmpty()) {
                    jdbc.sql(sql.get("remove")).param("ids", cleared).update();
                    LOG.info("removed finished jobs count={}", cleared.size());
                  }
                  return cleared.size();
                }));
  }

  /** Removes batches that ended long ago; their jobs go by themselves. */
  public void removeBatches(Exchange exchange) {
    exchange.setProperty(
        "more",
        inTurn(
            () ->
                jdbc.sql(sql.get("remove-batches"))
                    .param("before", before(rules.finished()))
                    .param("limit", rules.batch())
                    .update()));
  }

  /** Removes the oldest outputs while all of them together take more than they may. */
  public void shrinkOutputs(Exchange exchange) {
    exchange.setProperty(
        "more", rules.outputBytes() != Long.MAX_VALUE && canRemove() && inTurn(this::shrink));
  }

  /** Removes no files of jobs for a while, in which they are backed up. */
  public void pause(Duration time) {
    pausedUntil = steady.instant().plus(time);
  }

  // In an empty mount point there seems to be nothing to remove, and rows without files would go. A
  // full disk is what removing helps against.
  private boolean canRemove() {
    if (steady.instant().isBefore(pausedUntil)) {
      return false;
    }
    try {
      files.state().require();
      return true;
    } catch (StoreFullException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private int shrink() {
    long over = jdbc.sql(sql.get("kept-bytes")).query(Long.class).single() - rules.outputBytes();
    List<UUID> expired = new ArrayList<>();
    if (over > 0) {
      for (Kept oldest : oldest()) {
        if (over > 0 && clear(oldest.job())) {
          over -= oldest.bytes();
          expired.add(oldest.job());
        }
      }
    }
    if (!expired.isEmpty()) {
      jdbc.sql(sql.get("expire-outputs"))
          .param("now", at(clock.instant()))
          .param("ids", expired)
          .update();
      LOG.info("removed outputs to make room jobs={}", expired.size());
    }
    return expired.size();
  }

  private List<Kept> oldest() {
    return jdbc.sql(sql.get("oldest-kept"))
        .param("limit", rules.batch())
        .query((row, n) -> new Kept(row.getObject("id", UUID.class), row.getLong("bytes")))
        .list();
  }

  /** Forgets idempotency keys that are too old to count. */
  public void forgetKeys(Exchange exchange) {
    exchange.setProperty(
        "more",
        inTurn(
            () ->
                jdbc.sql(sql.get("forget-keys"))
                    .param("before", before(rules.keys()))
                    .param("limit", rules.batch())
                    .update()));
  }

  /** Forgets what no job has needed for long. */
  public void forgetNeeds(Exchange exchange) {
    exchange.setProperty(
        "more",
        inTurn(
            () ->
                jdbc.sql(sql.get("forget-needs"))
                    .param("before", before(NEEDS))
                    .param("limit", rules.batch())
                    .update()));
  }

  /** Removes what a crash, or a caller who went away, left behind in this gateway's folders. */
  public void sweep() throws IOException {
    if (!canRemove()) {
      return;
    }
    Instant old = files.stamps().instant().minus(TEMPORARY);
    int swept =
        files.outputs().sweepTemporary(old, this::inWork) + files.inputs().sweep(old, this::inWork);
    for (Path folder : files.temporary()) {
      swept += new AbandonedFiles(folder).sweep(old);
    }
    if (swept > 0) {
      LOG.info("swept temporary files count={}", swept);
    }
  }

  private Set<UUID> inWork(Set<UUID> jobs) {
    return Set.copyOf(
        jdbc.sql(sql.get("in-work"))
            .param("ids", jobs)
            .query((row, n) -> row.getObject("id", UUID.class))
            .list());
  }

  // True where a whole batch was done, so that there may be more.
  private boolean inTurn(Supplier<Integer> batch) {
    return transaction.execute(
        tx ->
            jdbc.sql(sql.get("take-turn")).query(Integer.class).optional().isPresent()
                && batch.get() >= rules.batch());
  }

  private boolean clear(UUID job) {
    try {
      files.outputs().delete(job);
      files.inputs().remove(job);
      return true;
    } catch (IOException e) {
      LOG.warn("files cannot be removed, tried again later job={} reason={}", job, e.toString());
      return false;
    }
  }

  private OffsetDateTime before(Duration kept) {
    return at(clock.instant().minus(kept));
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MILLIS).atOffset(ZoneOffset.UTC);
  }
}
