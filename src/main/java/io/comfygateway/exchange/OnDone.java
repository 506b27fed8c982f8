package io.comfygateway.exchange;

import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

/** What is done when an exchange has ended, whether it was completed or failed. */
public final class OnDone {
  private OnDone() {}

  /**
   * Runs an action once, after the last step of the exchange and after its answer has been written.
   * Camel logs what it throws.
   */
  public static void run(Exchange exchange, Runnable action) {
    exchange
        .getExchangeExtension()
        .addOnCompletion(
            new SynchronizationAdapter() {
              @Override
              public void onDone(Exchange done) {
                action.run();
              }
            });
  }
}
