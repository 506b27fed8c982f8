package io.comfygateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class WorkCountTest {
  private final WorkCount counts = new WorkCount();
  private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());

  @Test
  void work_that_outlives_its_route_counts_until_it_ends() {
    counts.addRoute("collect");
    counts.add(exchange, "collect");

    counts.removeRoute("collect");
    counts.addRoute("collect");

    assertThat(counts.size("collect")).isEqualTo(1);
    counts.remove(exchange, "collect");
    assertThat(counts.size("collect")).isZero();
  }

  @Test
  void a_route_without_work_is_forgotten() {
    counts.addRoute("collect");

    counts.removeRoute("collect");
    counts.add(exchange, "collect");

    assertThat(counts.size("collect")).isZero();
  }
}
