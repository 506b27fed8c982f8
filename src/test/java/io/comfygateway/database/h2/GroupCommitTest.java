package io.comfygateway.database.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How commits share a write to the disk. */
class GroupCommitTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private final AtomicInteger writes = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void each_commit_is_written_before_it_returns() throws SQLException {
    GroupCommit group = new GroupCommit(writes::incrementAndGet);

    group.committed();
    assertThat(writes).hasValue(1);
    group.committed();
    assertThat(writes).hasValue(2);
  }

  @Test
  void commits_that_come_during_a_write_share_the_next_one() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    GroupCommit group =
        new GroupCommit(
            () -> {
              if (writes.incrementAndGet() == 1) {
                writing.countDown();
                await(go);
              }
            });
    Future<?> first = commit(group);
    assertThat(writing.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    List<Future<?>> others = new ArrayList<>();
    for (int n = 0; n < 20; n++) {
      others.add(commit(group));
    }
    Awaitility.await().atMost(PATIENCE).until(() -> group.waiting() == 20);
    assertThat(others).noneMatch(Future::isDone);

    go.countDown();

    first.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    for (Future<?> other : others) {
      other.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
    assertThat(writes).hasValue(2);
  }

  @Test
  void nothing_is_written_where_nothing_was_committed_since() throws SQLException {
    GroupCommit group = new GroupCommit(writes::incrementAndGet);
    group.flush();
    group.committed();
    group.flush();

    assertThat(writes).hasValue(1);
  }

  @Test
  void a_write_that_fails_fails_its_commit_and_is_made_up_for_by_the_next() throws SQLException {
    GroupCommit group =
        new GroupCommit(
            () -> {
              if (writes.incrementAndGet() == 1) {
                throw new SQLException("disk full");
              }
            });

    assertThatThrownBy(group::committed).hasMessage("disk full");
    group.flush();

    assertThat(writes).hasValue(2);
  }

  private Future<?> commit(GroupCommit group) {
    return threads.submit(
        () -> {
          group.committed();
          return null;
        });
  }

  private static void await(CountDownLatch latch) throws SQLException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new SQLException(e);
    }
  }
}
