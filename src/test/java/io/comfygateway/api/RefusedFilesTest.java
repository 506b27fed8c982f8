package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.SettableClock;
import io.comfygateway.TestJson;
import io.comfygateway.access.Caller;
import io.comfygateway.access.JobQuota;
import io.comfygateway.delivery.DeliveryStore;
import io.comfygateway.egress.UrlGuard;
import io.comfygateway.fetch.InputUrls;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.job.Database;
import io.comfygateway.job.DatabaseKind;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.JobStore;
import io.comfygateway.job.Lease;
import io.comfygateway.job.QueueLimits;
import io.comfygateway.job.TestSeal;
import io.comfygateway.lifecycle.JobCompletion;
import io.comfygateway.media.FileRules;
import io.comfygateway.output.FilesFolder;
import io.comfygateway.output.FreeSpace;
import io.comfygateway.output.OutputRows;
import io.comfygateway.problem.Problem;
import io.comfygateway.prompt.InputFiles;
import io.comfygateway.workflow.FileSource;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.InputType;
import io.comfygateway.workflow.MediaInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a request brought along is gone where it made no job, for whatever reason. */
class RefusedFilesTest {
  private static final InstantSource BROKEN =
      () -> {
        throw new StackOverflowError();
      };
  private static final InstantSource CLOCK = new SettableClock();
  private static final Lease LEASE = new Lease("gateway-1", Duration.ofSeconds(30));

  @TempDir Path folder;
  private Database database;
  private JobStore jobs;

  @BeforeEach
  void open() {
    database = new Database(DatabaseKind.H2.inNewPlace(folder), 2);
    jobs =
        new JobStore(
            database.jdbc(),
            database.transaction(),
            TestJson.MAPPER,
            new TestSeal(),
            CLOCK,
            LEASE,
            Duration.ofHours(1),
            QueueLimits.none());
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void an_error_while_the_job_is_prepared() throws IOException {
    Submission submission = submission();
    submission.fields.put("expires_in", 5);

    assertThatThrownBy(() -> intake(BROKEN).store(submission))
        .isInstanceOf(StackOverflowError.class);

    assertThat(keptFiles()).isZero();
  }

  @Test
  void an_error_while_the_job_is_stored() throws IOException {
    Submission submission = submission();
    submission.callback =
        Optional.of(
            new JobDocument.Callback("https://example.org/", Map.of(), "json", Set.of("queued")));

    assertThatThrownBy(() -> intake(BROKEN).store(submission))
        .isInstanceOf(StackOverflowError.class);

    assertThat(jobs.find(submission.id)).isEmpty();
    assertThat(keptFiles()).isZero();
  }

  @Test
  void a_second_file_that_cannot_be_read() throws IOException {
    Submission submission = submission();
    submission.media =
        List.of(submission.media.get(0), media("data:;base64,!"), submission.media.get(0));

    assertThatThrownBy(() -> intake(CLOCK).store(submission)).isInstanceOf(Problem.class);

    assertThat(keptFiles()).isZero();
  }

  @Test
  void a_job_that_is_stored_keeps_its_file() throws IOException {
    Submission submission = submission();

    intake(CLOCK).store(submission);

    assertThat(jobs.find(submission.id)).isPresent();
    assertThat(keptFiles()).isEqualTo(1);
  }

  private Submission submission() {
    Submission submission =
        new Submission(
            new Caller("alice", Set.of()),
            Optional.empty(),
            TestJson.MAPPER.createObjectNode(),
            new ReceivedForm(Map.of(), List.of()),
            Optional.empty());
    submission.graph =
        Graph.parse(TestJson.object("/workflow/titled.json"), "", Graph.Limits.STANDARD);
    submission.media = List.of(media("data:text/plain,notes"));
    return submission;
  }

  private static MediaInput media(String uri) {
    return new MediaInput("/inputs/a", "1", "file", InputType.FILE, new FileSource.Text(uri));
  }

  private Intake intake(InstantSource deliveriesAndExpiry) {
    FileRules rules = new FileRules(1_000, 1_000, 9);
    FilesFolder files = new FilesFolder(folder, Optional.empty(), new FreeSpace(Set.of(folder), 0));
    return new Intake(
        null,
        new Intake.Store(
            jobs,
            database,
            new JobCompletion(
                database.transaction(),
                jobs,
                new OutputRows(database.jdbc()),
                new DeliveryStore(
                    database.jdbc(), database.transaction(), deliveriesAndExpiry, LEASE)),
            new MediaFiles(
                new InputFiles(folder.resolve("inputs"), files, TestJson.MAPPER, rules),
                new InputUrls(new UrlGuard("")),
                rules,
                1_000),
            new Intake.Limits(files, new JobQuota(database.jdbc(), CLOCK))),
        TestJson.MAPPER,
        deliveriesAndExpiry,
        Duration.ofSeconds(1));
  }

  private long keptFiles() throws IOException {
    Path inputs = folder.resolve("inputs");
    if (!Files.isDirectory(inputs)) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(inputs)) {
      return files.filter(Files::isRegularFile).count();
    }
  }
}
