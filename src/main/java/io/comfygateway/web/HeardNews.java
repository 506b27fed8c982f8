package io.comfygateway.web;

import io.comfygateway.job.News;
import java.util.UUID;
import org.apache.camel.ProducerTemplate;

/** What other gateways tell goes to the requests and routes that it is for. */
public final class HeardNews implements News {
  private final Waits waits;
  private final ProducerTemplate producer;

  public HeardNews(Waits waits, ProducerTemplate producer) {
    this.waits = waits;
    this.producer = producer;
  }

  @Override
  public void happened(UUID job) {
    waits.look(job);
  }

  @Override
  public void cancelling() {
    producer.sendBody("seda:run-cancel?size=1&discardWhenFull=true", "");
  }
}
