package io.comfygateway.job;

import org.apache.camel.ExchangePattern;
import org.apache.camel.ProducerTemplate;

/**
 * Wakes stages. A wake-up carries nothing: a stage that wakes looks for everything there is to do,
 * so one that is on its way already is enough.
 */
public final class WakeUps {
  private final ProducerTemplate producer;

  public WakeUps(ProducerTemplate producer) {
    this.producer = producer;
  }

  /**
   * Wakes a stage, without waiting for it.
   *
   * @param stage the name of its {@code seda} endpoint
   */
  public void wake(String stage) {
    producer.sendBody(
        "seda:" + stage + "?size=1&discardWhenFull=true", ExchangePattern.InOnly, null);
  }
}
