package io.comfygateway.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to streams over time. */
class EventStreamsTest {
  private static final StreamLimits LIMITS = StreamLimits.of(4, 2);
  private StreamFixture fixture;

  @BeforeEach
  void start(@TempDir Path folder) {
    fixture = new StreamFixture(folder, LIMITS);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  /** A client that reads. */
  private final class Reader implements AutoCloseable {
    private final Socket socket;
    private final StringBuffer text = new StringBuffer();
    private volatile boolean ended;

    Reader(String caller, String... headers) throws IOException {
      socket = fixture.connect(caller, headers);
      Thread thread = new Thread(this::read);
      thread.setDaemon(true);
      thread.start();
    }

    private void read() {
      byte[] bytes = new byte[8_192];
      try (InputStream in = socket.getInputStream()) {
        for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
          text.append(new String(bytes, 0, n, StandardCharsets.UTF_8));
        }
      } catch (IOException closed) {
        // The test has closed it, or the server did.
      }
      ended = true;
    }

    Reader await(String wanted) {
      Awaitility.await(wanted).until(() -> text.indexOf(wanted) >= 0);
      return this;
    }

    // The last chunk of HTTP/1.1 is empty.
    Reader awaitEnd() {
      Awaitility.await().until(() -> ended || text.indexOf("\r\n0\r\n\r\n") >= 0);
      return this;
    }

    String text() {
      return text.toString();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void a_silent_stream_carries_a_sign_of_life() throws IOException {
    try (Reader reader = new Reader("alice")) {
      reader.await("retry: 3000");
      fixture.clock.advance(LIMITS.beat());
      reader.await(": beat").await("event: beat");
    }
  }

  @Test
  void a_stream_ends_after_its_time_and_the_client_goes_on_where_it_was() throws IOException {
    UUID job;
    try (Reader reader = new Reader("alice")) {
      reader.await("retry: 3000");
      fixture.clock.advance(LIMITS.life().plus(Duration.ofSeconds(1)));
      reader.awaitEnd();
      fixture.awaitStreams(0);
    }
    long before = fixture.jobs.events().newest();
    job = fixture.accept();
    try (Reader reader = new Reader("alice", "Last-Event-ID: " + before + "\r\n")) {
      reader.await("id: " + (before + 1) + "\ndata: {\"job\":\"" + job + "\"}");
    }
  }

  @Test
  void a_client_that_connects_again_gets_what_follows_a_number_that_was_never_used()
      throws IOException {
    long before = fixture.jobs.events().newest();
    fixture.accept();
    fixture
        .database
        .jdbc()
        .sql("DELETE FROM job_event WHERE seq = :seq")
        .param("seq", fixture.jobs.events().newest())
        .update();
    UUID job = fixture.accept();
    try (Reader reader = new Reader("alice", "Last-Event-ID: " + before + "\r\n")) {
      reader.await("data: {\"job\":\"" + job + "\"}");
    }
  }

  @Test
  void the_stream_of_a_revoked_key_says_so_and_ends_and_others_go_on() throws IOException {
    try (Reader leaves = new Reader("alice");
        Reader stays = new Reader("bob")) {
      leaves.await("retry: 3000");
      stays.await("retry: 3000");
      fixture.revoked.add("alice");

      leaves.await("event: bye").awaitEnd();
      UUID job = fixture.accept();
      stays.await(job.toString());
      assertThat(leaves.text()).doesNotContain(job.toString());
    }
  }

  @Test
  void streams_are_limited_in_all_and_for_each_caller() throws IOException {
    try (Reader first = new Reader("alice");
        Reader second = new Reader("alice")) {
      first.await("retry: 3000");
      second.await("retry: 3000");
      try (Reader refused = new Reader("alice")) {
        refused.await("HTTP/1.1 429").await("gateway.events.max-streams-per-key");
      }
      try (Reader third = new Reader("bob");
          Reader fourth = new Reader("carol")) {
        third.await("retry: 3000");
        fourth.await("retry: 3000");
        try (Reader refused = new Reader("dave")) {
          refused.await("HTTP/1.1 503").await("gateway.events.max-streams)");
        }
      }
      fixture.awaitStreams(2);
      try (Reader next = new Reader("dave")) {
        next.await("HTTP/1.1 200");
      }
    }
  }

  @Test
  void a_client_that_does_not_read_is_cut_off_and_holds_no_other_up() throws IOException {
    String large = "x".repeat(1_500_000);
    fixture.data = job -> "{\"job\":\"" + job + "\",\"large\":\"" + large + "\"}";
    try (Socket silent = fixture.connect("silent");
        Reader reader = new Reader("alice")) {
      fixture.awaitStreams(2);
      Awaitility.await()
          .until(
              () -> {
                UUID job = fixture.accept();
                reader.await(job.toString());
                fixture.clock.advance(LIMITS.behind().dividedBy(4));
                return fixture.streams.count() == 1;
              });
      assertThat(reader.text()).contains("HTTP/1.1 200");
      assertThat(silent.isClosed()).isFalse();
    }
  }

  @Test
  void after_a_failure_every_client_gets_what_it_missed() throws IOException {
    try (Reader reader = new Reader("alice")) {
      reader.await("retry: 3000");
      var working = fixture.data;
      java.util.concurrent.atomic.AtomicInteger failures =
          new java.util.concurrent.atomic.AtomicInteger();
      fixture.data =
          job -> {
            failures.incrementAndGet();
            throw new IllegalStateException("the database does not answer");
          };
      UUID lost = fixture.accept();
      Awaitility.await().until(() -> failures.get() > 0);
      fixture.data = working;
      UUID next = fixture.accept();

      reader.await(lost.toString()).await(next.toString());
      assertThat(reader.text().indexOf(lost.toString()))
          .isLessThan(reader.text().indexOf(next.toString()));
    }
  }

  @Test
  void the_newest_progress_has_no_id() throws IOException {
    try (Reader reader = new Reader("alice")) {
      reader.await("retry: 3000");
      fixture.progress.add(fixture.event("progress", 0, new UUID(0, 7)));

      reader.await("event: progress\ndata: {\"job\":\"" + new UUID(0, 7));
    }
  }

  @Test
  void a_client_that_missed_too_much_is_told_to_read_anew() throws IOException {
    UUID job = fixture.accept();
    fixture
        .database
        .jdbc()
        .sql(
            "INSERT INTO job_event (job_id, kind, word, at) SELECT j.job_id, 'status', 'running', j.at"
                + " FROM job_event j, SYSTEM_RANGE(1, 1100) WHERE j.job_id = :job")
        .param("job", job)
        .update();
    try (Reader reader = new Reader("alice", "Last-Event-ID: 1\r\n")) {
      reader.await("event: reset").await("id: 1101\n");
    }
    try (Reader reader = new Reader("alice", "Last-Event-ID: 200\r\n")) {
      reader.await("id: 201\n").await("id: 1101\n");
      assertThat(reader.text()).doesNotContain("reset");
    }
  }

  @Test
  void a_stop_ends_all_streams_and_takes_no_more() throws IOException {
    try (Reader reader = new Reader("alice")) {
      reader.await("retry: 3000");
      fixture.streams.release();
      reader.await(": the gateway is stopping").awaitEnd();
      try (Reader refused = new Reader("alice")) {
        refused.await("HTTP/1.1 503");
      }
    }
  }
}
