package io.comfygateway.delivery;

import io.comfygateway.TestJson;
import io.comfygateway.job.Draft;
import io.comfygateway.job.Job;
import io.comfygateway.job.Lease;
import io.comfygateway.job.StoreTest;
import io.comfygateway.output.FolderOutputStore;
import io.comfygateway.output.Output;
import io.comfygateway.output.OutputRows;
import io.comfygateway.output.OutputStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.BeforeEach;

/** Tests of the steps of the deliver stage, on the stores of one gateway. */
abstract class DeliveryStepsTest extends StoreTest {
  static final String CALLBACK = "https://hooks.example.org/done";
  static final DeliveryDispatch.Limits LIMITS = new DeliveryDispatch.Limits(4, 3, 8);

  Deliveries deliveries;
  OutputRows outputs;
  OutputStore files;
  DeliveryClaims claims;

  @BeforeEach
  final void openDeliveries() {
    deliveries = deliveries("gateway-1");
    outputs = new OutputRows(database.jdbc());
    files = new FolderOutputStore(folder.resolve("outputs"));
    claims = claims(deliveries);
  }

  final Deliveries deliveries(String gateway) {
    return Deliveries.in(database, clock, new Lease(gateway, LEASE));
  }

  final DeliveryClaims claims(Deliveries of) {
    return new DeliveryClaims(
        of.queue(), of.dispatch(), of.queries(), of.leases(), database, queries, LIMITS, clock);
  }

  final EventJson events() {
    return new EventJson(
        job -> TestJson.MAPPER.createObjectNode().put("id", job.id().toString()),
        batch -> TestJson.MAPPER.createObjectNode().put("id", batch.id().toString()),
        TestJson.MAPPER,
        clock);
  }

  final UUID add(Job job) {
    return deliveries.queue().add(job.id(), "callback", "succeeded", "hooks", Optional.empty());
  }

  final Output store(Job job, int index, String name, String text) throws IOException {
    Output output =
        new Output(
            job.id(),
            index,
            new Output.Source("9", "image", name),
            files.store(
                job.id(),
                index,
                name,
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8))),
            Optional.empty());
    outputs.insert(output);
    return output;
  }

  final Job job() {
    return accepted(Draft.of("me").callback(CALLBACK));
  }

  static Exchange exchange() {
    return new DefaultExchange(new DefaultCamelContext());
  }
}
