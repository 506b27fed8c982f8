package io.comfygateway.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.job.Draft;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobEvent;
import io.comfygateway.job.StoreTest;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** That each row is read once, whatever the order of the commits. */
class LogFeedTest extends StoreTest {

  private LogFeed begun() {
    LogFeed feed = new LogFeed(jobs.events(), clock);
    feed.begin();
    return feed;
  }

  private static List<UUID> jobs(List<JobEvent> rows) {
    return rows.stream().map(JobEvent::job).toList();
  }

  private Connection insertUncommitted(Job job) throws SQLException {
    Connection open = database.dataSource().getConnection();
    open.setAutoCommit(false);
    try (Statement statement = open.createStatement()) {
      statement.execute(
          "INSERT INTO job_event (job_id, kind, word, at) VALUES ('%s', 'status', 'running', CURRENT_TIMESTAMP)"
              .formatted(job.id()));
    }
    return open;
  }

  @Test
  void what_was_there_before_is_not_read_and_what_comes_is_read_once() {
    accepted(Draft.of("me"));
    LogFeed feed = begun();
    Job next = accepted(Draft.of("me"));

    assertThat(jobs(feed.read())).containsExactly(next.id());
    assertThat(feed.read()).isEmpty();
    assertThat(feed.position().text()).isEqualTo(Long.toString(jobs.events().newest()));
  }

  @Test
  void a_row_that_is_committed_late_is_read_and_until_then_ids_say_that_it_is_missing()
      throws SQLException {
    Job late = accepted(Draft.of("me"));
    LogFeed feed = begun();
    try (Connection open = insertUncommitted(late)) {
      Job soon = accepted(Draft.of("me"));

      assertThat(jobs(feed.read())).containsExactly(soon.id());
      long row = jobs.events().newest();
      assertThat(feed.position().text()).isEqualTo(row + "-" + (row - 1));
      assertThat(feed.hasRead(row - 1)).isFalse();

      open.commit();
      assertThat(jobs(feed.read())).containsExactly(late.id());
      assertThat(feed.position().text()).isEqualTo(Long.toString(row));
      assertThat(feed.read()).isEmpty();
    }
  }

  @Test
  void a_row_of_a_transaction_that_was_open_when_the_feed_began_is_read() throws SQLException {
    Job late = accepted(Draft.of("me"));
    try (Connection open = insertUncommitted(late)) {
      accepted(Draft.of("me"));
      LogFeed feed = begun();
      open.commit();

      assertThat(jobs(feed.read())).containsExactly(late.id());
    }
  }

  @Test
  void a_row_that_was_rolled_back_is_not_waited_for_forever() throws SQLException {
    Job never = accepted(Draft.of("me"));
    LogFeed feed = begun();
    try (Connection open = insertUncommitted(never)) {
      accepted(Draft.of("me"));
      feed.read();
      open.rollback();
    }
    clock.advance(Duration.ofSeconds(31));

    assertThat(feed.read()).isEmpty();
    assertThat(feed.position().text()).isEqualTo(Long.toString(jobs.events().newest()));
  }

  @Test
  void more_than_one_query_reads_are_read_at_once() {
    LogFeed feed = begun();
    Job job = accepted(Draft.of("me"));
    database
        .jdbc()
        .sql(
            "INSERT INTO job_event (job_id, kind, word, at) SELECT j.job_id, 'status', 'running', j.at"
                + " FROM job_event j CROSS JOIN (VALUES "
                + "(1),".repeat(2_499)
                + "(1)) many(n) WHERE j.job_id = :job")
        .param("job", job.id())
        .update();

    assertThat(feed.read()).hasSize(2_501);
  }
}
