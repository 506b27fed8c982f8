package io.comfygateway.job;

import org.apache.camel.ExchangePattern;
import org.apache.camel.ProducerTemplate;

/**
 * Wakes stages. A wake-up has no content: a stage that wakes looks for all its work, so one wake-up
 * in the queue is enough.
 */
public final class WakeUps {
  private final ProducerTemplate producer;

  public WakeUps(ProducerTemplate producer) {
    this.producer = producer;
  }

  /**
   * Wakes a stage and does not wait for it.
   *
   * @param stage the name of its {@code seda} endpoint
   */
  public void wake(String stage) {
    producer.sendBody(
        "seda:" + stage + "?size=1&discardWhenFull=true", ExchangePattern.InOnly, null);
  }
}
