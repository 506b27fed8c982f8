package io.comfygateway.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.UnitOfWorkHelper;
import org.junit.jupiter.api.Test;

class OnDoneTest {
  @Test
  void an_action_runs_once_at_the_end_of_an_exchange_also_of_one_that_failed() throws Exception {
    try (DefaultCamelContext camel = new DefaultCamelContext()) {
      List<String> ran = new ArrayList<>();
      Exchange completed = new DefaultExchange(camel);
      Exchange failed = new DefaultExchange(camel);
      failed.setException(new IllegalStateException("a step failed"));

      OnDone.run(completed, () -> ran.add("completed"));
      OnDone.run(failed, () -> ran.add("failed"));
      assertThat(ran).isEmpty();

      for (Exchange exchange : List.of(completed, failed)) {
        UnitOfWorkHelper.doneSynchronizations(
            exchange, exchange.getExchangeExtension().handoverCompletions());
      }
      assertThat(ran).containsExactly("completed", "failed");
    }
  }
}
