package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.TestJson;
import io.comfygateway.problem.Problem;
import io.comfygateway.workflow.FileSource;
import io.comfygateway.workflow.InputType;
import io.comfygateway.workflow.MediaInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
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

  @TempDir Path folder;
  private SubmissionFixture fixture;

  @BeforeEach
  void open() {
    fixture = new SubmissionFixture(folder);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void an_error_while_the_job_is_prepared() throws IOException {
    Exchange exchange = withFiles("'expires_in': 5", file("data:text/plain,notes"));

    assertThatThrownBy(() -> fixture.admission(BROKEN).store(exchange))
        .isInstanceOf(StackOverflowError.class);

    assertThat(keptFiles()).isZero();
  }

  @Test
  void an_error_while_the_job_is_stored() throws IOException {
    Exchange exchange =
        withFiles(
            "'callback': {'url': 'https://allowed.example/', 'events': ['queued']}",
            file("data:text/plain,notes"));

    assertThatThrownBy(() -> fixture.admission(BROKEN).store(exchange))
        .isInstanceOf(StackOverflowError.class);

    assertThat(fixture.jobs.queries().find(Submission.of(exchange).id)).isEmpty();
    assertThat(keptFiles()).isZero();
  }

  @Test
  void a_second_file_that_cannot_be_read() throws IOException {
    MediaInput good = file("data:text/plain,notes");
    Exchange exchange = withFiles("'priority': 1", good, file("data:;base64,!"), good);

    assertThatThrownBy(() -> fixture.admission(fixture.clock).store(exchange))
        .isInstanceOf(Problem.class);

    assertThat(keptFiles()).isZero();
  }

  @Test
  void a_job_that_is_stored_keeps_its_file() throws IOException {
    Exchange exchange = withFiles("'priority': 1", file("data:text/plain,notes"));

    fixture.admission(fixture.clock).store(exchange);

    assertThat(fixture.jobs.queries().find(Submission.of(exchange).id)).isPresent();
    assertThat(keptFiles()).isEqualTo(1);
  }

  private Exchange withFiles(String field, MediaInput... files) {
    Exchange exchange =
        fixture.found(
            null, "{%s, 'prompt': %s}".formatted(field, TestJson.object("/workflow/titled.json")));
    Submission.of(exchange).media = List.of(files);
    return exchange;
  }

  private static MediaInput file(String uri) {
    return new MediaInput("/inputs/a", "10", "image", InputType.FILE, new FileSource.Text(uri));
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
