package io.comfygateway.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.comfygateway.SettableClock;
import io.comfygateway.TestJson;
import io.comfygateway.job.Fetch;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.Stage;
import io.comfygateway.prompt.InputUnusableException;
import io.comfygateway.retry.RetryDelays;
import io.comfygateway.retry.StatusList;
import io.comfygateway.workflow.FileKind;
import io.comfygateway.workflow.InputType;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryPolicyTest {
  private static final Duration FILE = Duration.ofSeconds(60);
  private static final JobDocument.Media MEDIA =
      new JobDocument.Media(
          "10",
          "image",
          InputType.IMAGE,
          FileKind.USUAL,
          Optional.empty(),
          Optional.of("https://example.org/a.png"),
          "a.png",
          Optional.empty());

  private final SettableClock clock = new SettableClock();
  private final RetryPolicy policy =
      new RetryPolicy(
          FILE,
          RetryDelays.parse("1s,2s"),
          StatusList.parse("408,425,429,500,502-504"),
          Duration.ofDays(1),
          Duration.ofSeconds(3),
          clock);

  private Fetch fetch(int tries, Optional<Integer> timeout) {
    Job job =
        new Job(
            UUID.randomUUID(),
            1,
            "me",
            Optional.empty(),
            JobStatus.QUEUED,
            Stage.FETCHING,
            0,
            new Job.Place(Optional.empty(), 0, 1),
            Job.Times.waiting(clock.instant(), Optional.empty()),
            timeout,
            false,
            JobFacts.of(Map.of(), TestJson.MAPPER.createObjectNode()),
            Optional.empty(),
            Optional.empty());
    return new Fetch(job, clock.instant(), clock.instant().plus(FILE), tries);
  }

  private static Downloader.Answer answer(int status, String retryAfter) {
    return new Downloader.Answer(status, Optional.ofNullable(retryAfter), "example.org");
  }

  private FetchFailedException again(int tries, Downloader.Answer answer) {
    return catchThrowableOfType(
        FetchFailedException.class,
        () -> policy.judge(fetch(tries, Optional.empty()), MEDIA, answer));
  }

  private InputUnusableException over(Fetch fetch, Downloader.Answer answer) {
    return catchThrowableOfType(
        InputUnusableException.class, () -> policy.judge(fetch, MEDIA, answer));
  }

  @Test
  void a_file_is_one() {
    assertThatCode(() -> policy.judge(fetch(1, Optional.empty()), MEDIA, answer(200, null)))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504})
  void a_server_that_may_answer_later_is_asked_again(int status) {
    assertThat(again(1, answer(status, null)).waitBefore()).hasSeconds(1);
    assertThat(again(2, answer(status, null)).waitBefore()).hasSeconds(2);
    assertThat(again(1, answer(status, "7")).waitBefore()).hasSeconds(7);
    assertThat(over(fetch(3, Optional.empty()), answer(status, null)))
        .hasMessage(
            "The file for node 10 (image) cannot be fetched: example.org answered %d (tried 3 times).",
            status);
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 206, 304, 400, 404, 410, 501})
  void a_server_that_says_no_is_not(int status) {
    InputUnusableException over = over(fetch(1, Optional.empty()), answer(status, "1"));

    assertThat(over.type()).isEqualTo("input_error");
    assertThat(over).hasMessageContaining("example.org answered " + status);
  }

  @Test
  void a_wait_beyond_the_files_time_ends_it() {
    assertThat(over(fetch(1, Optional.empty()), answer(503, "61")))
        .hasMessageContaining("within the 60 s that a file may take")
        .hasMessageContaining("answered 503 and asks to wait 61 s");
  }

  @Test
  void a_wait_beyond_the_jobs_timeout_is_its_timeout() {
    InputUnusableException over = over(fetch(1, Optional.of(5)), answer(503, "6"));

    assertThat(over.type()).isEqualTo("timeout");
    assertThat(over).hasMessageContaining("within the job's timeout of 5 s");
    assertThat(policy.left(fetch(1, Optional.of(5)))).hasSeconds(5);
    assertThat(policy.left(fetch(1, Optional.of(500)))).isEqualTo(FILE);
  }

  @Test
  void a_broken_connection_is_tried_again_and_a_name_that_is_not_known_is_not() throws Exception {
    Fetch first = fetch(1, Optional.empty());

    for (IOException broke :
        List.of(new SocketException("reset"), new ConnectException("10.0.0.9"))) {
      assertThat(policy.failed(first, MEDIA, broke).waitBefore()).hasSeconds(1);
      assertThat(policy.failed(first, MEDIA, broke).getMessage()).doesNotContain("10.0.0.9");
    }
    for (IOException certain :
        List.of(new UnknownHostException("x"), new SSLHandshakeException("PKIX path"))) {
      InputUnusableException over =
          catchThrowableOfType(
              InputUnusableException.class, () -> policy.failed(first, MEDIA, certain));
      assertThat(over.getMessage()).contains("cannot be fetched: ").doesNotContain("PKIX");
    }
  }

  @Test
  void what_failed_for_the_gateways_own_reason_is_not_counted() {
    assertThat(policy.notCounted(fetch(2, Optional.empty())).tries()).isEqualTo(1);
  }
}
