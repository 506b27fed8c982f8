package io.comfygateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.egress.TargetRefusedException;
import io.comfygateway.job.Job;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which answers are retried, and which are dead letters. */
class DeliveryResultsTest extends DeliveryStepsTest {
  private static final Duration RETRY = Duration.ofMinutes(30);

  private final Exchange exchange = exchange();
  private DeliveryResults results;
  private Job job;

  @BeforeEach
  void openResults() {
    results = results(deliveries);
    job = job();
    add(job);
  }

  private DeliveryResults results(Deliveries of) {
    return new DeliveryResults(
        of.queue(),
        new RetrySchedule(
            RetryScheduleTest.rules("0s,30m", 0), clock, RandomGenerator.getDefault()),
        clock);
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 202, 204, 299})
  void an_answer_of_2xx_is_delivered(int status) throws Exception {
    answered(status, null, "");

    assertThat(result()).isEqualTo("delivered");
    assertThat(now().status()).isEqualTo("delivered");
    assertThat(now().last().status()).contains(status);
    assertThat(now().last().error()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504, 599})
  void these_statuses_are_retried(int status) throws Exception {
    answered(status, null, "");

    assertThat(result()).isEqualTo("retry");
    assertThat(now().status()).isEqualTo("due");
    assertThat(now().last().error().orElseThrow()).contains(String.valueOf(status));
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 307, 308, 400, 401, 403, 405, 410, 413, 422})
  void these_statuses_are_dead_letters_at_once(int status) throws Exception {
    answered(status, null, "");

    assertThat(result()).isEqualTo("dead");
    assertThat(now().status()).isEqualTo("dead");
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 409})
  void a_receiver_that_is_not_there_yet_is_retried_soon_and_its_reason_kept(int status)
      throws Exception {
    answered(status, null, "The workflow\u202e must be\npublished");

    assertThat(now().status()).isEqualTo("due");
    assertThat(now().last().error().orElseThrow()).endsWith("The workflow must be published");
    clock.advance(Duration.ofSeconds(1));
    assertThat(claims.claim()).hasSize(1);
  }

  @Test
  void retry_after_is_kept_to() throws Exception {
    answered(503, "7200", "");

    clock.advance(Duration.ofHours(2).minusSeconds(1));
    assertThat(claims.claim()).isEmpty();
    clock.advance(Duration.ofSeconds(1));
    assertThat(claims.claim()).hasSize(1);
  }

  @Test
  void the_last_try_of_the_schedule_is_a_dead_letter_with_the_count() throws Exception {
    answered(503, null, "");
    clock.advance(RETRY);
    answered(503, null, "");

    assertThat(result()).isEqualTo("dead");
    assertThat(now().last().error().orElseThrow()).contains("given up after 2 tries");
  }

  @Test
  void no_answer_is_retried_and_says_why_without_an_address() {
    failed(new RuntimeCamelException(new ConnectException("10.0.0.7 refused")));
    assertThat(now().status()).isEqualTo("due");
    assertThat(now().last().error()).contains("the receiver takes no connection");
    assertThat(now().last().status()).isEmpty();
  }

  @Test
  void a_receiver_that_takes_too_long_is_retried() {
    failed(new SocketTimeoutException("Read timed out"));
    assertThat(now().last().error()).contains("the receiver took too long");
  }

  @Test
  void an_address_that_is_not_allowed_is_a_dead_letter() {
    failed(new TargetRefusedException("the address is not allowed"));
    assertThat(result()).isEqualTo("dead");
  }

  @Test
  void a_gateway_that_lost_its_lease_writes_nothing() throws Exception {
    Delivery stale = claimed();
    clock.advance(LEASE.plusMillis(1));
    Delivery holders = claims(deliveries("gateway-2")).claim().get(0);

    results.answered(exchange, stale, 400, null, InputStream.nullInputStream());

    assertThat(exchange.getProperty("result")).isNull();
    assertThat(now()).isEqualTo(holders);
  }

  private void answered(int status, String retryAfter, String said) throws Exception {
    results.answered(
        exchange,
        claimed(),
        status,
        retryAfter,
        new ByteArrayInputStream(said.getBytes(StandardCharsets.UTF_8)));
  }

  private void failed(Exception why) {
    results.failed(exchange, claimed(), why);
  }

  private Delivery claimed() {
    Delivery delivery = claims.claim().get(0);
    claims.release(delivery);
    return delivery;
  }

  private String result() {
    return Optional.ofNullable(exchange.getProperty("result", String.class)).orElse("none");
  }

  private Delivery now() {
    return deliveries.queries().of(job.id()).get(0);
  }
}
