package io.comfygateway.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.TestJson;
import io.comfygateway.delivery.DeliveryStore;
import io.comfygateway.job.Draft;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.Lease;
import io.comfygateway.job.StoreTest;
import io.comfygateway.output.OutputRows;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.ProbePolicy;
import io.comfygateway.pool.RunningPrompts;
import io.comfygateway.prompt.ProgressBoard;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

/** How often a prompt is sent that may have been sent before. */
class RejectionsTest extends StoreTest {
  private static final Duration PAUSE = Duration.ofSeconds(3);
  private static final Backend GPU = new Backend("gpu-1", URI.create("http://127.0.0.1:8188"), 2);

  @Test
  void an_attempt_that_ended_the_process_counts_and_after_the_last_one_the_job_fails() {
    Job job = claimed(Draft.of("me"));

    for (int attempt = 2; attempt <= 3; attempt++) {
      Exchange restarted = again(rejections(new RunningPrompts(clock)), takenOver(job));
      assertThat(restarted.getProperty("ended", Boolean.class)).isFalse();
      assertThat(now(job).place().attempts()).isEqualTo(attempt);
      assertThat(restarted.getProperty("job", Job.class)).isEqualTo(now(job));
    }
    Exchange last = again(rejections(new RunningPrompts(clock)), takenOver(job));

    assertThat(last.getProperty("ended", Boolean.class)).isTrue();
    assertThat(now(job).status()).isEqualTo(JobStatus.FAILED);
    assertThat(now(job).place().attempts()).isEqualTo(3);
    assertThat(now(job).facts().error().orElseThrow().detail())
        .contains("attempt 3 of 3")
        .contains("the gateway ended each time");
  }

  @Test
  void a_job_that_this_process_claimed_and_did_not_send_yet_is_sent_without_counting() {
    RunningPrompts flights = new RunningPrompts(clock);
    Job job = claimed(Draft.of("me"));
    flights.submissions().claimed(job.id());

    again(rejections(flights), takenOver(job));

    assertThat(now(job).place().attempts()).isEqualTo(1);
  }

  @Test
  void a_job_that_another_gateway_has_by_now_is_not_counted() {
    Job job = claimed(Draft.of("me"));
    Job stale = takenOver(job);
    takenOver(job);

    again(rejections(new RunningPrompts(clock)), stale);

    assertThat(now(job).place().attempts()).isEqualTo(1);
  }

  @Test
  void a_cancelled_job_that_is_not_there_ends_and_is_not_sent() {
    Job job = claimed(Draft.of("me"));
    jobs.requestCancel(job.id());

    Exchange exchange = again(rejections(new RunningPrompts(clock)), takenOver(job));

    assertThat(exchange.getProperty("ended", Boolean.class)).isTrue();
    assertThat(now(job).status()).isEqualTo(JobStatus.CANCELLED);
  }

  @Test
  void look_ups_that_end_the_process_each_time_end_the_job() {
    Job job = claimed(Draft.of("me"));
    for (int i = 0; i < 3; i++) {
      Exchange exchange = lookUp(takenOver(job));
      assertThat(exchange.getProperty("ended", Boolean.class)).isFalse();
    }

    Exchange fourth = lookUp(takenOver(job));

    assertThat(fourth.getProperty("ended", Boolean.class)).isTrue();
    assertThat(now(job).facts().error().orElseThrow().detail())
        .contains("ended 3 times in a row", "gpu-1");
  }

  private Exchange lookUp(Job job) {
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    rejections(new RunningPrompts(clock)).lookUp(exchange, job, GPU);
    return exchange;
  }

  private Exchange again(Rejections rejections, Job job) {
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    rejections.again(exchange, job, GPU);
    return exchange;
  }

  private Job takenOver(Job job) {
    return jobs.takeOver(now(job)).orElseThrow();
  }

  private Job now(Job job) {
    return jobs.find(job.id()).orElseThrow();
  }

  private Rejections rejections(RunningPrompts flights) {
    Backends backends =
        new Backends(
            List.of(GPU), new ProbePolicy(3, PAUSE, PAUSE, 3, PAUSE, PAUSE, PAUSE), clock, false);
    DeliveryStore deliveries =
        new DeliveryStore(
            database.jdbc(), database.transaction(), clock, new Lease("gateway-1", LEASE));
    ProgressBoard progress = new ProgressBoard();
    JobOutcomes endings =
        new JobOutcomes(
            jobs,
            new JobCompletion(
                database.transaction(), jobs, new OutputRows(database.jdbc()), deliveries),
            database,
            flights,
            progress,
            TestJson.MAPPER,
            3);
    return new Rejections(jobs, backends, flights, progress, endings, 3, clock);
  }
}
