package io.comfygateway.custom;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultExchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimeLimitedRouteTest {
  private final CustomFixture fixture = new CustomFixture();

  @AfterEach
  void stop() {
    fixture.camel.stop();
  }

  @Test
  void before_the_files_are_read_nobody_passes_a_route_that_is_yet_to_come() throws Exception {
    CountDownLatch loaded = new CountDownLatch(1);
    TimeLimitedRoute routes = new TimeLimitedRoute(fixture.camel, Duration.ofSeconds(30), loaded);
    CompletableFuture<Boolean> asked = CompletableFuture.supplyAsync(() -> routes.exists("x"));

    fixture.route("x", "- stop: {}");
    assertThat(asked).isNotDone();
    loaded.countDown();

    assertThat(asked.get()).isTrue();
  }

  @Test
  void a_route_that_is_being_replaced_is_waited_for() throws Exception {
    TimeLimitedRoute routes = new TimeLimitedRoute(fixture.camel, Duration.ofSeconds(30));
    fixture.route("x", "- stop: {}");
    assertThat(routes.exists("x")).isTrue();
    fixture.removeRoutes();
    CompletableFuture<Boolean> asked = CompletableFuture.supplyAsync(() -> routes.exists("x"));

    fixture.route("x", "- stop: {}");

    assertThat(asked.get()).isTrue();
  }

  @Test
  void a_route_that_is_gone_for_good_is_not_waited_for_again() throws Exception {
    TimeLimitedRoute routes = new TimeLimitedRoute(fixture.camel, Duration.ofSeconds(30));
    fixture.route("x", "- stop: {}");
    assertThat(routes.exists("x")).isTrue();
    fixture.removeRoutes();

    Awaitility.await().until(() -> !routes.exists("x"));
    assertThat(routes.exists("x")).isFalse();
  }

  @Test
  void a_step_that_overflows_the_stack_fails_the_call_and_leaves_its_route() throws Exception {
    TimeLimitedRoute routes = new TimeLimitedRoute(fixture.camel, Duration.ofSeconds(30));
    fixture.camel.getRegistry().bind("endless", (Processor) TimeLimitedRouteTest::recurse);
    fixture.route("x", "- process: {ref: endless}");
    Exchange exchange = new DefaultExchange(fixture.camel);

    assertThat(routes.call("x", exchange)).isTrue();

    assertThat(exchange.getException()).hasMessageContaining("StackOverflowError");
    assertThat(fixture.camel.getInflightRepository().size()).isZero();
    String id = routes.id("x").orElseThrow();
    assertThat(fixture.camel.getInflightRepository().size(id)).isZero();
  }

  private static void recurse(Exchange exchange) {
    recurse(exchange);
    exchange.getIn();
  }
}
